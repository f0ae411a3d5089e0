//go:build linux

package netlab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/ipv4"
)

// Responder is what one far end does with one IP packet: it emits any number of
// IP packets, header included, each to leave after a delay. packet is valid
// during the call, and what is given to emit during that call of emit. emit must
// not be called after Handle has returned. A server calls one Handle at a time.
type Responder interface {
	Handle(packet []byte, now time.Time, emit func(delay time.Duration, packet []byte))
}

// Counts says what a server has done. Of what was emitted and is not answered or
// failed, the rest is not due yet.
type Counts struct {
	Received uint64 // packets handed to responders, or without one
	Emitted  uint64 // packets that responders want sent
	Answered uint64 // of those, handed to the kernel
	Failed   uint64 // of those, refused by it, or not IPv4
	// Dropped reached the far side but was lost here: too long, or no room in the
	// buffer. The kernel tells the latter with the next packet.
	Dropped uint64
}

// Server plays all far ends over three raw sockets in the far namespace.
type Server struct {
	sockets   *sockets
	responder func(destination [4]byte) Responder
	queue     *queue
	stop      func() bool // detaches the server from its context
	closing   chan struct{}
	once      sync.Once
	err       error // of closing; set by once
	running   sync.WaitGroup

	handling sync.Mutex // responders keep state and there are two readers

	received, emitted, answered, failed, dropped atomic.Uint64
}

// Serve hands every GRE and ICMP packet that reaches an address of the far side
// to the responder of that address, until ctx ends or the server is closed.
// Where responder returns nil the packet is counted and nothing happens.
//
// The kernel fills in what it always does for packets with their own header: the
// total length and the checksum, and an identification that is 0.
func (l *Lab) Serve(ctx context.Context, responder func(destination [4]byte) Responder) (*Server, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, errClosed
	}
	sockets, err := l.openSockets()
	if err != nil {
		return nil, fmt.Errorf("serving far ends: %w", err)
	}
	s := &Server{sockets: sockets, responder: responder, queue: newQueue(), closing: make(chan struct{})}
	s.running.Go(func() { s.receive(sockets.gre) })
	s.running.Go(func() { s.receive(sockets.icmp) })
	s.running.Go(s.transmit)
	s.stop = context.AfterFunc(ctx, s.shut)
	l.servers = append(l.servers, s)
	return s, nil
}

// Close stops the server and waits until no responder is called any more. What
// is not due yet is not sent. Closing again does nothing.
func (s *Server) Close() error {
	s.stop()
	s.shut()
	s.running.Wait()
	return s.err
}

func (s *Server) shut() {
	s.once.Do(func() {
		close(s.closing)
		s.err = s.sockets.Close()
	})
}

// Counts returns what the server has done so far.
func (s *Server) Counts() Counts {
	return Counts{
		Received: s.received.Load(), Emitted: s.emitted.Load(), Answered: s.answered.Load(),
		Failed: s.failed.Load(), Dropped: s.dropped.Load(),
	}
}

// Send sends a packet of a far end's own, IP header included, at once. Any
// goroutine may call it. It is not in the counts.
func (s *Server) Send(packet []byte) error {
	if !isIPv4(packet) {
		return errors.New("sending from the far side: not an IPv4 packet with its header")
	}
	if _, err := s.sockets.raw.WriteTo(packet, destinationOf(packet)); err != nil {
		return fmt.Errorf("sending from the far side: %w", err)
	}
	return nil
}

// receive reads batches until the socket is closed.
func (s *Server) receive(conn net.PacketConn) {
	reader, batch := ipv4.NewPacketConn(conn), newBatch()
	var lost uint64
	for {
		n, err := reader.ReadBatch(batch, 0)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if n <= 0 {
			continue // nothing else ends a raw socket
		}
		if now := overflow(&batch[n-1]); now > lost {
			s.dropped.Add(now - lost)
			lost = now
		}
		s.handle(batch[:n], time.Now())
	}
}

func (s *Server) handle(batch []ipv4.Message, now time.Time) {
	emit := func(delay time.Duration, packet []byte) {
		s.emitted.Add(1)
		s.queue.add(now.Add(delay), slices.Clone(packet))
	}
	s.handling.Lock()
	for i := range batch {
		s.handleOne(&batch[i], now, emit)
	}
	s.handling.Unlock()
	s.queue.rouse()
}

func (s *Server) handleOne(m *ipv4.Message, now time.Time, emit func(time.Duration, []byte)) {
	packet := m.Buffers[0][:m.N]
	if m.N == packetSize || !isIPv4(packet) { // cut off, or as good as
		s.dropped.Add(1)
		return
	}
	s.received.Add(1)
	if r := s.responder([4]byte(packet[16:20])); r != nil {
		r.Handle(packet, now, emit)
	}
}

// transmit sends what is due until the server is closed.
func (s *Server) transmit() {
	var (
		writer  = ipv4.NewPacketConn(s.sockets.raw)
		packets [][]byte
		batch   = make([]ipv4.Message, 0, batchSize)
		timer   = time.NewTimer(0)
	)
	defer timer.Stop()
	for {
		var wait time.Duration
		packets, wait = s.queue.take(packets[:0], batchSize, time.Now())
		s.write(writer, batch, packets)
		if wait == 0 {
			wait = time.Nanosecond // more is due: only look whether we are closing
		}
		if wait > 0 {
			timer.Reset(wait)
		}
		select {
		case <-s.closing:
			return
		case <-s.queue.wake:
		case <-timer.C:
		}
	}
}

// write sends packets with as few system calls as can be. The kernel stops a
// batch at the first packet that it refuses.
func (s *Server) write(writer *ipv4.PacketConn, batch []ipv4.Message, packets [][]byte) {
	for _, p := range packets {
		if !isIPv4(p) {
			s.failed.Add(1)
			continue
		}
		batch = append(batch, ipv4.Message{Buffers: [][]byte{p}, Addr: destinationOf(p)})
	}
	for len(batch) > 0 {
		n, err := writer.WriteBatch(batch, 0)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if n <= 0 {
			s.failed.Add(1)
			n = 1
		} else {
			s.answered.Add(uint64(n))
		}
		batch = batch[n:]
	}
}

// isIPv4 tells whether packet has a whole IPv4 header (RFC 791 section 3.1).
func isIPv4(packet []byte) bool {
	return len(packet) >= 20 && packet[0]>>4 == 4 && int(packet[0]&15)*4 >= 20 && int(packet[0]&15)*4 <= len(packet)
}

func destinationOf(packet []byte) *net.IPAddr {
	return &net.IPAddr{IP: net.IP(packet[16:20])}
}
