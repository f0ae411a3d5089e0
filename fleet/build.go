package fleet

import (
	"slices"
	"sync"
	"time"
)

// reportRows is how many rows or spokes a reader copies while it holds the lock.
const reportRows = 64

// rowChunk is what a reader copies rows into, with their evidence.
type rowChunk struct {
	rows     [reportRows]row
	evidence [reportRows]evidence
	recent   [recentFates]PackedOutcome // of the row that is shown
}

var (
	rowChunks   = sync.Pool{New: func() any { return new(rowChunk) }}
	spokeChunks = sync.Pool{New: func() any { return new([reportRows]SpokeReport) }}
)

// Report returns the whole fleet as of now, which should be the present time
// with its monotonic reading. It reuses into and what it holds; nil makes a new
// one. Who only passes the rows on calls [Store.Walk], which needs no memory for
// the whole fleet.
//
// Each row is of one moment, but not all rows are of the same one: the engine
// goes on while a large fleet is read. The summary's counts are those of the
// rows and spokes in the report.
func (s *Store) Report(now time.Time, into *Report) *Report {
	if into == nil {
		into = new(Report)
	}
	s.Flush()
	from := s.sources.current()
	into.Time = now
	into.Tunnels = slices.Grow(into.Tunnels[:0], len(from.view.numbers))
	into.Spokes = slices.Grow(into.Spokes[:0], len(from.view.spokes))
	_ = s.walk(now, &from, collector{into}) // a collector never fails
	return into
}

// Walker is shown a report row by row: all tunnels, all spokes, the summary. A
// row is valid during the call. What a method returns ends the walk.
type Walker interface {
	Tunnel(*TunnelReport) error
	Spoke(*SpokeReport) error
	Summary(*Summary) error
}

// Pauser is a [Walker] that wants to rest on the way: it is asked every few rows, and
// returns as of when those are to be that come next.
type Pauser interface {
	Pause() (now time.Time, err error)
}

// Follower is a [Walker] that is told, before it is shown rows, the number of the
// newest event that is in them: those up to it have made the rows what they are, and
// those after it change them.
type Follower interface {
	Follow(newest uint64) error
}

// following is the Follow of w; one that does nothing where it has none.
func following(w Walker) func(uint64) error {
	if f, ok := w.(Follower); ok {
		return f.Follow
	}
	return func(uint64) error { return nil }
}

// Walk shows w the whole fleet as of now, as [Store.Report] has it. No lock is
// held while w is called, so it may take its time. If the inventory is another one
// meanwhile, w is shown the fleet as it was up to then.
func (s *Store) Walk(now time.Time, w Walker) error {
	s.Flush()
	from := s.sources.current()
	return s.walk(now, &from, w)
}

func (s *Store) walk(now time.Time, from *sourceSet, w Walker) error {
	sum := NewSummary(now)
	if err := s.walkTunnels(from, &sum, w); err != nil {
		return err
	}
	if err := s.walkSpokes(&from.view, &sum, w); err != nil {
		return err
	}
	sum.Engine = from.engine()
	return w.Summary(&sum)
}

// collector keeps what it is shown.
type collector struct{ r *Report }

func (c collector) Tunnel(t *TunnelReport) error {
	n := len(c.r.Tunnels)
	evidence := c.r.Tunnels[:n+1][n].Evidence // of the report before
	c.r.Tunnels = append(c.r.Tunnels, *t)
	c.r.Tunnels[n].Evidence = append(evidence[:0], t.Evidence...)
	c.r.Tunnels[n].Recent = nil // whoever has a report asks for Outcomes
	return nil
}

func (c collector) Spoke(s *SpokeReport) error {
	c.r.Spokes = append(c.r.Spokes, *s)
	return nil
}

func (c collector) Summary(s *Summary) error {
	c.r.Summary = *s
	return nil
}

// walkTunnels shows the tunnels, the disabled ones too, and sets the time of sum to
// that of the last ones.
func (s *Store) walkTunnels(from *sourceSet, sum *Summary, w Walker) error {
	chunk := rowChunks.Get().(*rowChunk)
	defer rowChunks.Put(chunk)
	pause := func() (time.Time, error) { return sum.Time, nil }
	if p, ok := w.(Pauser); ok {
		pause = p.Pause
	}
	var t TunnelReport
	for first := 0; first < len(from.view.numbers); first += reportRows {
		if first > 0 {
			var err error
			if sum.Time, err = pause(); err != nil {
				return err
			}
		}
		if err := s.walkRows(chunk, first, from, sum, &t, w); err != nil {
			return err
		}
	}
	return nil
}

// walkRows shows a chunk of tunnels. The memory of t's evidence is used again.
func (s *Store) walkRows(chunk *rowChunk, first int, from *sourceSet, sum *Summary, t *TunnelReport, w Walker) error {
	v := &from.view
	numbers := v.numbers[first:min(first+reportRows, len(v.numbers))]
	if err := following(w)(s.copyNumbered(chunk, v, numbers)); err != nil {
		return err
	}
	evidence := t.Evidence
	for i, number := range numbers {
		if number < 0 {
			*t = v.reportDisabled(first+i, sum.Time)
		} else {
			r := &chunk.rows[i]
			t.Evidence = evidence
			evidence = s.tellRow(r, first+i, sum.Time, from, t)
			t.Recent = r.outcomes.recent(chunk.recent[:0])
		}
		sum.Tunnels[t.State]++
		if err := w.Tunnel(t); err != nil {
			return err
		}
	}
	t.Evidence = evidence
	return nil
}

