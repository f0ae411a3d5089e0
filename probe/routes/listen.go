//go:build linux

package routes

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// notice is a change that was heard, or that nothing can be heard.
type notice struct {
	links bool  // interfaces may have changed, too
	err   error // why nothing is heard; nil: it is
}

// tell puts a notice where the last one may still lie; they become one. Only one
// goroutine may tell.
func tell(to chan notice, n notice) {
	select {
	case last := <-to:
		n.links = n.links || last.links
	default:
	}
	to <- n
}

// groups are the kernel's announcements that matter: routes, and what takes
// routes away without a word about them (interfaces, addresses, next hops).
const groups = unix.RTMGRP_IPV4_ROUTE | unix.RTMGRP_LINK | unix.RTMGRP_IPV4_IFADDR | 1<<(unix.RTNLGRP_NEXTHOP-1)

// datagramSize is more than the kernel puts into one announcement. One that is cut
// off all the same counts as any change.
const datagramSize = 64 << 10

// reopenAfter is how long to wait before a socket that failed is opened anew, and
// meanwhile the time between two looks at the routes.
const reopenAfter = time.Second

// listener hears of the kernel's changes.
type listener struct {
	open   func() (*os.File, error)
	socket *os.File // nil: it failed
	in     interest
}

// openAnnouncements opens a socket that the kernel's announcements come to. No
// privilege is needed.
func openAnnouncements() (*os.File, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups})
		if err == nil {
			return os.NewFile(uintptr(fd), "netlink"), nil
		}
		_ = unix.Close(fd) // nothing was done with it
	}
	return nil, fmt.Errorf("opening a socket to hear of changes of the kernel's routes: %w", err)
}

// listen tells of changes until ctx ends. A socket that fails is opened anew, and
// from then on everything may have changed.
func (l *listener) listen(ctx context.Context, to chan notice) {
	buffer := make([]byte, datagramSize)
	for ctx.Err() == nil {
		err := l.hear(ctx, buffer, to)
		for err != nil && ctx.Err() == nil {
			tell(to, notice{links: true, err: err})
			select {
			case <-ctx.Done():
			case <-time.After(reopenAfter):
				l.socket, err = l.open()
			}
		}
		tell(to, notice{links: true})
	}
}

// hear tells of changes until the socket fails, or ctx ends. It closes the socket.
func (l *listener) hear(ctx context.Context, buffer []byte, to chan notice) error {
	socket := l.socket
	defer context.AfterFunc(ctx, func() { _ = socket.Close() })() // wakes the reader
	for {
		n, err := socket.Read(buffer)
		switch {
		case errors.Is(err, unix.ENOBUFS): // there was more than the socket holds
			tell(to, notice{links: true})
		case err != nil:
			_ = socket.Close() // it failed already
			l.socket = nil
			return fmt.Errorf("hearing of changes of the kernel's routes: %w", err)
		default:
			if routes, links := l.in.heard(buffer[:n]); routes {
				tell(to, notice{links: links})
			}
		}
	}
}

// close closes the socket, if listen has not done so.
func (l *listener) close() error {
	if l.socket == nil {
		return nil
	}
	if err := l.socket.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}
