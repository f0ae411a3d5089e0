//go:build linux

package rawsock

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// batch is how many packets one system call carries: more save nothing that can be
// measured, and a stop of the world has to wait for the call.
const batch = 32

// messages are a batch as sendmmsg and recvmmsg want it, laid out once: between
// two calls only what differs is written. They must not be copied, since headers
// point into them.
//
// x/net's batches did this work, and cost more: they lay each message out anew,
// and they announce each call to the Go scheduler, whose monitor thread then
// watches it (see waiter).
type messages struct {
	headers [batch]unix.Mmsghdr
	iovecs  [batch]unix.Iovec
}

func (m *messages) init() {
	for i := range m.headers {
		m.headers[i].Hdr.Iov = &m.iovecs[i]
		m.headers[i].Hdr.SetIovlen(1)
	}
}

// payload sets what message i sends, or receives into.
func (m *messages) payload(i int, b []byte) {
	m.iovecs[i].Base = unsafe.SliceData(b)
	m.iovecs[i].SetLen(len(b))
}

// control sets the control messages of message i, or where to receive them.
func (m *messages) control(i int, b []byte) {
	m.headers[i].Hdr.Control = unsafe.SliceData(b)
	m.headers[i].Hdr.SetControllen(len(b))
}

// exchange calls sendmmsg or recvmmsg with some of the headers, without blocking,
// and returns how many were done. The scheduler is not told: the call takes some
// microseconds a packet, and so long the processor may as well stay ours.
func exchange(trap uintptr, fd int, headers []unix.Mmsghdr) (int, error) {
	if len(headers) == 0 {
		return 0, nil
	}
	n, _, errno := unix.RawSyscall6(trap, uintptr(fd),
		uintptr(unsafe.Pointer(unsafe.SliceData(headers))), uintptr(len(headers)), unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
