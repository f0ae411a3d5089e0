package main

import (
	"io"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// isNull tells whether nobody can ever read what is written to w: it is /dev/null.
func isNull(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && info.Mode()&os.ModeCharDevice != 0 && stat.Rdev == unix.Mkdev(1, 3)
}
