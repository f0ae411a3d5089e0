package serve

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// leftBehind makes a socket that nobody serves.
func leftBehind(t *testing.T, path string) {
	t.Helper()
	stale, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	stale.SetUnlinkOnClose(false)
	stale.Close()
}

// Who cannot connect is told what would be right.
func TestDialExplains(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(at("file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	leftBehind(t, at("stale"))
	for path, want := range map[string]string{
		at("no"):     "there is no socket " + at("no") + " (name the one that a greylag serves, or start it: greylag headless --socket " + at("no") + ")",
		at("file/s"): "there is no socket " + at("file/s") + " (name the one that a greylag serves, or start it: greylag headless --socket " + at("file/s") + ")",
		at("file"):   at("file") + " is a file and no socket (name the one that a greylag serves)",
		dir:          dir + " is a directory and no socket (name the one that a greylag serves)",
		at("stale"):  "nobody serves the socket " + at("stale") + " any more (start the greylag that does: greylag headless --socket " + at("stale") + ")",
		"/tmp/" + strings.Repeat("x", 103): "the socket's path is 108 bytes long, and the kernel has room for 107 (use a shorter one, such as /run/greylag/greylag.sock): /tmp/" +
			strings.Repeat("x", 103),
	} {
		if _, err := Dial(t.Context(), path); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	// For root there is no such socket.
	refusal := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", unix.EACCES)}
	want := fmt.Sprintf("user %d may not connect to the socket /run/s (root may, and whom greylag headless --socket-mode and --socket-group admit)", os.Geteuid())
	if got := unanswered("/run/s", refusal); got.Error() != want {
		t.Errorf("got  %v\nwant %s", got, want)
	}
	if got := unanswered("/run/s", unix.EAGAIN); !errors.Is(got, unix.EAGAIN) {
		t.Errorf("%v", got)
	}
}

// A path that begins with @ is that of the file that is served.
func TestDialAt(t *testing.T) {
	t.Chdir(t.TempDir())
	s, err := Listen(Options{Path: "@s", Mode: 0o600})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	conn, err := Dial(t.Context(), "@s")
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}
