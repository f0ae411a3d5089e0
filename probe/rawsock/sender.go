//go:build linux

package rawsock

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// sender writes packets in batches to one socket.
type sender struct {
	*socket
	blocks []*outgoing // as many as the largest batch needed so far
	queued int
}

// outgoing is a part of the batch that goes out by one system call.
type outgoing struct {
	messages
	names  [batch]unix.RawSockaddrInet4
	places [batch]int // of each message in the caller's batch
}

func newOutgoing() *outgoing {
	o := &outgoing{}
	o.init()
	for i := range o.names {
		o.names[i].Family = unix.AF_INET
		o.headers[i].Hdr.Name = (*byte)(unsafe.Pointer(&o.names[i]))
		o.headers[i].Hdr.Namelen = unix.SizeofSockaddrInet4
	}
	return o
}

func newSender(s *socket) *sender {
	return &sender{socket: s}
}

// queue adds a packet.
func (s *sender) queue(place int, destination [4]byte, payload, oob []byte) {
	if s.queued == len(s.blocks)*batch {
		s.blocks = append(s.blocks, newOutgoing())
	}
	o, i := s.blocks[s.queued/batch], s.queued%batch
	o.payload(i, payload)
	o.control(i, oob)
	o.names[i].Addr = destination
	o.places[i] = place
	s.queued++
}

// flush sends what is queued.
func (s *sender) flush(failed func(place int, err error)) {
	for first := 0; first < s.queued; first += batch {
		s.send(s.blocks[first/batch], min(batch, s.queued-first), failed)
	}
	s.queued = 0
}

// send sends the first n of a block. A packet that the kernel refuses does not
// keep the others from going.
func (s *sender) send(o *outgoing, n int, failed func(place int, err error)) {
	for next := 0; next < n; {
		sent, err := exchange(unix.SYS_SENDMMSG, s.fd, o.headers[next:n])
		switch {
		case err == nil:
			next += sent
		case err == unix.EINTR:
		default:
			failed(o.places[next], refusal(err))
			next++
		}
	}
}

// refusal is what to say of an error: a full send buffer is ENOBUFS like a full
// queue.
func refusal(err error) error {
	if err == unix.EAGAIN {
		return unix.ENOBUFS
	}
	return err
}
