package fleet

import (
	"fmt"
	"math"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/session"
)

// sender is a small model of a session: it makes histories that an engine could
// report, with answers in any order within a window of 256 sends.
type sender struct {
	random  *rand.Rand
	now     time.Time
	seq     uint32
	open    []uint32 // sent, and neither answered nor excused nor unsent
	settled []uint32
	line    session.State
	events  []probe.Event
}

func (m *sender) add(e probe.Event) {
	e.At = m.now
	e.Counter = m.random.Uint32N(9)
	m.events = append(m.events, e)
}

// step adds what happens in one turn.
func (m *sender) step() {
	m.now = m.now.Add(time.Duration(m.random.IntN(5000)) * ms)
	switch n := m.random.IntN(100); {
	case n < 45:
		m.send(m.random.IntN(8) == 0)
	case n < 85:
		m.settle(probe.Answered)
	case n < 88:
		m.settle(probe.Excused)
	case n < 90:
		m.returnExcused()
	case n < 92:
		m.add(probe.Event{Kind: probe.Unmatched})
	case n < 95 && len(m.settled) > 0:
		m.add(probe.Event{Kind: probe.Duplicate, Seq: m.settled[m.random.IntN(len(m.settled))]})
	case n < 97:
		m.add(probe.Event{Kind: probe.Late, Seq: m.seq - 300})
	default:
		m.changeLine()
	}
}

func (m *sender) send(fails bool) {
	m.seq++
	m.add(probe.Event{Kind: probe.Sent, Seq: m.seq})
	if fails && m.random.IntN(4) == 0 {
		m.settle(probe.Answered) // in the same batch, of one sent before
	}
	if fails {
		m.add(probe.Event{Kind: probe.Unsent, Seq: m.seq, Err: syscall.ENOBUFS})
	} else {
		m.open = append(m.open, m.seq)
	}
	for len(m.open) > 0 && m.seq-m.open[0] >= 256 {
		m.open = m.open[1:]
	}
}

// settle answers or excuses a keepalive, mostly one of the newest.
func (m *sender) settle(kind probe.EventKind) {
	if len(m.open) == 0 {
		return
	}
	i := m.random.IntN(len(m.open))
	if m.random.IntN(4) > 0 {
		i = max(i, len(m.open)-2)
	}
	seq := m.open[i]
	m.open = append(m.open[:i:i], m.open[i+1:]...)
	m.settled = append(m.settled, seq)
	m.add(probe.Event{Kind: kind, Seq: seq, TTL: 254, RTT: time.Duration(1+m.random.IntN(20_000)) * time.Microsecond})
}

// returnExcused answers a keepalive of the last 100 that was excused.
func (m *sender) returnExcused() {
	for i := len(m.events) - 1; i >= 0; i-- {
		e := m.events[i]
		if e.Kind == probe.Excused && m.seq-e.Seq < 100 && !m.answered(e.Seq) {
			m.add(probe.Event{Kind: probe.Answered, Seq: e.Seq, TTL: 254, RTT: ms})
			return
		}
	}
}

func (m *sender) answered(seq uint32) bool {
	for _, e := range m.events {
		if e.Kind == probe.Answered && e.Seq == seq {
			return true
		}
	}
	return false
}

func (m *sender) changeLine() {
	from := m.line
	for m.line == from {
		m.line = session.State(1 + m.random.IntN(3))
	}
	m.add(probe.Event{Kind: probe.Line, From: from, To: m.line})
}

// recount is the naive answer: everything from the full list of facts.
type recount struct {
	first, newest uint32
	fates         map[uint32]Fate
	sentList      []uint32 // what was really sent, in order

	late, duplicate, unmatched, errors, excused, received uint64

	line                session.State
	since               time.Time
	up, down            time.Duration
	flaps               uint64
	floor               uint32 // newest as the line came up
	lossy, slow         bool
	smoothed, rttSum    time.Duration
	last, lowest, worst time.Duration
}

func (c *recount) add(e probe.Event) {
	switch e.Kind {
	case probe.Sent:
		c.newest = e.Seq
		c.sentList = append(c.sentList, e.Seq)
		c.fates[e.Seq] = FatePending
	case probe.Unsent:
		c.fates[e.Seq] = FateUnsent
		c.sentList = c.sentList[:len(c.sentList)-1]
		c.errors++
	case probe.Answered:
		if c.fates[e.Seq] == FateExcused {
			c.excused--
		}
		c.fates[e.Seq] = FateAnswered
		c.received++
		c.addRTT(e.RTT)
	case probe.Excused:
		c.fates[e.Seq] = FateExcused
		c.excused++
	case probe.Late:
		c.late++
	case probe.Duplicate:
		c.duplicate++
	case probe.Unmatched:
		c.unmatched++
	case probe.Line:
		c.addLine(e)
	}
}

func (c *recount) addRTT(rtt time.Duration) {
	if c.smoothed == 0 {
		c.smoothed = rtt
	} else {
		c.smoothed += (rtt - c.smoothed) / 8
	}
	c.rttSum += rtt
	c.last = rtt
	c.worst = max(c.worst, rtt)
	if c.received == 1 || rtt < c.lowest {
		c.lowest = rtt
	}
}

