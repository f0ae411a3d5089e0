package journal

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// lock keeps other greylags from path until what it returns is closed. The lock is on
// a file of its own, which stays: the current file's name changes hands.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o644)
	if err != nil {
		return nil, explain(path, err)
	}
	if err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		who := holder(f)
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("journal %s: another greylag%s writes it: name another file, or none (--journal=)", path, who)
		}
		return nil, fmt.Errorf("journal %s: cannot be locked: %w", path, err)
	}
	// Who holds it is for the message only.
	if f.Truncate(0) == nil {
		_, _ = fmt.Fprintf(f, "%d\n", os.Getpid())
	}
	return f, nil
}

// holder names the process that holds the lock.
func holder(f *os.File) string {
	var b [16]byte
	n, _ := f.ReadAt(b[:], 0)
	if pid := strings.TrimSpace(string(b[:n])); pid != "" {
		return " (process " + pid + ")"
	}
	return ""
}

// explain says what would be right where a file cannot be opened.
func explain(path string, err error) error {
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("journal %s: there is no such directory: make it, or name another file", path)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("journal %s: %w: name a file in a directory that greylag may write, such as /var/lib/greylag", path, err)
	}
	return fmt.Errorf("journal %s: %w", path, err)
}
