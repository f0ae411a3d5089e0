//go:build linux

package rawsock

import (
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sender writes packets in batches to one socket, large ones with a [mate].
type sender struct {
	*socket
	blocks  []*outgoing // as many as the largest batch needed so far
	queued  int
	shares  shares
	share   int          // packets of each of them
	refused atomic.Int32 // packets of this batch
	mate    *mate        // nil: there is none
}

// outgoing is a part of the batch.
type outgoing struct {
	messages
	names  [batch]unix.RawSockaddrInet4
	places [batch]int   // of each message in the caller's batch
	errs   [batch]error // why the kernel refused it; nil: it did not
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
	if s.queued == 0 {
		return
	}
	if s.mate != nil && s.queued >= worthSharing {
		s.divide(smallShare)
		s.mate.call(s)
	} else {
		s.divide(batch)
	}
	s.sendShares(s.fd)
	s.shares.await()
	if s.refused.Load() > 0 {
		s.tell(failed)
	}
	s.queued = 0
}

// divide makes shares of so many packets of the batch.
func (s *sender) divide(share int) {
	s.share = share
	s.shares.begin((s.queued + share - 1) / share)
}

// sendShares sends by a socket what of the batch nobody else has begun with.
func (s *sender) sendShares(fd int) {
	for n, ok := s.shares.take(); ok; n, ok = s.shares.take() {
		first := n * s.share
		s.send(fd, s.blocks[first/batch], first%batch, min(s.share, s.queued-first))
		s.shares.finish()
	}
}

// send sends n of a block from the first on. A packet that the kernel refuses does
// not keep the others from going.
func (s *sender) send(fd int, o *outgoing, first, n int) {
	for next, end := first, first+n; next < end; {
		sent, err := exchange(unix.SYS_SENDMMSG, fd, o.headers[next:end])
		switch {
		case err == nil:
			next += sent
		case err == unix.EINTR:
		default:
			o.errs[next] = refusal(err)
			s.refused.Add(1)
			next++
		}
	}
}

// tell says what was refused, in the order of the batch.
func (s *sender) tell(failed func(place int, err error)) {
	for i := range s.queued {
		o, k := s.blocks[i/batch], i%batch
		if err := o.errs[k]; err != nil {
			o.errs[k] = nil
			failed(o.places[k], err)
		}
	}
	s.refused.Store(0)
}

// refusal is what to say of an error: a full send buffer is ENOBUFS like a full
// queue.
func refusal(err error) error {
	if err == unix.EAGAIN {
		return unix.ENOBUFS
	}
	return err
}
