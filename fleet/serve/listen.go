package serve

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// maxPath is the longest path of a unix socket, in bytes: sun_path has 108 with the
// zero that ends it (unix(7)).
const maxPath = 107

// place is where a socket lies, and which one it is.
type place struct {
	path string
	dev  uint64
	ino  uint64
}

// Listen makes the socket. A stale one, which a process left behind that is no more,
// is replaced; one that is served, and whatever is no socket, is left alone and an
// error. The socket is connected to, but nobody is served before [Server.Run].
func Listen(o Options) (*Server, error) {
	if err := checkLength(o.Path); err != nil {
		return nil, err
	}
	gid, err := groupOf(o.Group)
	if err != nil {
		return nil, err
	}
	if _, err := stale(o.Path); err != nil {
		return nil, err
	}
	s := newServer(o)
	if err := alone(o.Path, s.take); err != nil {
		return nil, err
	}
	if err := s.open(gid); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// take takes the place: two that find the same stale socket must not both.
func (s *Server) take() error {
	inTheWay, err := stale(s.options.Path) // it may be another one now
	if err == nil && inTheWay {
		err = os.Remove(s.options.Path)
	}
	if err != nil {
		return err
	}
	if s.listener, err = listenAlone(s.options.Path); err != nil {
		return explain(s.options.Path, err)
	}
	s.listener.SetUnlinkOnClose(false)
	s.place, err = placeOf(s.options.Path)
	return err
}

// checkLength finds a path that no unix socket can have.
func checkLength(path string) error {
	if len(path) <= maxPath {
		return nil
	}
	return fmt.Errorf("the socket's path is %d bytes long, and the kernel has room for %d (use a shorter one, such as /run/greylag/greylag.sock): %s",
		len(path), maxPath, path)
}

// open lets those connect who may. gid is the group that gets it, -1 none.
func (s *Server) open(gid int) error {
	path := s.options.Path
	if gid >= 0 {
		if err := os.Chown(path, -1, gid); err != nil {
			return fmt.Errorf("%w: only root may give it to a group that user %d is no member of (add the user to %s, or choose another group)",
				err, os.Geteuid(), s.options.Group)
		}
	}
	return os.Chmod(path, s.options.Mode.Perm())
}

// umask guards the process's: two sockets may be made at once.
var umask sync.Mutex

// listenAlone makes a socket to which nobody but this user can connect.
func listenAlone(path string) (*net.UnixListener, error) {
	umask.Lock()
	defer umask.Unlock()
	defer unix.Umask(unix.Umask(0o177))
	return net.ListenUnix("unix", &net.UnixAddr{Name: asFile(path), Net: "unix"})
}

// asFile is the path of a file, not the abstract address that a leading @ would make
// of it.
func asFile(path string) string {
	if strings.HasPrefix(path, "@") {
		return "./" + path
	}
	return path
}

// groupOf is the number of a group; -1 where none is named.
func groupOf(name string) (gid int, err error) {
	if name == "" {
		return -1, nil
	}
	if gid, err := strconv.ParseUint(name, 10, 31); err == nil {
		return int(gid), nil
	}
	g, err := user.LookupGroup(name)
	if err != nil {
		return 0, fmt.Errorf("there is no group %q (see: getent group; or give its number)", name)
	}
	return strconv.Atoi(g.Gid)
}

// stale tells whether there is a socket at path that nobody serves. All else that is
// there is an error.
func stale(path string) (bool, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, explain(path, err)
	case info.Mode().Type() != fs.ModeSocket:
		return false, fmt.Errorf("%s is %s and no socket: it is left alone (choose another path, or move it away)", path, kindOf(info.Mode()))
	}
	conn, err := net.Dial("unix", asFile(path))
	switch {
	case err == nil:
		defer conn.Close()
		return false, fmt.Errorf("%s is being served%s: one greylag can serve it at a time (choose another path, or end that process)", path, byWhom(conn))
	case errors.Is(err, fs.ErrNotExist): // it has just gone
		return false, nil
	case errors.Is(err, unix.ECONNREFUSED):
		return true, nil
	}
	return false, fmt.Errorf("%s is a socket that may be in use: it is left alone (choose another path, or remove it): %w", path, errors.Unwrap(err))
}

// byWhom tells which process listens at the other end.
func byWhom(conn net.Conn) string {
	if cred := credentials(conn); cred != nil {
		return fmt.Sprintf(" by process %d", cred.Pid)
	}
	return ""
}

func kindOf(mode fs.FileMode) string {
	switch mode.Type() {
	case 0:
		return "a file"
	case fs.ModeDir:
		return "a directory"
	case fs.ModeSymlink:
		return "a symbolic link"
	case fs.ModeNamedPipe:
		return "a pipe"
	}
	return "a device"
}

// explain says what is wrong with where the socket is to be, and what would be right.
func explain(path string, err error) error {
	dir := filepath.Dir(path)
	err = cmp.Or(reason(err), err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no directory %s to make the socket in (create it; under systemd: RuntimeDirectory=greylag, and the socket in /run/greylag)", dir)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, unix.EROFS):
		return fmt.Errorf("user %d may not make a socket in %s: %w (choose a directory of this user's; under systemd: RuntimeDirectory=greylag, and the socket in /run/greylag)",
			os.Geteuid(), dir, err)
	case errors.Is(err, unix.ENOTDIR):
		return fmt.Errorf("%s is no directory to make the socket in: %w", dir, err)
	}
	return fmt.Errorf("the socket %s cannot be made: %w", path, err)
}

// reason is what the kernel said, without the call.
func reason(err error) error {
	if errno, is := errors.AsType[unix.Errno](err); is {
		return errno
	}
	return nil
}

// placeOf finds out which file is there.
func placeOf(path string) (place, error) {
	var stat unix.Stat_t
	if err := unix.Lstat(path, &stat); err != nil {
		return place{}, &fs.PathError{Op: "lstat", Path: path, Err: err}
	}
	return place{path: path, dev: stat.Dev, ino: stat.Ino}, nil
}

// remove removes the socket, unless another file has taken its place.
func (p place) remove() error { return alone(p.path, p.removeIfOurs) }

func (p place) removeIfOurs() error {
	if now, err := placeOf(p.path); err != nil || now != p {
		return nil
	}
	if err := os.Remove(p.path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
