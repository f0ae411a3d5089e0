//go:build linux

package rawsock

import (
	"errors"
	"net"
	"os"
	"syscall"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

// sender writes packets in batches to one socket.
type sender struct {
	*socket
	messages []ipv4.Message // queued; as long as the queue
	places   []int          // of each message in the caller's batch
	ready    []ipv4.Message // all there are, with their buffers
}

func newSender(s *socket) *sender {
	return &sender{socket: s}
}

// queue adds a packet. The message is reused, its slices and address included.
func (s *sender) queue(place int, destination [4]byte, payload, oob []byte) {
	n := len(s.messages)
	if n == cap(s.messages) {
		s.grow()
	}
	s.messages = s.messages[:n+1]
	m := &s.messages[n]
	m.Buffers[0] = payload
	copy(m.Addr.(*net.IPAddr).IP, destination[:])
	m.OOB = oob
	s.places = append(s.places, place)
}

func (s *sender) grow() {
	n := len(s.messages)
	grown := make([]ipv4.Message, 2*n+batch)
	copy(grown, s.messages)
	for i := n; i < len(grown); i++ {
		grown[i].Buffers = make([][]byte, 1)
		grown[i].Addr = &net.IPAddr{IP: make(net.IP, net.IPv4len)}
	}
	s.messages = grown[:n]
}

// flush sends what is queued. A packet that the kernel refuses does not keep
// the others from going.
func (s *sender) flush(failed func(place int, err error)) {
	for next := 0; next < len(s.messages); {
		end := min(next+batch, len(s.messages))
		n, err := s.pc.WriteBatch(s.messages[next:end], unix.MSG_DONTWAIT)
		if err == nil && n > 0 {
			next += n
			continue
		}
		errno := errnoOf(err)
		if errno == unix.EINTR {
			continue
		}
		failed(s.places[next], errno)
		next++
	}
	s.messages, s.places = s.messages[:0], s.places[:0]
}

// errnoOf takes the system call's name off an error: it is always the same, and
// what counts is the number. A full send buffer is ENOBUFS like a full queue.
func errnoOf(err error) error {
	var call *os.SyscallError
	if errors.As(err, &call) {
		err = call.Err
	}
	var errno syscall.Errno
	switch {
	case !errors.As(err, &errno):
		return err
	case errno == unix.EAGAIN:
		return unix.ENOBUFS
	}
	return errno
}
