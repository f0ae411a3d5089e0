package simnet

import (
	"bytes"
	"math/rand/v2"
	"time"
)

// Impairment is what a way through the network does to packets. The zero value
// delivers each at once and unharmed.
type Impairment struct {
	// Delay is how long each packet takes, and Jitter up to how much longer,
	// evenly drawn. Jitter alone changes no order.
	Delay, Jitter time.Duration
	// Loss is the share of packets that are lost, 0 … 1. Burst is how many in a
	// row on average; up to 1, each is lost or not independently. Loss cannot
	// exceed Burst / (Burst + 1) then, but for 1, which loses all.
	Loss, Burst float64
	// Duplicate is the share that arrives twice.
	Duplicate float64
	// Reorder is the share that is held back for HeldBack more, so that later
	// ones overtake it.
	Reorder  float64
	HeldBack time.Duration
	// Corrupt is the share that has one octet, anywhere, changed.
	Corrupt float64
}

// Path is the way from one address to another, in one direction. It comes from
// [Net.Path]. ICMP has a lane of its own: the same things happen to it, but who
// asks why a keepalive is missing does not change what happens to the next.
type Path struct {
	net *Net
	// The rest is guarded by net.mu.
	set   *Impairment // nil: the Net's default
	main  lane
	aside lane // ICMP's
}

// lane is what chance has made of the packets so far.
type lane struct {
	random *rand.Rand
	latest time.Time // arrival of the last packet that was not held back
	bad    bool      // in a burst of losses
}

func newPath(n *Net, stream uint64) *Path {
	return &Path{
		net:   n,
		main:  lane{random: rand.New(rand.NewPCG(n.seed, stream))},
		aside: lane{random: rand.New(rand.NewPCG(^n.seed, stream))},
	}
}

// lane returns the one that a packet takes.
func (p *Path) lane(packet []byte) *lane {
	if len(packet) > 9 && packet[9] == protocolICMP {
		return &p.aside
	}
	return &p.main
}

// Set replaces what the way does, from the next packet on. Any goroutine may
// call it.
func (p *Path) Set(i Impairment) {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	p.net.advance(time.Now())
	p.set = &i
}

// Get returns what the way does now.
func (p *Path) Get() Impairment {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	return *p.impairment()
}

func (p *Path) impairment() *Impairment {
	if p.set != nil {
		return p.set
	}
	return &p.net.fallback
}

// carry calls arrives with each copy of packet that will come out at the other
// end, and when. packet becomes the path's.
func (p *Path) carry(packet []byte, at time.Time, arrives func(packet []byte, at time.Time)) {
	i, l := p.impairment(), p.lane(packet)
	if l.lost(i) {
		return
	}
	again := l.happens(i.Duplicate)
	if again {
		arrives(l.corrupted(i, bytes.Clone(packet)), l.arrival(i, at))
	}
	arrives(l.corrupted(i, packet), l.arrival(i, at))
}

func (l *lane) happens(share float64) bool { return share > 0 && l.random.Float64() < share }

// lost draws the fate of a packet. Bursts come from two states (Gilbert): a bad
// one, left with probability 1/Burst at each packet, in which all are lost, and
// a good one, left so often that the share comes out at Loss.
func (l *lane) lost(i *Impairment) bool {
	if i.Burst <= 1 || i.Loss <= 0 || i.Loss >= 1 {
		l.bad = false
		return l.happens(i.Loss)
	}
	leave := 1 / i.Burst
	if l.bad {
		l.bad = !l.happens(leave)
	} else {
		l.bad = l.happens(leave * i.Loss / (1 - i.Loss))
	}
	return l.bad
}

func (l *lane) arrival(i *Impairment, at time.Time) time.Time {
	at = at.Add(max(i.Delay, 0))
	if i.Jitter > 0 {
		at = at.Add(time.Duration(l.random.Int64N(int64(i.Jitter))))
	}
	if l.happens(i.Reorder) {
		return at.Add(max(i.HeldBack, 0))
	}
	if at.Before(l.latest) && i.Jitter > 0 {
		at = l.latest
	}
	l.latest = at
	return at
}

func (l *lane) corrupted(i *Impairment, packet []byte) []byte {
	if len(packet) > 0 && l.happens(i.Corrupt) {
		packet[l.random.IntN(len(packet))] ^= uint8(1 + l.random.IntN(255))
	}
	return packet
}
