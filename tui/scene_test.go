package tui

import (
	"fmt"
	"net/netip"
	"time"

	"greylag/fleet"
	"greylag/probe"
	"greylag/probe/session"
)

// dawn is when the scenes begin.
var dawn = time.Date(2026, 11, 22, 2, 50, 0, 0, time.UTC)

// scene is a source: a real store, fed with what an engine would tell of a fleet
// whose failures are written by hand. Nothing in it is random, and its clock
// goes on only by run.
type scene struct {
	*fleet.Store
	inv     *fleet.Inventory
	enabled []*fleet.Tunnel
	now     time.Time
	seconds time.Duration // that it has run
	status  Status
	engine  fleet.EngineReport

	lines []scriptedLine // by the engine's number
	asked []int          // positions whose outcomes were asked for
}

// scriptedLine is one tunnel of a scene.
type scriptedLine struct {
	seq, counter uint32
	state        session.State
	cut          bool          // nothing comes back
	lossEvery    uint32        // every so manieth keepalive is lost
	rtt          time.Duration // of an answer, without what makes it vary
	refused      error         // why nothing can be sent; nil: it can
}

// cities make names of different length.
var (
	cities = []string{"seoul", "tokyo", "hanoi", "jakarta", "ho-chi-minh-city", "lima", "manila"}
	hubs   = []string{"fra1", "ams2", "sin1"}
)

// newScene is a fleet of n tunnels, two for each spoke, that has not been probed
// yet. options change the tunnels before the store is made.
func newScene(n int, options ...func(i int, t *fleet.Tunnel)) *scene {
	inv := &fleet.Inventory{}
	for i := range n {
		site := i / 2
		spoke := fmt.Sprintf("%s-%d", cities[site%len(cities)], site/len(cities)+1)
		if i%2 == 0 {
			inv.Spokes = append(inv.Spokes, fleet.Spoke{Name: spoke})
		}
		hub := hubs[(i+site)%len(hubs)]
		t := fleet.Tunnel{
			Name: hub + "-" + spoke, Hub: hub, Spoke: spoke, Rank: i%2 + 1, Tags: []string{"site" + fmt.Sprint(site%4)},
			Enabled: i%29 != 28, Source: netip.MustParseAddr("192.0.2.10"),
			Destination: netip.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)}),
			Probe:       fleet.Keepalive, Interval: time.Second, Retries: 3, UpAfter: 1,
			DegradedLoss: 0.05, DegradedRTT: 250 * time.Millisecond,
		}
		for _, option := range options {
			option(i, &t)
		}
		inv.Tunnels = append(inv.Tunnels, t)
	}
	return sceneOf(inv)
}

// sceneOf is the fleet of an inventory that has not been probed yet.
func sceneOf(inv *fleet.Inventory) *scene {
	s := &scene{Store: fleet.NewStore(inv, dawn), inv: inv, enabled: inv.Enabled(), now: dawn,
		status: Status{Label: "live engine on jump1"}}
	s.SetEngine(func() fleet.EngineReport { return s.engine })
	s.lines = make([]scriptedLine, len(s.enabled))
	for i := range s.lines {
		s.lines[i] = scriptedLine{state: session.Pending, rtt: time.Duration(20+7*i%60) * time.Millisecond}
	}
	return s
}

// Status is the scene's.
func (s *scene) Status(time.Time) Status { return s.status }

// Outcomes notes who was asked for.
func (s *scene) Outcomes(position int, into []fleet.Outcome) []fleet.Outcome {
	s.asked = append(s.asked, position)
	return s.Store.Outcomes(position, into)
}

// clock is the scene's, for the terminal.
func (s *scene) clock() time.Time { return s.now }

// number is the engine's number of the tunnel of that name.
func (s *scene) number(name string) int {
	for i, t := range s.enabled {
		if t.Name == name {
			return i
		}
	}
	panic("no tunnel " + name)
}

// cut makes tunnels silent, and mend undoes it.
func (s *scene) cut(names ...string)  { s.set(names, func(l *scriptedLine) { l.cut = true }) }
func (s *scene) mend(names ...string) { s.set(names, func(l *scriptedLine) { l.cut = false }) }

func (s *scene) set(names []string, change func(*scriptedLine)) {
	for _, name := range names {
		change(&s.lines[s.number(name)])
	}
}

// run lets a number of seconds pass, with the keepalives that are due in them.
func (s *scene) run(seconds int) {
	for range seconds {
		var facts []probe.Event
		for i := range s.lines {
			if s.seconds%s.enabled[i].Interval == 0 {
				facts = s.step(facts, i)
			}
		}
		s.Record(facts)
		s.now = s.now.Add(time.Second)
		s.seconds += time.Second
	}
}

// step is one keepalive of a tunnel: R9, R10, R11.
func (s *scene) step(facts []probe.Event, i int) []probe.Event {
	l := &s.lines[i]
	fact := func(e probe.Event) {
		e.Tunnel, e.Counter, e.Seq = int32(i), l.counter, l.seq
		if e.At.IsZero() {
			e.At = s.now
		}
		facts = append(facts, e)
	}
	line := func(to session.State) {
		fact(probe.Event{Kind: probe.Line, From: l.state, To: to})
		l.state = to
	}
	if int(l.counter) >= s.enabled[i].Retries && l.state != session.Down {
		line(session.Down)
	}
	l.seq++
	l.counter++
	s.engine.Sent++
	fact(probe.Event{Kind: probe.Sent})
	if l.refused != nil {
		s.engine.SendErrors++
		fact(probe.Event{Kind: probe.Unsent, Err: l.refused})
		return facts
	}
	if l.cut || l.lossEvery > 0 && l.seq%l.lossEvery == 0 {
		return facts
	}
	l.counter = 0
	s.engine.Received++
	rtt := l.rtt + time.Duration(l.seq*7919%13)*time.Millisecond/2
	fact(probe.Event{Kind: probe.Answered, RTT: rtt, TTL: 254, At: s.now.Add(rtt)})
	if l.state != session.Up {
		line(session.Up)
	}
	return facts
}

// calm is a fleet of n tunnels in which nothing goes wrong.
func calm(n int) *scene {
	s := newScene(n)
	s.run(30)
	return s
}

// night is a fleet of n tunnels in which things have gone wrong: some tunnels
// down for different times, some losing, some slow, some never heard of.
func night(n int) *scene {
	s := newScene(n)
	for i := range s.lines {
		l := &s.lines[i]
		l.cut = i%31 == 7
		switch {
		case i%23 == 5:
			l.lossEvery = 9
		case i%37 == 11:
			l.rtt = 300 * time.Millisecond
		}
	}
	s.run(12)
	for i := range s.lines {
		if i%17 == 3 {
			s.lines[i].cut = true
		}
	}
	s.run(20)
	for i := range s.lines {
		if i%41 == 4 {
			s.lines[i].cut = true
		}
	}
	s.run(2)
	return s
}
