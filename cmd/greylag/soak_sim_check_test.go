package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// check holds each tunnel's book against itself and against the network's.
func (s *simSoak) check() {
	s.checks++
	s.report = s.station.store.Report(time.Now(), s.report)
	var sent, received uint64
	for i := range s.report.Tunnels {
		r := &s.report.Tunnels[i]
		sent, received = sent+r.Sent, received+r.Received
		s.checkTunnel(i, r)
	}
	stats := s.station.engine.Stats()
	if stats.Sent != sent || stats.Received != received || stats.Strangers != 0 || stats.LateSends != 0 {
		s.t.Errorf("%v: the tunnels sent %d and received %d, the engine's counters are %+v", s.since(), sent, received, stats)
	}
	s.checkPeer()
	if s.base.at.IsZero() && s.since() > s.settled {
		s.base = s.state()
	}
}

func (s *simSoak) since() time.Duration { return time.Since(s.start) }

func (s *simSoak) checkTunnel(i int, r *fleet.TunnelReport) {
	s.net.mu.Lock()
	c := *s.net.of[r.Tunnel.Destination.As4()]
	s.net.mu.Unlock()
	taken := r.Received + r.Late + r.Duplicate + r.Unmatched
	switch {
	case r.Sent != r.Received+r.Lost+r.Excused+r.InFlight || r.InFlight > 1:
		s.t.Errorf("%v: %s: %d sent are not %d received + %d lost + %d excused + %d in flight",
			s.since(), r.Tunnel.Name, r.Sent, r.Received, r.Lost, r.Excused, r.InFlight)
	case r.Sent != c.sent:
		s.t.Errorf("%v: %s: %d sent, the network carried %d", s.since(), r.Tunnel.Name, r.Sent, c.sent)
	case taken != c.handed:
		s.t.Errorf("%v: %s: %d answers counted, the network handed over %d", s.since(), r.Tunnel.Name, taken, c.handed)
	case c.most-c.least > s.grain:
		s.t.Errorf("%v: %s: keepalives at %v left from %v to %v off their place", s.since(), r.Tunnel.Name, r.Tunnel.Interval, c.least, c.most)
	}
	s.checkPace(i, r, &c)
	if s.net.ways[i].steady {
		s.checkSteady(r)
	}
}

// simSoakPace is how many of a tunnel's were due by then.
type simSoakPace struct {
	at  time.Time
	due uint64
}

// checkPace: since the first check one was due each interval, whether or not it
// could be sent. One whose time is within a grain of a check may be on either side.
func (s *simSoak) checkPace(i int, r *fleet.TunnelReport, c *simSoakCount) {
	if c.sent < 2 {
		return
	}
	now := simSoakPace{time.Now(), r.Sent + r.SendErrors}
	was, known := s.paces[i]
	if !known {
		s.paces[i] = now
		return
	}
	intervals := func(till time.Time, by time.Duration) int64 {
		return int64((till.Sub(c.first) + by + r.Tunnel.Interval) / r.Tunnel.Interval)
	}
	least := intervals(now.at, -s.grain) - intervals(was.at, s.grain)
	most := intervals(now.at, s.grain) - intervals(was.at, -s.grain)
	if got := int64(now.due - was.due); got < least || got > most {
		s.t.Errorf("%v: %s: %d were due since %v; want %d or %d", s.since(), r.Tunnel.Name, got, was.at.Sub(s.start), least, most)
	}
}

// checkSteady: on a good way no line ever went down, no answer was lost, and each
// took the same time.
func (s *simSoak) checkSteady(r *fleet.TunnelReport) {
	if r.Received == 0 {
		return // it has not been in contact yet
	}
	const rtt = steadyOut + steadyBack
	if r.State != fleet.Up && r.State != fleet.Degraded || r.Flaps != 0 || r.Lost != 0 || r.Availability != 1 {
		s.t.Errorf("%v: %s on a good way is %s, went down %d times, lost %d, availability %v",
			s.since(), r.Tunnel.Name, r.State, r.Flaps, r.Lost, r.Availability)
	}
	if r.RTT.Min != rtt || r.RTT.Max != rtt || r.RTT.Last != rtt || r.RTT.Mean != rtt {
		s.t.Errorf("%v: %s: round trips %+v; want %v for all", s.since(), r.Tunnel.Name, r.RTT, rtt)
	}
}

// checkPeer: the far end that sends keepalives of its own has had an answer to
// each that could be sent.
func (s *simSoak) checkPeer() {
	r := &s.report.Tunnels[0]
	due := uint64(s.since()/simSoakSpeaks) + 1
	got := r.PeerReflected + s.station.reflector.Stats().SendErrors
	if got < due-1 || got > due || r.PeerReflected > 10 && r.PeerInterval != simSoakSpeaks {
		s.t.Errorf("%v: %d keepalives of a far end answered, or not for want of room, every %v; want %d, every %v",
			s.since(), got, r.PeerInterval, due, simSoakSpeaks)
	}
}

// follower reads every change: none may be missing, and each begins where the one
// before ended.
type follower struct {
	told   uint64
	number atomic.Uint64 // told, for others
	states map[string]fleet.State
	faults []string
	done   chan struct{}
}

func follow(ctx context.Context, store *fleet.Store) *follower {
	f := &follower{states: map[string]fleet.State{}, done: make(chan struct{})}
	changed, cancel := store.Subscribe()
	go func() {
		defer close(f.done)
		defer cancel()
		for {
			select {
			case <-ctx.Done():
				return
			case <-changed:
				f.read(store)
			}
		}
	}()
	return f
}

func (f *follower) last() uint64 { return f.number.Load() }

func (f *follower) read(store *fleet.Store) {
	events, missed := store.EventsSince(f.told)
	if missed > 0 {
		f.faults = append(f.faults, fmt.Sprintf("%d changes were missed", missed))
	}
	for i := range events {
		e := &events[i]
		if e.Number != f.told+1 {
			f.faults = append(f.faults, fmt.Sprintf("change %d comes after %d", e.Number, f.told))
		}
		f.told = e.Number
		if e.Tunnel == "" {
			continue
		}
		if was, known := f.states[e.Tunnel]; known && was != e.From {
			f.faults = append(f.faults, fmt.Sprintf("%s was %s, and comes from %s", e.Tunnel, was, e.From))
		}
		f.states[e.Tunnel] = e.To
	}
	f.number.Store(f.told)
}

// simSoakBook reads the NDJSON.
type simSoakBook struct {
	reports int
	faults  []string
	done    chan struct{}
}

func readSimSoak(from *io.PipeReader) *simSoakBook {
	b := &simSoakBook{done: make(chan struct{})}
	go func() {
		defer close(b.done)
		d := stream.NewDecoder(bufio.NewReader(from))
		for {
			r, err := d.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				b.faults = append(b.faults, err.Error())
				_ = from.CloseWithError(err) // never fails
				return
			}
			b.add(&r)
		}
	}()
	return b
}

func (b *simSoakBook) add(r *stream.Record) {
	if r.Tunnel == nil {
		return
	}
	b.reports++
	if t := r.Tunnel; t.Sent != t.Received+t.Lost+t.Excused+t.InFlight && len(b.faults) < soakFaults {
		b.faults = append(b.faults, fmt.Sprintf("the stream: %s: %+v", t.Tunnel.Name, t))
	}
}