// detach copies the evidence of a row that was copied, which would change.
func (c *rowChunk) detach(i int) {
	if r := &c.rows[i]; r.evidence != nil {
		c.evidence[i] = *r.evidence
		r.evidence = &c.evidence[i]
	}
}

// tellRow makes of a copy of a row what readers see of it. It reuses the memory of
// t's evidence, and returns it with what it has come to.
func (s *Store) tellRow(r *row, position int, now time.Time, from *sourceSet, t *TunnelReport) []Evidence {
	memory := t.Evidence[:0]
	r.report(t, now)
	if r.was != 0 {
		t.Was, t.WasSince, t.Since = State(words[r.was]), r.since, s.start
	}
	t.PeerReflected, t.PeerLast, t.PeerInterval = from.peers(int(r.number))
	t.Advice = from.advice(position)
	return r.tell(t, s.watched(r, from), memory)
}

// watched is since when the far end's own keepalives are counted; zero: they are
// not.
func (s *Store) watched(r *row, from *sourceSet) time.Time {
	if !from.hearsPeers {
		return time.Time{}
	}
	begun := s.start.Add(time.Duration(r.begun) * time.Second)
	if from.heardSince.After(begun) {
		return from.heardSince
	}
	return begun
}

// report derives what readers see of a tunnel, but for what explains it.
func (r *row) report(t *TunnelReport, now time.Time) {
	*t = TunnelReport{
		Tunnel:    r.tunnel,
		Time:      now,
		State:     r.state(),
		Since:     r.since,
		Counter:   r.counter,
		Sent:      r.sent,
		Received:  r.received(),
		Lost:      r.lost,
		Excused:   r.excused,
		InFlight:  r.inFlight(),
		Loss:      r.outcomes.loss(),
		RTT:       r.rtt.report(r.received(), &r.outcomes),
		Flaps:     uint64(r.flaps),
		LastReply: r.lastReply,
		ReplyTTL:  r.replyTTL,
		Incident:  uint64(r.incident),
	}
	t.UpTime, t.KnownTime = r.times(now)
	t.Availability = availability(t.UpTime, t.KnownTime)
	if e := r.evidence; e != nil {
		t.Late, t.Duplicate, t.Unmatched, t.SendErrors = e.late, e.duplicate, e.unmatched, e.sendErrors
	}
}

// walkSpokes shows the spokes.
func (s *Store) walkSpokes(v *view, sum *Summary, w Walker) error {
	chunk := spokeChunks.Get().(*[reportRows]SpokeReport)
	defer spokeChunks.Put(chunk)
	for first := 0; first < len(v.spokes); first += reportRows {
		n, newest := s.copySpokes(chunk[:], v, first, sum.Time)
		if err := following(w)(newest); err != nil {
			return err
		}
		for i := range chunk[:n] {
			sp := &chunk[i]
			sum.AddSpoke(sp)
			if err := w.Spoke(sp); err != nil {
				return err
			}
		}
	}
	return nil
}

// copySpokes copies the spokes from that position on and returns how many, and the
// number of the newest event that is in them.
func (s *Store) copySpokes(chunk []SpokeReport, v *view, first int, now time.Time) (n int, newest uint64) {
	s.mu.Lock()
	defer s.release()
	n = min(len(chunk), len(v.spokes)-first)
	for i := range chunk[:n] {
		chunk[i] = v.reportSpoke(first+i, now)
	}
	return n, s.log.last
}

// NewSummary returns one that has counted nothing; states and paths that nobody
// is in count 0.
func NewSummary(now time.Time) Summary {
	return Summary{
		Time:    now,
		Tunnels: map[State]int{Pending: 0, Up: 0, Degraded: 0, Down: 0, Disabled: 0},
		Spokes:  map[Path]int{PathPending: 0, PathPrimary: 0, PathBackup: 0, PathNone: 0},
	}
}

// AddSpoke counts a spoke.
func (sum *Summary) AddSpoke(sp *SpokeReport) {
	sum.Spokes[sp.Path]++
	if sp.Active != "" && sp.Ranked && !sp.Protected {
		sum.Unprotected++
	}
}

// Outcomes appends the fates of the newest 100 keepalives, oldest first, of the
// tunnel at that position in [Report.Tunnels]. It appends nothing for a
// disabled tunnel or a position that does not exist.
func (s *Store) Outcomes(position int, into []Outcome) []Outcome {
	s.Flush()
	s.mu.Lock()
	if position < 0 || position >= len(s.numbers) || s.numbers[position] < 0 {
		s.release()
		return into
	}
	ring := s.rows[s.numbers[position]].outcomes
	s.release()
	return ring.list(into)
}
