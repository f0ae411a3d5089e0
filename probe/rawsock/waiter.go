//go:build linux

package rawsock

import (
	"encoding/binary"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// waiter sleeps until a time, a packet, or a wake-up.
type waiter struct {
	wake int // an eventfd
	fds  []unix.PollFd
}

func newWaiter(sockets ...*socket) (*waiter, error) {
	fd, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("eventfd: %w", err)
	}
	w := &waiter{wake: fd, fds: []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}}
	for _, s := range sockets {
		w.fds = append(w.fds, unix.PollFd{Fd: int32(s.fd), Events: unix.POLLIN})
	}
	return w, nil
}

// Wait returns after d, or sooner when a packet has come if wakeOnPacket, or
// when Wake is called.
func (w *waiter) Wait(d time.Duration, wakeOnPacket bool) {
	if d < 0 {
		d = 0
	}
	fds := w.fds
	if !wakeOnPacket {
		fds = fds[:1]
	}
	timeout := unix.NsecToTimespec(int64(d))
	n, err := unix.Ppoll(fds, &timeout, nil)
	if err == nil && n > 0 && fds[0].Revents != 0 {
		var b [8]byte
		_, _ = unix.Read(w.wake, b[:])
	}
}

// Wake ends a Wait, the next one if there is none.
func (w *waiter) Wake() {
	var b [8]byte
	binary.NativeEndian.PutUint64(b[:], 1)
	_, _ = unix.Write(w.wake, b[:])
}

func (w *waiter) close() error { return unix.Close(w.wake) }
