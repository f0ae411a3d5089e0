package serve

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// How long somebody else may hold a place: it takes a few system calls to find out
// what is there, and to replace or remove it.
const (
	placeAttempts = 50
	placePause    = 10 * time.Millisecond
)

// alone does what changes the file at path while no other greylag does. Between them
// stands a lock on a file beside it, which goes when it is done: who waited for it then
// has a file without a name, and takes another.
func alone(path string, do func() error) error {
	name := asFile(path) + ".lock"
	for range placeAttempts {
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
		if err != nil {
			return explain(path, err)
		}
		if holds(f, name) {
			defer f.Close()
			defer os.Remove(name) // before it is closed: it is ours until then
			return do()
		}
		f.Close()
		time.Sleep(placePause)
	}
	return fmt.Errorf("%s is locked: another program holds %s (end it, or choose another path)", path, name)
}

// holds locks a file, and tells whether it did, and name is still that file's.
func holds(f *os.File, name string) bool {
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		return false
	}
	locked, err := f.Stat()
	named, again := os.Lstat(name)
	return errors.Join(err, again) == nil && os.SameFile(locked, named)
}
