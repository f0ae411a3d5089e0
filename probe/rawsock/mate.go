//go:build linux

package rawsock

import (
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

const (
	// smallShare is how many packets of a batch that two send go out by one call: few,
	// so that who is done need not wait long for the other. A block is a multiple.
	smallShare = 8
	// worthSharing is how many packets make it worth to wake a second thread: more than
	// a turn's of 100,000 a second, but for one that comes late.
	worthSharing = 128
)

// mate is a second thread that helps send: the kernel's part of sending takes two
// thirds of what a keepalive costs, and can be done by two processors at once. It has a
// socket of its own, for the kernel lets one thread at a time send by a socket.
type mate struct {
	*socket
	calls chan *sender // whose batch there is to send; holds one, then it comes anyhow
	start sync.Once
	ended chan struct{} // closed when the thread has
}

// openMate opens the second socket, which receives nothing: it is bound to an address
// to which no packet for us goes, and packets still leave with the addresses that
// their control messages name. There is no mate, nil, where there is but one processor,
// or where the kernel gives us no second socket: one thread can do it all.
func openMate(protocol, buffer int) *mate {
	if runtime.GOMAXPROCS(0) < 2 {
		return nil
	}
	s, err := openSocket(protocol)
	if err != nil {
		return nil
	}
	if s.headerOptions() != nil || unix.Bind(s.fd, &unix.SockaddrInet4{Addr: broadcast}) != nil {
		_ = s.close() // nothing was written to it
		return nil
	}
	s.buffer(unix.SO_SNDBUFFORCE, unix.SO_SNDBUF, buffer)
	return &mate{socket: s, calls: make(chan *sender, 1), ended: make(chan struct{})}
}

var broadcast = [4]byte{255, 255, 255, 255}

// call has the mate send, too, as soon as it can.
func (m *mate) call(s *sender) {
	m.start.Do(func() { go m.run() })
	select {
	case m.calls <- s:
	default:
	}
}

func (m *mate) run() {
	defer close(m.ended)
	for s := range m.calls {
		s.sendShares(m.fd)
	}
}

// close ends the thread, if there is one.
func (m *mate) close() error {
	m.start.Do(func() { close(m.ended) })
	close(m.calls)
	<-m.ended
	return m.socket.close()
}

// shares are a batch's, numbered from 0, to be sent by whoever takes them.
type shares struct {
	state atomic.Uint64 // how many there are, in the upper half, and how many were asked for
	done  atomic.Uint32
}

// begin says that there are n to be sent, the batch being complete. All of those
// before must be done.
func (s *shares) begin(n int) {
	s.done.Store(0)
	s.state.Store(uint64(n) << 32)
}

// take returns one that nobody has taken, if there is any.
func (s *shares) take() (n int, ok bool) {
	state := s.state.Load()
	if uint32(state) >= uint32(state>>32) { // who comes late does not count it up
		return 0, false
	}
	state = s.state.Add(1)
	n = int(uint32(state)) - 1
	return n, n < int(state>>32)
}

// finish says that one that was taken is sent.
func (s *shares) finish() { s.done.Add(1) }

// await returns when all are sent. The other has but one call to make, so it looks on,
// unless that takes so long that the other may want this processor: a collection can
// have stopped it between its calls, and waits for us, too.
func (s *shares) await() {
	for looks := 0; s.done.Load() < uint32(s.state.Load()>>32); looks++ {
		if looks > patientLooks {
			runtime.Gosched()
		}
	}
}

// patientLooks take some 100 microseconds.
const patientLooks = 100_000
