//go:build linux

package rawsock

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// The kernel tells with a packet what was dropped before it (SO_RXQ_OVFL). Who has
// read a buffer that was full does not know yet what it had no room for, which
// would be told with the next answer: too late for a tunnel whose last retry was
// among it. So the kernel is asked (SO_MEMINFO, Linux 4.12), where a reading of the
// buffer brought so much that it can have been full.

// fullAfter returns how many packets in one reading may have filled a buffer of so
// many bytes: an eighth of the answers that it holds, since other packets take more
// of it.
func fullAfter(size int) int { return max(1, size/(8*BytesPerAnswer)) }

// look asks what has been dropped, if the reading, with n packets more, may have found
// the buffer full.
func (r *receiver) look(n int) {
	if r.taken += n; r.taken < r.fullAfter {
		return
	}
	r.taken = 0
	var info [unix.SK_MEMINFO_VARS]uint32
	size := uint32(unsafe.Sizeof(info))
	_, _, errno := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(r.fd), unix.SOL_SOCKET, unix.SO_MEMINFO,
		uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	if errno == 0 && size >= uint32(unsafe.Sizeof(info)) { // else the next packet tells
		r.count(info[unix.SK_MEMINFO_DROPS])
	}
}
