//go:build linux

package rawsock

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// waiter sleeps until a time, a packet, or a wake-up: it waits for an epoll
// descriptor that watches a timer, an eventfd and the sockets. Only that one
// descriptor is in the runtime's poller, so that the goroutine parks.
//
// A goroutine that blocks in a system call instead keeps the scheduler's monitor
// thread busy: it looks every 20 microseconds whether to take the processor away
// meanwhile. That cost 3 to 6 % of a core at 10,000 to 50,000 keepalives a
// second, and moved the engine from thread to thread.
type waiter struct {
	poll    *os.File // the epoll descriptor
	raw     syscall.RawConn
	timer   int // a timerfd
	wake    int // an eventfd
	sockets []*socket
	armed   bool // packets end a wait

	isReady func(fd uintptr) bool // the method, made once: a method value is an allocation
	woken   bool
}

func newWaiter(sockets ...*socket) (*waiter, error) {
	w := &waiter{timer: -1, wake: -1, sockets: sockets}
	w.isReady = w.look
	if err := w.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("descriptors to wait with: %w", err), w.close())
	}
	return w, nil
}

func (w *waiter) open() (err error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	_ = unix.SetNonblock(fd, true) // so that the runtime's poller takes it
	w.poll = os.NewFile(uintptr(fd), "epoll")
	if err := w.poll.SetReadDeadline(time.Time{}); err != nil { // or a wait would not wait
		return err
	}
	if w.raw, err = w.poll.SyscallConn(); err != nil {
		return err
	}
	if w.timer, err = unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC); err != nil {
		return err
	}
	if w.wake, err = unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC); err != nil {
		return err
	}
	return w.watchAll(fd)
}

func (w *waiter) watchAll(fd int) error {
	errs := []error{
		watch(fd, unix.EPOLL_CTL_ADD, w.timer, unix.EPOLLIN),
		watch(fd, unix.EPOLL_CTL_ADD, w.wake, unix.EPOLLIN),
	}
	for _, s := range w.sockets {
		errs = append(errs, watch(fd, unix.EPOLL_CTL_ADD, s.fd, 0))
	}
	return errors.Join(errs...)
}

// add has packets of one more socket end a wait.
func (w *waiter) add(s *socket) (err error) {
	var events uint32
	if w.armed {
		events = unix.EPOLLIN
	}
	failed := w.raw.Control(func(fd uintptr) { err = watch(int(fd), unix.EPOLL_CTL_ADD, s.fd, events) })
	if err = cmp.Or(failed, err); err == nil {
		w.sockets = append(w.sockets, s)
	}
	return err
}

func watch(fd, operation, what int, events uint32) error {
	return unix.EpollCtl(fd, operation, what, &unix.EpollEvent{Events: events, Fd: int32(what)})
}

// Wait returns after d, or sooner when a packet has come if wakeOnPacket, or
// when Wake is called.
func (w *waiter) Wait(d time.Duration, wakeOnPacket bool) {
	if d <= 0 {
		return
	}
	if wakeOnPacket != w.armed {
		w.arm(wakeOnPacket)
	}
	w.setTimer(d)
	_ = w.raw.Read(w.isReady) // it fails once the descriptor is closed, and waits no more
	if w.woken {
		w.woken = false
		var count [8]byte
		_, _ = unix.Read(w.wake, count[:])
	}
}

// arm has packets end a wait, or not. While they do not, the kernel wakes nobody
// for them.
func (w *waiter) arm(on bool) {
	w.armed = on
	var events uint32
	if on {
		events = unix.EPOLLIN
	}
	_ = w.raw.Control(func(fd uintptr) {
		for _, s := range w.sockets {
			_ = watch(int(fd), unix.EPOLL_CTL_MOD, s.fd, events)
		}
	})
}

// setTimer lets the timer expire after d. What it has counted before is gone.
//
// This system call and that of look are made without telling the scheduler: they
// never block.
func (w *waiter) setTimer(d time.Duration) {
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(d))}
	_, _, _ = unix.RawSyscall6(unix.SYS_TIMERFD_SETTIME, uintptr(w.timer), 0, uintptr(unsafe.Pointer(&spec)), 0, 0, 0)
}

// look tells whether something of what is waited for is there.
func (w *waiter) look(fd uintptr) bool {
	var events [4]unix.EpollEvent
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, fd, uintptr(unsafe.Pointer(&events)), uintptr(len(events)), 0, 0, 0)
	if errno != 0 {
		return false
	}
	for i := range events[:n] {
		w.woken = w.woken || int(events[i].Fd) == w.wake
	}
	return n > 0
}

// Wake ends a Wait, the next one if there is none.
func (w *waiter) Wake() {
	var b [8]byte
	binary.NativeEndian.PutUint64(b[:], 1)
	_, _ = unix.Write(w.wake, b[:])
}

func (w *waiter) close() error {
	var errs []error
	if w.poll != nil {
		errs = append(errs, w.poll.Close())
	}
	for _, fd := range []int{w.timer, w.wake} {
		if fd >= 0 {
			errs = append(errs, unix.Close(fd))
		}
	}
	return errors.Join(errs...)
}