func (c *recount) addLine(e probe.Event) {
	switch c.line {
	case session.Up:
		c.up += e.At.Sub(c.since)
	case session.Down:
		c.down += e.At.Sub(c.since)
	}
	if c.line == session.Up && e.To == session.Down {
		c.flaps++
	}
	c.line, c.since = e.To, e.At
	c.lossy, c.slow = false, false
	switch e.To {
	case session.Up:
		c.floor = c.newest
	case session.Down:
		c.smoothed = 0
	}
}

// flying tells whether seq is the newest really sent and has no fate yet.
func (c *recount) flying(seq uint32) bool {
	n := len(c.sentList)
	return n > 0 && c.sentList[n-1] == seq && c.fates[seq] == FatePending
}

// lostAmong counts the lost and the answered ones of the newest n numbers, from
// the newest whose fate is known.
func (c *recount) lostAmong(n int) (lost, fresh, heard int) {
	seq := c.newest
	if c.flying(seq) {
		seq--
	}
	for ; n > 0 && seq != c.first-1; n-- {
		switch {
		case c.fates[seq] == FateAnswered:
			heard++
		case c.fates[seq] == FatePending && !c.flying(seq):
			lost++
			if seq-c.floor < 1<<31 && seq != c.floor {
				fresh++
			}
		}
		seq--
	}
	return lost, fresh, heard
}

// judge is the definition of degraded, with hysteresis at 80 %.
func (c *recount) judge(limit float64, rttLimit time.Duration) State {
	switch c.line {
	case session.Pending:
		return Pending
	case session.Down:
		return Down
	}
	_, fresh, _ := c.lostAmong(100)
	enter, leave := math.Round(limit*100), math.Round(limit*1000)*0.08
	c.lossy = float64(fresh) >= enter || c.lossy && float64(fresh) > leave
	c.slow = c.smoothed > rttLimit || c.slow && c.smoothed > rttLimit*8/10
	if c.lossy || c.slow {
		return Degraded
	}
	return Up
}

// check compares a row with the recount.
func (c *recount) check(row TunnelReport, state State) error {
	var lost, flying uint64
	for _, seq := range c.sentList {
		if c.fates[seq] == FatePending {
			lost++
		}
	}
	if n := len(c.sentList); n > 0 && c.flying(c.sentList[n-1]) {
		lost, flying = lost-1, 1
	}
	want := TunnelReport{
		Sent: uint64(len(c.sentList)), Received: c.received, Lost: lost, Excused: c.excused, InFlight: flying,
		Late: c.late, Duplicate: c.duplicate, Unmatched: c.unmatched, SendErrors: c.errors,
	}
	if missing, _, heard := c.lostAmong(100); missing > 0 {
		want.Loss = float64(missing) / float64(missing+heard)
	}
	if got := counts(row); got != counts(want) {
		return fmt.Errorf("got  %s\nwant %s", got, counts(want))
	}
	if row.Sent != row.Received+row.Lost+row.Excused+row.InFlight {
		return fmt.Errorf("the counters do not add up: %s", counts(row))
	}
	if row.State != state || row.Flaps != c.flaps {
		return fmt.Errorf("%s with %d flaps, want %s with %d", row.State, row.Flaps, state, c.flaps)
	}
	return c.checkTimes(row)
}

func (c *recount) checkTimes(row TunnelReport) error {
	up, down := c.up, c.down
	switch c.line {
	case session.Up:
		up += row.Time.Sub(c.since)
	case session.Down:
		down += row.Time.Sub(c.since)
	}
	want := -1.0
	if up+down > 0 {
		want = up.Seconds() / (up + down).Seconds()
	}
	if math.Abs(row.Availability-want) > 1e-9 {
		return fmt.Errorf("availability %v, want %v", row.Availability, want)
	}
	r := row.RTT
	if r.Samples != c.received || r.Last != c.last || r.Max != c.worst || r.Min != c.lowest ||
		c.received > 0 && r.Mean != c.rttSum/time.Duration(c.received) {
		return fmt.Errorf("round trip times %+v", r)
	}
	return nil
}

// TestHistories holds rows against the recount after every fact of random
// histories, some of whose numbers wrap.
func TestHistories(t *testing.T) {
	if raceEnabled {
		t.Skip("long, and for one goroutine: -race has nothing to find")
	}
	const lossLimited, rttLimited = 0.10, 10500 * time.Microsecond
	visited := map[State]int{}
	for seed := range uint64(150) {
		m := &sender{random: rand.New(rand.NewPCG(seed, 7)), now: epoch, line: session.Pending}
		if seed%3 == 0 {
			m.seq = math.MaxUint32 - 200
		}
		c := &recount{first: m.seq + 1, newest: m.seq, floor: m.seq, fates: map[uint32]Fate{}, line: session.Pending, since: epoch}
		for range 600 {
			m.step()
		}
		s := NewStore(oneTunnel(lossLimit(lossLimited), rttLimit(rttLimited)), epoch)
		var r *Report
		for i, e := range m.events {
			s.Record(m.events[i : i+1])
			c.add(e)
			state := c.judge(lossLimited, rttLimited)
			visited[state]++
			r = s.Report(e.At.Add(time.Second), r)
			if err := c.check(r.Tunnels[0], state); err != nil {
				t.Fatalf("seed %d, after fact %d %+v:\n%v", seed, i, e, err)
			}
		}
	}
	for _, state := range []State{Pending, Up, Degraded, Down} {
		if visited[state] < 1000 {
			t.Errorf("%s was visited %d times only", state, visited[state])
		}
	}
}
