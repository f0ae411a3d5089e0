package serve

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// Whatever is in the way is named and left alone.
func TestListenRefuses(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(at("file"), []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(at("dir"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("file", at("link")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(at("pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	live, err := net.Listen("unix", at("live"))
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	packets, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: at("packets"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer packets.Close()
	long := "/tmp/" + strings.Repeat("x", 103)
	for path, want := range map[string]string{
		at("file"):    at("file") + " is a file and no socket: it is left alone (choose another path, or move it away)",
		at("dir"):     at("dir") + " is a directory and no socket: it is left alone (choose another path, or move it away)",
		at("link"):    at("link") + " is a symbolic link and no socket: it is left alone (choose another path, or move it away)",
		at("pipe"):    at("pipe") + " is a pipe and no socket: it is left alone (choose another path, or move it away)",
		"/dev/null":   "/dev/null is a device and no socket: it is left alone (choose another path, or move it away)",
		at("live"):    fmt.Sprintf("%s is being served by process %d: one greylag can serve it at a time (choose another path, or end that process)", at("live"), os.Getpid()),
		at("packets"): at("packets") + " is a socket that may be in use: it is left alone (choose another path, or remove it): connect: protocol wrong type for socket",
		at("no/s"):    "there is no directory " + at("no") + " to make the socket in (create it; under systemd: RuntimeDirectory=greylag, and the socket in /run/greylag)",
		at("file/s"):  at("file") + " is no directory to make the socket in: not a directory",
		long:          "the socket's path is 108 bytes long, and the kernel has room for 107 (use a shorter one, such as /run/greylag/greylag.sock): " + long,
	} {
		before, _ := os.Lstat(path)
		s, err := Listen(Options{Path: path, Mode: 0o600})
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
		if s != nil {
			s.Close()
		}
		if after, _ := os.Lstat(path); before != nil && (after == nil || !os.SameFile(before, after)) {
			t.Errorf("%s is not what it was", path)
		}
	}
}

func TestListenRefusesGroup(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	_, err := Listen(Options{Path: path, Group: "no-such-group"})
	if want := `there is no group "no-such-group" (see: getent group; or give its number)`; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if os.Geteuid() == 0 {
		return // may give it to any
	}
	_, err = Listen(Options{Path: path, Group: "0"})
	if err == nil || !strings.Contains(err.Error(), "only root may give it to a group") {
		t.Errorf("%v", err)
	}
	if _, err := os.Lstat(path); err == nil {
		t.Error("the socket was left behind")
	}
}

// Where nothing may be made, the error says by whom. For root there is no such place.
func TestListenWithoutPermission(t *testing.T) {
	for err, want := range map[error]string{
		&net.OpError{Op: "listen", Err: os.NewSyscallError("bind", unix.EACCES)}: "permission denied",
		&net.OpError{Op: "listen", Err: os.NewSyscallError("bind", unix.EROFS)}:  "read-only file system",
	} {
		want := fmt.Sprintf("user %d may not make a socket in /run: %s (choose a directory of this user's; under systemd: RuntimeDirectory=greylag, and the socket in /run/greylag)",
			os.Geteuid(), want)
		if got := explain("/run/s", err); got.Error() != want {
			t.Errorf("got  %v\nwant %s", got, want)
		}
	}
	if os.Geteuid() == 0 {
		return
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	_, err := Listen(Options{Path: filepath.Join(dir, "s")})
	if err == nil || !strings.Contains(err.Error(), "may not make a socket in "+dir+": permission denied") {
		t.Errorf("%v", err)
	}
}

// The socket is for those it is said to be for, whatever the umask, and a group's.
func TestListenMode(t *testing.T) {
	defer unix.Umask(unix.Umask(0o077))
	for _, mode := range []fs.FileMode{0o600, 0o660, 0o666, 0o777} {
		path := filepath.Join(t.TempDir(), "s")
		s, err := Listen(Options{Path: path, Mode: mode, Group: fmt.Sprint(os.Getegid())})
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode() != mode|fs.ModeSocket || info.Sys().(*syscall.Stat_t).Gid != uint32(os.Getegid()) {
			t.Errorf("%v, %v: want %v of group %d", info.Mode(), err, mode, os.Getegid())
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Lstat(path); err == nil {
			t.Error("the socket is still there")
		}
	}
	if mask := unix.Umask(0o077); mask != 0o077 {
		t.Errorf("the umask is %#o, want what it was", mask)
	}
}

// A socket that nobody serves is replaced. One that has been replaced in its turn is
// not removed by who made the first.
func TestListenReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	leftBehind(t, path)
	first, err := Listen(Options{Path: path, Mode: 0o600})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := net.Dial("unix", path); err != nil {
		t.Error(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	second, err := Listen(Options{Path: path, Mode: 0o600})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("unix", path); err != nil {
		t.Errorf("the second one has been removed: %v", err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

// A path that begins with @ is a file like any other.
func TestListenAt(t *testing.T) {
	t.Chdir(t.TempDir())
	s, err := Listen(Options{Path: "@s", Mode: 0o600})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if info, err := os.Lstat("./@s"); err != nil || info.Mode().Type() != fs.ModeSocket {
		t.Errorf("%v, %v: want a socket", info, err)
	}
	if _, err := Listen(Options{Path: "@s", Mode: 0o600}); err == nil || !strings.Contains(err.Error(), "is being served by process") {
		t.Errorf("%v", err)
	}
}
