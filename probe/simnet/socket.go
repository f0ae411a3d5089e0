package simnet

import (
	"bytes"
	"slices"
	"time"
)

// Socket is the receiving side of a [Conn] or [ReflectConn]. Wake, Inject,
// Dropped and the setters may be called from any goroutine, the rest by one.
type Socket struct {
	host  *Host
	wants func(ipv4) bool // the filter in the kernel
	wake  chan struct{}   // holds a Wake
	look  chan struct{}   // holds a nudge: something changed, look again
	timer *time.Timer     // only used by Wait

	// The rest is guarded by the Net's lock.
	queue   []arrival
	spare   []arrival // the batch before, to be used again
	used    int       // bytes of the buffer
	size    int
	dropped uint64
	failure error
	until   time.Time // of a Wait that ends with packets; zero: there is none
}

// arrival is a packet in the receive buffer.
type arrival struct {
	packet []byte
	at     time.Time
}

const (
	// defaultReceiveBuffer is Linux's net.core.rmem_default.
	defaultReceiveBuffer = 212_992
	// packetOverhead is what a packet takes of the buffer beside its length: a
	// bare answer of 24 octets was measured to take 876.
	packetOverhead = 852
)

func newSocket(h *Host, wants func(ipv4) bool) *Socket {
	s := &Socket{
		host:  h,
		wants: wants,
		wake:  make(chan struct{}, 1),
		look:  make(chan struct{}, 1),
		size:  defaultReceiveBuffer,
	}
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	h.sockets = append(h.sockets, s)
	h.net.sockets = append(h.net.sockets, s)
	return s
}

// SetReceiveBuffer sets the size of the receive buffer in bytes. Each packet
// takes 852 and its length.
func (s *Socket) SetReceiveBuffer(size int) {
	s.host.net.mu.Lock()
	defer s.host.net.mu.Unlock()
	s.host.net.advance(time.Now())
	s.size = size
}

// ReceiveBuffer returns the size of the receive buffer in bytes.
func (s *Socket) ReceiveBuffer() (int, error) {
	s.host.net.mu.Lock()
	defer s.host.net.mu.Unlock()
	return s.size, nil
}

// FailReceive makes Receive return err from now on; nil ends it.
func (s *Socket) FailReceive(err error) {
	s.host.net.mu.Lock()
	defer s.host.net.mu.Unlock()
	s.failure = err
}

// Inject puts any bytes into the receive buffer, now, past filter and checks.
func (s *Socket) Inject(packet []byte) {
	s.host.net.mu.Lock()
	defer s.host.net.mu.Unlock()
	now := time.Now()
	s.host.net.advance(now)
	s.enqueue(bytes.Clone(packet), now)
}

// enqueue takes a packet as long as the buffer is not full: like Linux, which
// looks before it adds, it lets the last one stand out.
func (s *Socket) enqueue(packet []byte, at time.Time) {
	if s.used >= s.size {
		s.dropped++
		return
	}
	s.used += packetOverhead + len(packet)
	s.queue = append(s.queue, arrival{packet, at})
	if !s.until.IsZero() {
		s.nudge()
	}
}

// nudge has a Wait look again.
func (s *Socket) nudge() {
	select {
	case s.look <- struct{}{}:
	default:
	}
}

// Dropped returns how many packets the receive buffer had no room for so far.
func (s *Socket) Dropped() uint64 {
	s.host.net.mu.Lock()
	defer s.host.net.mu.Unlock()
	s.host.net.advance(time.Now())
	return s.dropped
}

// mostInBatch is how many packets are handed over at a time.
const mostInBatch = 64

// Receive calls handle with each packet of a batch that has arrived, and when, and
// says whether there may be more. It never blocks. The packet is valid during the call.
func (s *Socket) Receive(handle func(packet []byte, at time.Time)) (more bool, err error) {
	got, err := s.takeBatch()
	for _, a := range got {
		handle(a.packet, a.at)
	}
	return len(got) == mostInBatch, err
}

// takeBatch takes a batch out of the receive buffer. What it returns is valid until
// the next call.
func (s *Socket) takeBatch() ([]arrival, error) {
	s.host.net.mu.Lock()
	defer s.host.net.mu.Unlock()
	s.host.net.advance(time.Now())
	if s.failure != nil {
		return nil, s.failure
	}
	n := min(len(s.queue), mostInBatch)
	got := append(s.spare[:0], s.queue[:n]...)
	s.spare = got
	for _, a := range got {
		s.used -= packetOverhead + len(a.packet)
	}
	s.queue = slices.Delete(s.queue, 0, n)
	return got, nil
}

// Wake ends a Wait, the next one if there is none.
func (s *Socket) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Wait returns after d, or sooner when a packet is there if wakeOnPacket, or
// when Wake is called.
func (s *Socket) Wait(d time.Duration, wakeOnPacket bool) {
	deadline := time.Now().Add(d)
	defer s.unwatch()
	for {
		pause := s.watch(deadline, wakeOnPacket)
		if s.sleep(pause) || pause <= 0 {
			return
		}
	}
}

// watch returns how long nothing can end the Wait but a Wake or a nudge; 0 if it
// has ended.
func (s *Socket) watch(deadline time.Time, wakeOnPacket bool) time.Duration {
	n := s.host.net
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	if !wakeOnPacket {
		return deadline.Sub(now)
	}
	n.advance(now)
	if len(s.queue) > 0 {
		return 0
	}
	s.until = deadline
	if len(n.events) > 0 && n.events[0].at.Before(deadline) {
		s.until = n.events[0].at
	}
	return s.until.Sub(now)
}

func (s *Socket) unwatch() {
	s.host.net.mu.Lock()
	defer s.host.net.mu.Unlock()
	s.until = time.Time{}
}

// sleep returns after d or a nudge, or when there is a Wake: then true.
func (s *Socket) sleep(d time.Duration) (woken bool) {
	select {
	case <-s.wake:
		return true
	default:
	}
	if d <= 0 {
		return false
	}
	if s.timer == nil {
		s.timer = time.NewTimer(d)
	} else {
		s.timer.Reset(d)
	}
	defer s.timer.Stop()
	select {
	case <-s.wake:
		return true
	case <-s.look:
	case <-s.timer.C:
	}
	return false
}
