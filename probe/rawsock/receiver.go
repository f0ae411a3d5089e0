//go:build linux

package rawsock

import (
	"encoding/binary"
	"fmt"
	"os"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// receiver reads packets with their kernel timestamps from one socket.
type receiver struct {
	*socket
	messages
	packets  [batch][]byte // room for each
	oobs     [batch][]byte // for its control messages
	overflow uint32        // SO_RXQ_OVFL as last seen
	dropped  uint64
	emptied  time.Time // when the buffer was last seen empty

	taken     int // packets since the buffer was empty, or the kernel asked what it dropped
	fullAfter int // so many may have filled the buffer
}

// How much of a received packet is read. A keepalive's answer is under 100 bytes;
// what a peer trails behind its own must come back whole; an ICMP error has at
// most 576 (RFC 1812 section 4.3.2.3).
const (
	answerRoom  = 256
	requestRoom = 2048
	errorRoom   = 576
)

func newReceiver(s *socket, program []bpf.Instruction, room, buffer int) (*receiver, error) {
	if err := s.filter(program); err != nil {
		return nil, err
	}
	for name, opt := range map[string]int{"SO_TIMESTAMPNS": unix.SO_TIMESTAMPNS, "SO_RXQ_OVFL": unix.SO_RXQ_OVFL} {
		if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, opt, 1); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	s.buffer(unix.SO_RCVBUFFORCE, unix.SO_RCVBUF, buffer)
	r := &receiver{socket: s, emptied: time.Now()}
	r.init()
	granted, err := r.size()
	if err != nil {
		return nil, err
	}
	r.fullAfter = fullAfter(granted)
	const oob = 64 // a timespec and a counter with their headers
	memory := make([]byte, batch*(room+oob))
	for i := range r.packets {
		m := memory[i*(room+oob):]
		r.packets[i], r.oobs[i] = m[:room:room], m[room:room+oob:room+oob]
		r.payload(i, r.packets[i])
		r.control(i, r.oobs[i])
	}
	return r, nil
}

// receiveBatches hands over that many batches at most.
func (r *receiver) receiveBatches(most int, handle func(packet []byte, at time.Time)) error {
	for range most {
		more, err := r.receive(handle)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// receive hands over one batch at most, and says whether there may be more.
func (r *receiver) receive(handle func(packet []byte, at time.Time)) (more bool, err error) {
	begun := time.Now()
	n, err := exchange(unix.SYS_RECVMMSG, r.fd, r.headers[:])
	if err != nil {
		n, err = 0, receiveError(err)
	}
	now := time.Now()
	for i := range r.headers[:n] {
		h := &r.headers[i]
		at := r.arrived(r.oobs[i][:h.Hdr.Controllen], now)
		h.Hdr.SetControllen(len(r.oobs[i])) // the kernel wrote over it
		handle(r.packets[i][:h.Len], at)
	}
	r.look(n)
	if n == batch {
		return true, nil
	}
	r.emptied, r.taken = begun, 0
	return false, err
}

// receiveError tells an empty buffer and an interrupted call from a fault.
func receiveError(err error) error {
	if err == unix.EAGAIN || err == unix.EINTR {
		return nil
	}
	return fmt.Errorf("receiving: %w", err)
}

// arrived reads the control messages of a packet: it returns the packet's time
// of arrival on now's clock, and counts what the socket had to drop.
func (r *receiver) arrived(oob []byte, now time.Time) time.Time {
	at := now
	for len(oob) > 0 {
		h, data, rest, err := unix.ParseOneSocketControlMessage(oob)
		if err != nil {
			break
		}
		oob = rest
		switch {
		case h.Level != unix.SOL_SOCKET:
		case h.Type == unix.SO_TIMESTAMPNS && len(data) >= 16:
			at = arrival(data, now, now.Sub(r.emptied))
		case h.Type == unix.SO_RXQ_OVFL && len(data) >= 4:
			r.count(binary.NativeEndian.Uint32(data))
		}
	}
	return at
}

// arrival translates a kernel timestamp, which is of the wall clock, to now's
// monotonic clock. oldest is how long the packet can have waited. A wall clock
// that was stepped meanwhile gives something else: then it arrived now.
func arrival(timespec []byte, now time.Time, oldest time.Duration) time.Time {
	sec := int64(binary.NativeEndian.Uint64(timespec))
	nsec := int64(binary.NativeEndian.Uint64(timespec[8:]))
	age := now.UnixNano() - (sec*1e9 + nsec)
	if age < 0 || age > int64(oldest+grain) {
		return now
	}
	return now.Add(-time.Duration(age))
}

// grain is by how much two readings of the clocks may disagree.
const grain = time.Millisecond

// count takes what the kernel says of drops, modulo 2^32. What a packet tells is of
// when it was queued, and may be older than what is known.
func (r *receiver) count(overflow uint32) {
	if more := overflow - r.overflow; int32(more) > 0 {
		r.dropped += uint64(more)
		r.overflow = overflow
	}
}

// Buffer returns the size of the receive buffer that the kernel granted, in
// bytes of its own accounting.
func (r *receiver) size() (int, error) {
	n, err := unix.GetsockoptInt(r.fd, unix.SOL_SOCKET, unix.SO_RCVBUF)
	return n, os.NewSyscallError("SO_RCVBUF", err)
}
