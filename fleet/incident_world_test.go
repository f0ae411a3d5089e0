package fleet

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/session"
)

// world makes the facts that an engine would report of a fleet whose tunnels
// fail and recover: each tunnel sends at its own place in its interval, and its
// line follows R9 to R11.
type world struct {
	store   *Store
	tunnels []*Tunnel
	random  *rand.Rand
	rtt     time.Duration
	cuts    [][]cut // by tunnel
	phases  []time.Duration
	lines   []lineFacts
	after   func(probe.Event) // called after each fact; may be nil
	until   time.Duration     // how far the facts have been told
}

// cut is when a tunnel's path does not work, in time since the start.
type cut struct{ from, to time.Duration }

const forever = 1000 * time.Hour

type lineFacts struct {
	seq, counter uint32
	state        session.State
}

func newWorld(inv *Inventory, seed uint64) *world {
	w := &world{store: NewStore(inv, epoch), tunnels: inv.Enabled(), random: rand.New(rand.NewPCG(seed, 4)), rtt: 20 * ms}
	w.cuts = make([][]cut, len(w.tunnels))
	w.lines = make([]lineFacts, len(w.tunnels))
	for i, t := range w.tunnels {
		w.phases = append(w.phases, time.Duration(w.random.Int64N(int64(t.Interval))))
		w.lines[i].state = session.Pending
	}
	return w
}

// cutWhere cuts the tunnels that are meant from some time, in seconds, to
// another, and returns how many they are.
func (w *world) cutWhere(from, to float64, meant func(*Tunnel) bool) (n int) {
	for i, t := range w.tunnels {
		if meant(t) {
			w.cuts[i] = append(w.cuts[i], cut{at(from).Sub(epoch), at(to).Sub(epoch)})
			n++
		}
	}
	return n
}

func (w *world) works(tunnel int, t time.Duration) bool {
	return !slices.ContainsFunc(w.cuts[tunnel], func(c cut) bool { return t >= c.from && t < c.to })
}

// turnOf is a keepalive that is due, or the return of its answer.
type turnOf struct {
	at     time.Duration
	tunnel int
	answer bool
}

// run tells the facts up to a time in seconds, in their order.
func (w *world) run(seconds float64) {
	until := at(seconds).Sub(epoch)
	var turns []turnOf
	for i, t := range w.tunnels {
		due := w.phases[i]
		if due+w.rtt < w.until {
			due += (w.until - w.rtt - due) / t.Interval * t.Interval
		}
		for ; due < until; due += t.Interval {
			turns = append(turns, turnOf{due, i, false})
			if w.works(i, due) {
				turns = append(turns, turnOf{due + w.rtt, i, true})
			}
		}
	}
	slices.SortFunc(turns, func(a, b turnOf) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.tunnel, b.tunnel))
	})
	for _, turn := range turns {
		if turn.at >= w.until && turn.at < until {
			w.turn(turn)
		}
	}
	w.until = until
}

func (w *world) turn(turn turnOf) {
	l, t := &w.lines[turn.tunnel], w.tunnels[turn.tunnel]
	e := probe.Event{At: epoch.Add(turn.at), Tunnel: int32(turn.tunnel), RTT: w.rtt, TTL: 254}
	switch {
	case turn.answer:
		l.counter = 0
		w.change(e, l, session.Up)
		e.Kind = probe.Answered
	default:
		if l.counter >= uint32(t.Retries) {
			w.change(e, l, session.Down)
		}
		l.seq++
		l.counter++
		e.Kind = probe.Sent
	}
	e.Seq, e.Counter = l.seq, l.counter
	w.record(e)
}

func (w *world) change(e probe.Event, l *lineFacts, to session.State) {
	if l.state == to {
		return
	}
	e.Kind, e.From, e.To, e.Seq, e.Counter = probe.Line, l.state, to, l.seq, l.counter
	l.state = to
	w.record(e)
}

func (w *world) record(e probe.Event) {
	w.store.Record([]probe.Event{e})
	if w.after != nil {
		w.after(e)
	}
}

// fleetOf is an inventory of hubs with so many tunnels each, all from one source
// address. Half of the tunnels have 10 s and 3 retries, half 5 s and 4 (R8).
func fleetOf(hubs ...int) *Inventory {
	inv := &Inventory{}
	for h, n := range hubs {
		for i := range n {
			t := Tunnel{
				Name: fmt.Sprintf("hub%d-%d", h+1, i), Hub: fmt.Sprintf("hub%d", h+1), Spoke: fmt.Sprintf("s%d", i), Rank: h + 1,
				Tags: []string{[]string{"apac", "emea", "amer"}[i%3]}, Enabled: true, Source: netip.MustParseAddr("192.0.2.10"),
				Interval: 10 * time.Second, Retries: 3,
			}
			if i%2 == 1 {
				t.Interval, t.Retries = 5*time.Second, 4
			}
			inv.Tunnels = append(inv.Tunnels, t)
		}
	}
	return inv
}

// paced gives the tunnels of all spokes but some another interval, in place.
func paced(inv *Inventory, interval time.Duration, retries int, but ...string) *Inventory {
	for i := range inv.Tunnels {
		if t := &inv.Tunnels[i]; !slices.Contains(but, t.Spoke) {
			t.Interval, t.Retries = interval, retries
		}
	}
	return inv
}

func ofHub(name string) func(*Tunnel) bool { return func(t *Tunnel) bool { return t.Hub == name } }

func named(names ...string) func(*Tunnel) bool {
	return func(t *Tunnel) bool { return slices.Contains(names, t.Name) }
}

func everything(*Tunnel) bool { return true }

// sketch is what most tests look at: "hub fra1 500/500 of 500" is an open
// incident with 500 of its 500 members down, of 500 that share the factor.
func sketch(list []Incident) (lines []string) {
	for _, i := range list {
		line := fmt.Sprintf("%s %s %d/%d of %d", i.Factor, i.Value, i.Down, len(i.Members), i.Shared)
		switch {
		case i.Into != 0:
			line += fmt.Sprintf(" into %d", i.Into)
		case !i.End.IsZero():
			line += " ended"
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

func wantIncidents(t *testing.T, w *world, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := sketch(w.store.Incidents(nil)); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
