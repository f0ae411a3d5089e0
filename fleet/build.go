package fleet

import (
	"slices"
	"sync"
	"time"
)

// reportRows is how many rows or spokes a reader copies while it holds the lock.
const reportRows = 64

// rowChunks are the buffers that reports copy rows into.
var rowChunks = sync.Pool{New: func() any { return new([reportRows]row) }}

// Report returns the whole fleet as of now, which should be the present time
// with its monotonic reading. It reuses into and what it holds; nil makes a new
// one.
//
// Each row is of one moment, but not all rows are of the same one: the engine
// goes on while a large fleet is read. The summary's counts are those of the
// rows and spokes in the report.
func (s *Store) Report(now time.Time, into *Report) *Report {
	if into == nil {
		into = new(Report)
	}
	s.Flush()
	into.Time = now
	from := s.sources.current()
	s.reportTunnels(into)
	s.reportSpokes(into)
	for i := range into.Tunnels {
		if number := s.numbers[i]; number >= 0 {
			t := &into.Tunnels[i]
			t.PeerReflected, t.PeerLast, t.PeerInterval = from.peers(int(number))
			t.Advice = from.advice(i)
		}
	}
	for i := range into.Spokes {
		into.Spokes[i].Route = from.routes(i)
	}
	into.summarise(from.engine())
	return into
}

// reportTunnels fills in the tunnels, the disabled ones too.
func (s *Store) reportTunnels(into *Report) {
	chunk := rowChunks.Get().(*[reportRows]row)
	defer rowChunks.Put(chunk)
	into.Tunnels = slices.Grow(into.Tunnels[:0], len(s.inv.Tunnels))[:len(s.inv.Tunnels)]
	copied := 0 // rows below this number have been copied
	for i, number := range s.numbers {
		t := &into.Tunnels[i]
		if number < 0 {
			*t = TunnelReport{Tunnel: &s.inv.Tunnels[i], Time: into.Time, State: Disabled, Since: s.start, Availability: -1}
			continue
		}
		if int(number) == copied {
			copied += s.copyRows(chunk, copied)
		}
		chunk[number%reportRows].report(t, into.Time)
	}
}

// copyRows copies the rows from that number on and returns how many.
func (s *Store) copyRows(chunk *[reportRows]row, from int) int {
	s.mu.Lock()
	defer s.release()
	return copy(chunk[:], s.rows[from:])
}

// report derives what readers see of a tunnel.
func (r *row) report(t *TunnelReport, now time.Time) {
	*t = TunnelReport{
		Tunnel:       r.tunnel,
		Time:         now,
		State:        r.state(),
		Since:        r.since,
		Counter:      r.counter,
		Sent:         r.sent,
		Received:     r.received,
		Lost:         r.lost,
		Excused:      r.excused,
		InFlight:     r.inFlight(),
		Late:         r.late,
		Duplicate:    r.duplicate,
		Unmatched:    r.unmatched,
		SendErrors:   r.sendErrors,
		Loss:         r.outcomes.loss(),
		RTT:          r.rtt.report(),
		Flaps:        r.flaps,
		Availability: r.availability(now),
		LastReply:    r.lastReply,
		ReplyTTL:     r.replyTTL,
	}
	t.Reason, t.Detail = r.reason()
}

// reportSpokes fills in the spokes.
func (s *Store) reportSpokes(into *Report) {
	n := len(s.spokes)
	into.Spokes = slices.Grow(into.Spokes[:0], n)[:n]
	for from := 0; from < n; from += reportRows {
		s.copySpokes(into, from, min(from+reportRows, n))
	}
}

func (s *Store) copySpokes(into *Report, from, to int) {
	s.mu.Lock()
	defer s.release()
	for i := from; i < to; i++ {
		sp := &s.spokes[i]
		into.Spokes[i] = SpokeReport{
			Spoke:     &s.inv.Spokes[i],
			Time:      into.Time,
			Path:      sp.path,
			Since:     sp.since,
			Active:    s.nameOf(sp.active),
			Rank:      sp.rank,
			Protected: sp.protected,
			Ranked:    sp.ranked(),
		}
	}
}

// summarise counts the rows; states and paths that nobody is in count 0.
func (r *Report) summarise(engine EngineReport) {
	sum := Summary{Time: r.Time, Tunnels: r.Summary.Tunnels, Spokes: r.Summary.Spokes, Engine: engine}
	if sum.Tunnels == nil {
		sum.Tunnels = make(map[State]int, 5)
	}
	if sum.Spokes == nil {
		sum.Spokes = make(map[Path]int, 4)
	}
	for _, state := range []State{Pending, Up, Degraded, Down, Disabled} {
		sum.Tunnels[state] = 0
	}
	for _, path := range []Path{PathPending, PathPrimary, PathBackup, PathNone} {
		sum.Spokes[path] = 0
	}
	for i := range r.Tunnels {
		sum.Tunnels[r.Tunnels[i].State]++
	}
	for i := range r.Spokes {
		sp := &r.Spokes[i]
		sum.Spokes[sp.Path]++
		if sp.Active != "" && sp.Ranked && !sp.Protected {
			sum.Unprotected++
		}
	}
	r.Summary = sum
}

// Outcomes appends the fates of the newest 100 keepalives, oldest first, of the
// tunnel at that position in [Report.Tunnels]. It appends nothing for a
// disabled tunnel or a position that does not exist.
func (s *Store) Outcomes(position int, into []Outcome) []Outcome {
	if position < 0 || position >= len(s.numbers) || s.numbers[position] < 0 {
		return into
	}
	s.Flush()
	s.mu.Lock()
	ring := s.rows[s.numbers[position]].outcomes
	s.release()
	return ring.list(into)
}
