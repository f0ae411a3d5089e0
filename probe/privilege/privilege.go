//go:build linux

// Package privilege gives up, on every thread of the process and for good, what it
// may do beyond its user's own rights.
//
// Linux keeps capabilities and no_new_privs by thread, and Go moves goroutines from
// thread to thread: what one thread gives up, the others still have. libcap's cap
// and psx make the system call on all of them, with cgo (libpsx) and without it
// (syscall.AllThreadsSyscall, which refuses to work in a program with cgo).
package privilege

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
	"kernel.org/pub/linux/libs/security/libcap/cap"
)

// NetAdmin is CAP_NET_ADMIN (capabilities(7)): to change interfaces and addresses.
const NetAdmin = cap.NET_ADMIN

// Drop gives up every capability but those of keep that the process has, in every
// set: permitted, effective, inheritable and ambient, and the bounding set where it
// may (CAP_SETPCAP); and sets no_new_privs, so that no program that it starts is
// given any: by its file's capabilities, by set-user-ID, or for user 0. Sockets that
// are open go on as they were opened. Doing it again does no harm.
//
// What user 0 owns stays his: a root without capabilities still writes root's files.
func Drop(keep ...cap.Value) error {
	if err := canListThreads(); err != nil {
		return fmt.Errorf("giving up capabilities: %w", err)
	}
	if _, err := cap.Prctlw(unix.PR_SET_NO_NEW_PRIVS, 1); err != nil {
		return fmt.Errorf("setting no_new_privs: %w", err)
	}
	left, err := among(keep)
	if err != nil {
		return err
	}
	if err := dropBounding(left); err != nil {
		return fmt.Errorf("giving up the bounding set: %w", err)
	}
	// The kernel takes out of the ambient set what is not permitted and inheritable.
	if err := left.SetProc(); err != nil {
		return fmt.Errorf("giving up capabilities: %w", err)
	}
	return nil
}

// canListThreads tells why the threads cannot be listed: libpsx, which does so where
// there is cgo, ends the process without a word for it.
func canListThreads() error {
	f, err := os.Open("/proc/self/task")
	if err != nil {
		return err
	}
	return f.Close()
}

// among returns those of keep that the process has, permitted and effective.
func among(keep []cap.Value) (*cap.Set, error) {
	has, left := cap.GetProc(), cap.NewSet()
	for _, c := range keep {
		permitted, err := has.GetFlag(cap.Permitted, c)
		if err != nil {
			return nil, fmt.Errorf("capability %v: %w", c, err)
		}
		if err := errors.Join(left.SetFlag(cap.Permitted, permitted, c), left.SetFlag(cap.Effective, permitted, c)); err != nil {
			return nil, fmt.Errorf("capability %v: %w", c, err)
		}
	}
	return left, nil
}

// dropBounding takes all but those of left out of the bounding set, which limits what
// programs can be given. Without CAP_SETPCAP it stays: no_new_privs does the same.
func dropBounding(left *cap.Set) error {
	for c := cap.Value(0); c < cap.MaxBits(); c++ {
		if kept, err := left.GetFlag(cap.Permitted, c); err != nil || kept {
			continue
		}
		if err := cap.DropBound(c); errors.Is(err, unix.EPERM) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}
