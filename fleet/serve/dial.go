package serve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// Dial connects to the socket that a greylag serves at path. Where none does, the error
// says what would be right.
func Dial(ctx context.Context, path string) (net.Conn, error) {
	if err := checkLength(path); err != nil {
		return nil, err
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", asFile(path))
	if err != nil {
		return nil, unanswered(path, err)
	}
	return conn, nil
}

// unanswered says why nobody can connect to path.
func unanswered(path string, err error) error {
	info, _ := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ENOTDIR):
		return fmt.Errorf("there is no socket %s (name the one that a greylag serves, or start it: greylag headless --socket %[1]s)", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("user %d may not connect to the socket %s (root may, and whom greylag headless --socket-mode and --socket-group admit)", os.Geteuid(), path)
	case info != nil && info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%s is %s and no socket (name the one that a greylag serves)", path, kindOf(info.Mode()))
	case errors.Is(err, unix.ECONNREFUSED):
		return fmt.Errorf("nobody serves the socket %s any more (start the greylag that does: greylag headless --socket %[1]s)", path)
	}
	return fmt.Errorf("the socket %s cannot be connected to: %w", path, cmp.Or(reason(err), err))
}
