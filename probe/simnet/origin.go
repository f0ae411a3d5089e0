package simnet

import (
	"errors"
	"sync"
	"time"

	"greylag/probe/gre"
)

// Origin is the far end of a tunnel that sends keepalives of its own (R12), and
// counts which come back. Like [FarEnd] it needs no network, and its methods may
// be called from any goroutine.
type Origin struct {
	spec                       gre.Spec
	source, destination, reply addr

	mu             sync.Mutex // guards the rest
	number         uint32     // of the newest keepalive; its low half is the identification
	sent, returned uint64
	awaited        [remembered]bool // by number
}

// remembered is how many keepalives an Origin awaits.
const remembered = 256

// NewOrigin returns an originator of the keepalives that spec describes. It
// fails where the addresses are not IPv4.
func NewOrigin(spec gre.Spec) (*Origin, error) {
	o := &Origin{spec: spec}
	if !spec.ReplyTo.IsValid() {
		spec.ReplyTo = spec.Source
	}
	var errs [3]error
	o.source, errs[0] = toAddr(spec.Source)
	o.destination, errs[1] = toAddr(spec.Destination)
	o.reply, errs[2] = toAddr(spec.ReplyTo)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	return o, nil
}

// Append appends the next keepalive.
func (o *Origin) Append(b []byte) []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.number++; uint16(o.number) == 0 {
		o.number++ // a kernel replaces identification 0
	}
	o.sent++
	o.awaited[o.number%remembered] = true
	return o.spec.AppendRequest(b, gre.Marks{
		ID:       uint16(o.number),
		Sequence: o.number,
		Number:   o.number,
	})
}

// Take says whether packet is the first answer to one of the last 256
// keepalives, and counts it then.
func (o *Origin) Take(packet []byte) bool {
	a, err := gre.ParseAnswer(packet)
	if err != nil || a.Source != o.destination || a.Destination != o.reply || !o.signed(&a) {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	age := uint32(uint16(o.number) - a.ID)
	place := (o.number - age) % remembered
	if age >= remembered || !o.awaited[place] {
		return false
	}
	o.awaited[place] = false
	o.returned++
	return true
}

// signed says whether the answer has the signature that it ought to have.
func (o *Origin) signed(a *gre.Answer) bool {
	if o.spec.Secret == nil {
		return true
	}
	_, _, ok := gre.VerifySigned(o.spec.Secret, a)
	return ok
}

// Sent returns how many keepalives were made.
func (o *Origin) Sent() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.sent
}

// Returned returns how many of them came back.
func (o *Origin) Returned() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.returned
}

// departures is an origin's timetable on a Net, guarded by its lock.
type departures struct {
	origin   *Origin
	interval time.Duration
	stopped  bool
}

// Originate has o send one keepalive now and one each interval (R8), from its
// source's address to its destination's, and count the answers that come back
// there. An interval that is not positive sends only the first. stop ends it.
func (n *Net) Originate(o *Origin, interval time.Duration) (stop func()) {
	now := time.Now()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.advance(now)
	n.origins[o.reply] = append(n.origins[o.reply], o)
	d := &departures{origin: o, interval: interval}
	n.schedule(&event{at: now, departures: d})
	return func() { n.halt(d) }
}

func (n *Net) halt(d *departures) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.advance(time.Now())
	d.stopped = true
}

// depart sends an origin's keepalive and puts down the next.
func (n *Net) depart(e *event) {
	d := e.departures
	if d.stopped {
		return
	}
	o := d.origin
	n.send(o.source, o.destination, o.Append(nil), e.at)
	if d.interval > 0 {
		n.schedule(&event{at: e.at.Add(d.interval), departures: d})
	}
}
