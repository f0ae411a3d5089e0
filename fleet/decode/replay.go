package decode

import (
	"net/netip"
	"strconv"
	"time"

	"greylag/fleet"
	"greylag/probe/capture"
	"greylag/probe/gre"
)

// flow is what an answer is known by, beside its identification.
type flow struct {
	source, destination [4]byte
	key                 uint32
	keyed               bool
}

// Replay follows the keepalives of one or more captures, in the order of their
// frames. It is for one goroutine.
type Replay struct {
	options  Options
	declared map[flow]*fleet.Tunnel
	flows    map[flow]*tunnel
	order    []*tunnel // of appearance

	unnamed int       // tunnels that the inventory does not name
	base    time.Time // of the first frame that has a time
	newest  time.Time
	now     time.Duration // of the frame, since base
	timed   bool          // the frame has a time
	counts  Counts
}

// New returns a replay that has seen nothing.
func New(o Options) *Replay {
	r := &Replay{options: o, flows: map[flow]*tunnel{}, declared: map[flow]*fleet.Tunnel{}}
	if o.Inventory != nil {
		r.declare(o.Inventory.Tunnels)
	}
	return r
}

// Frame takes in the next frame. Where it is a keepalive, it fills s, appends the
// changes of state that it makes, and says so.
func (r *Replay) Frame(f *capture.Frame, s *fleet.Sighting, changes []fleet.Event) ([]fleet.Event, bool) {
	r.counts.Frames++
	ip, err := f.IPv4()
	if err != nil {
		r.refuse(f, err)
		return changes, false
	}
	r.clock(f.Time)
	w, err := gre.Watch(ip)
	if err != nil {
		if err == gre.ErrNotGRE {
			return r.icmp(ip, changes), false
		}
		r.refuse(f, err)
		return changes, false
	}
	return r.keepalive(f, &w, s, changes), true
}

// clock follows the capture's time; a frame without one is as old as the one
// before it.
func (r *Replay) clock(at time.Time) {
	if r.timed = !at.IsZero(); !r.timed {
		return
	}
	if r.base.IsZero() {
		r.base = at
	}
	if at.After(r.newest) {
		r.newest = at
	}
	r.now = at.Sub(r.base)
}

// at is the time of the frame.
func (r *Replay) at() time.Time {
	if r.base.IsZero() {
		return time.Time{}
	}
	return r.base.Add(r.now)
}

// refuse counts a frame that is no keepalive.
func (r *Replay) refuse(f *capture.Frame, err error) {
	switch {
	case err == capture.ErrLink:
		r.counts.UnreadLink++
		r.counts.Link = f.Link
	case f.Cut && (err == gre.ErrTruncated || err == capture.ErrShort):
		r.counts.Cut++
	case err == gre.ErrGREChecksum:
		r.counts.Damaged++
	case err == gre.ErrNotKeepalive || err == gre.ErrNotMirrored || err == gre.ErrGREVersion || err == gre.ErrGREFlags:
		r.counts.OtherGRE++
	default:
		r.counts.Others++
	}
}

// keepalive takes in a request or an answer.
func (r *Replay) keepalive(f *capture.Frame, w *gre.Watched, s *fleet.Sighting, changes []fleet.Event) []fleet.Event {
	*s = fleet.Sighting{
		Request: w.Request, Source: netip.AddrFrom4(w.Source), Destination: netip.AddrFrom4(w.Destination),
		Key: w.Key, HasKey: w.HasKey, ID: w.Answer.ID, TTL: w.TTL, Length: w.AnswerLen,
	}
	if r.timed {
		s.Time = f.Time
	}
	if w.Request {
		r.counts.Requests++
	} else {
		r.counts.Answers++
	}
	t := r.find(w)
	if t == nil {
		r.counts.Unfollowed++
		return changes
	}
	t.timed = t.timed && r.timed
	s.Tunnel = t.declaration.Name
	if w.Request {
		changes = t.request(r, f, s, changes)
	} else {
		changes = t.answer(r, f, s, changes)
	}
	if s.Verdict == fleet.VerdictCopy {
		r.counts.Copies++
		t.copies++
	}
	s.Counter = t.session.Counter()
	return changes
}

// find returns the tunnel of a keepalive, a new one where it is the first; nil if
// there are too many.
func (r *Replay) find(w *gre.Watched) *tunnel {
	f := flow{source: w.Answer.Source, destination: w.Answer.Destination, key: w.Key, keyed: w.HasKey}
	if t := r.flows[f]; t != nil {
		return t
	}
	if len(r.order) >= mostTunnels {
		return nil
	}
	home := w.Answer.Destination // as far as an answer tells
	if w.Request {
		home = w.Source
	}
	t := r.meet(f, home)
	r.flows[f] = t
	if f.destination = home; r.flows[f] == nil { // behind NAT
		r.flows[f] = t
	}
	return t
}

// meet begins to follow a tunnel.
func (r *Replay) meet(f flow, home [4]byte) *tunnel {
	t := newTunnel(r.options, r.declared[f])
	d := &t.declaration
	if d.Name == "" {
		d.Name = "Tunnel" + strconv.Itoa(r.unnamed)
		r.unnamed++
		d.Source, d.Destination = netip.AddrFrom4(home), netip.AddrFrom4(f.source)
		d.Key, d.HasKey = f.key, f.keyed
	}
	t.ledger = fleet.NewLedger(d, r.at())
	r.order = append(r.order, t)
	return t
}

// Counts returns what was in the captures so far.
func (r *Replay) Counts() Counts { return r.counts }

// Tunnels calls each with the tunnels that were found, in the order of their first
// keepalives, as they are at the captures' newest time.
func (r *Replay) Tunnels(each func(*Tunnel) error) error {
	for _, t := range r.order {
		found := t.report(r.newest)
		if err := each(&found); err != nil {
			return err
		}
	}
	return nil
}
