package simnet

import (
	"container/heap"
	"fmt"
	"net/netip"
	"sync"
	"time"
)

// Net is a network. Make it with [New]. Its methods may be called from any
// goroutine.
type Net struct {
	seed uint64

	mu       sync.Mutex // guards all else, of the paths, hosts and sockets too
	nodes    map[addr]node
	paths    map[[2]addr]*Path
	fallback Impairment
	origins  map[addr][]*Origin
	events   events
	order    uint64 // of the next event
	sockets  []*Socket
	tap      func(packet []byte, at time.Time)
}

// node is what has an address. arrive is called with the Net locked.
type node interface {
	arrive(n *Net, packet []byte, at time.Time)
}

// New returns an empty network. All that it leaves to chance follows from seed
// and the order of events.
func New(seed uint64) *Net {
	return &Net{
		seed:    seed,
		nodes:   map[addr]node{},
		paths:   map[[2]addr]*Path{},
		origins: map[addr][]*Origin{},
	}
}

// Add puts a far end on the network. It fails where its address is in use. A far
// end belongs to one Net at most.
func (n *Net) Add(f *FarEnd) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.claim(f.address, farNode{f}); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.settle = n.settle
	return nil
}

// Remove takes the node at address off the network: what is sent there vanishes.
func (n *Net) Remove(address netip.Addr) {
	a, err := toAddr(address)
	if err != nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.advance(time.Now())
	delete(n.nodes, a)
}

func (n *Net) claim(a addr, of node) error {
	if _, taken := n.nodes[a]; taken {
		return fmt.Errorf("simnet: address %v is in use", a)
	}
	n.advance(time.Now())
	n.nodes[a] = of
	return nil
}

// Path returns the way from one node's address to another's. It fails for an
// address that is not IPv4.
func (n *Net) Path(from, to netip.Addr) (*Path, error) {
	f, err := toAddr(from)
	if err != nil {
		return nil, err
	}
	t, err := toAddr(to)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.path(f, t), nil
}

func (n *Net) path(from, to addr) *Path {
	key := [2]addr{from, to}
	p := n.paths[key]
	if p == nil {
		stream := uint64(be.Uint32(from[:]))<<32 | uint64(be.Uint32(to[:]))
		p = newPath(n, stream)
		n.paths[key] = p
	}
	return p
}

// SetDefault sets what all paths do that were not set themselves.
func (n *Net) SetDefault(i Impairment) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.advance(time.Now())
	n.fallback = i
}

// Tap has each packet shown that a host sends, before anything happens to it on
// its way. see must not keep the packet, nor use the Net or its sockets. Nil ends
// it.
func (n *Net) Tap(see func(packet []byte, at time.Time)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.tap = see
}

// farNode is a far end on the network.
type farNode struct{ *FarEnd }

func (f farNode) arrive(n *Net, packet []byte, at time.Time) {
	if answer := f.Handle(nil, packet, at); answer != nil {
		n.send(f.address, addr(answer[16:]), answer, at)
	}
}

// send puts a packet on the way. It becomes the Net's.
func (n *Net) send(from, to addr, packet []byte, at time.Time) {
	n.path(from, to).carry(packet, at, func(packet []byte, at time.Time) {
		n.schedule(&event{at: at, to: to, packet: packet})
	})
}

// deliver lets a packet arrive, if its header is whole.
func (n *Net) deliver(e *event) {
	if _, ok := readIPv4(e.packet); !ok {
		return
	}
	for _, o := range n.origins[e.to] {
		o.Take(e.packet)
	}
	if to := n.nodes[e.to]; to != nil {
		to.arrive(n, e.packet, e.at)
	}
}

// event is a packet's arrival, or the moment at which an origin sends.
type event struct {
	at         time.Time
	order      uint64 // among those of the same moment
	to         addr
	packet     []byte
	departures *departures // not nil: no packet
}

func (n *Net) schedule(e *event) {
	e.order = n.order
	n.order++
	heap.Push(&n.events, e)
	for _, s := range n.sockets {
		if e.at.Before(s.until) {
			s.nudge()
		}
	}
}

// settle lets happen all that is due by now.
func (n *Net) settle() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.advance(time.Now())
}

func (n *Net) advance(now time.Time) {
	for len(n.events) > 0 && !n.events[0].at.After(now) {
		e := heap.Pop(&n.events).(*event)
		if e.departures != nil {
			n.depart(e)
		} else {
			n.deliver(e)
		}
	}
}

// events is a heap by time, then by order.
type events []*event

func (q events) Len() int { return len(q) }
func (q events) Less(i, j int) bool {
	if !q[i].at.Equal(q[j].at) {
		return q[i].at.Before(q[j].at)
	}
	return q[i].order < q[j].order
}
func (q events) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *events) Push(e any)   { *q = append(*q, e.(*event)) }
func (q *events) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return e
}
