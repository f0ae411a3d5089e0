package fleet

import (
	"sync"
	"time"
)

// Changes is what a reader who knows the fleet as of a version has to be told to
// know it now: the rows whose verdict is another one. What is measured of the
// others went on meanwhile; [Store.Tunnel] tells that of one.
type Changes struct {
	Time    time.Time
	Version uint64 // what to ask with the next time
	// Whole: this is not all. Ask for a [Report], which is as of this version or
	// later.
	Whole bool

	Tunnels   []TunnelReport
	Positions []int32 // of Tunnels in [Report.Tunnels]
	Spokes    []SpokeReport
	Places    []int32 // of Spokes in [Report.Spokes]

	Engine    EngineReport
	Incidents uint64 // another number where [Store.Incidents] are others

	entries []int32 // memory
}

// reset empties c, and keeps its memory.
func (c *Changes) reset(now time.Time) {
	c.Time, c.Whole = now, false
	c.Tunnels, c.Positions = c.Tunnels[:0], c.Positions[:0]
	c.Spokes, c.Places = c.Spokes[:0], c.Places[:0]
}

// AddTunnel adds a row to be filled in, which has the memory of an earlier one. It
// is valid until the next one is added.
func (c *Changes) AddTunnel(position int) *TunnelReport {
	n := len(c.Tunnels)
	if n < cap(c.Tunnels) {
		c.Tunnels = c.Tunnels[:n+1]
	} else {
		c.Tunnels = append(c.Tunnels, TunnelReport{})
	}
	c.Positions = append(c.Positions, int32(position))
	return &c.Tunnels[n]
}

// AddSpoke adds a spoke.
func (c *Changes) AddSpoke(place int, s SpokeReport) {
	c.Spokes = append(c.Spokes, s)
	c.Places = append(c.Places, int32(place))
}

// Restart empties c to be filled anew, with its memory; nil makes a new one.
func (c *Changes) Restart(now time.Time) *Changes {
	if c == nil {
		c = new(Changes)
	}
	c.reset(now)
	return c
}

// Changes returns what changed after a version, as of now; 0 is the version of who
// knows nothing. A tunnel is among it when its state, or since when it is in it,
// is another one; a spoke when its path, active tunnel, protection or route is. It
// reuses into and what it holds; nil makes a new one. What it costs depends on how
// much changed, not on how large the fleet is.
func (s *Store) Changes(now time.Time, since uint64, into *Changes) *Changes {
	c := into.Restart(now)
	s.Flush()
	from := s.sources.current()
	c.Whole = !s.listChanges(since, &from.view, c)
	if !c.Whole {
		spokes, tunnels := distinct(c.entries)
		s.tellTunnels(tunnels, &from, c)
		s.tellSpokes(spokes, &from.view, c)
	}
	c.Engine = from.engine()
	return c
}

// listChanges notes which rows of v changed, and up to which version; it returns
// false where that is not known, or v is no longer what there is.
func (s *Store) listChanges(since uint64, v *view, c *Changes) (known bool) {
	s.mu.Lock()
	defer s.release()
	c.Version, c.Incidents = s.changed.last, s.incidents.version
	c.entries, known = s.changed.since(since, c.entries[:0])
	return known && v.inv == s.inv
}

// tellTunnels adds the tunnels of those numbers.
func (s *Store) tellTunnels(numbers []int32, from *sourceSet, c *Changes) {
	chunk := rowChunks.Get().(*rowChunk)
	defer rowChunks.Put(chunk)
	for len(numbers) > 0 {
		n := min(len(numbers), reportRows)
		s.copyNumbered(chunk, &from.view, numbers[:n])
		for i, number := range numbers[:n] {
			position := int(from.view.positions[number])
			s.tellRow(&chunk.rows[i], position, c.Time, from, c.AddTunnel(position))
		}
		numbers = numbers[n:]
	}
}

// copyNumbered copies the rows of those numbers; -1 has none. It returns the number
// of the newest event that is in them.
func (s *Store) copyNumbered(chunk *rowChunk, v *view, numbers []int32) (newest uint64) {
	s.mu.Lock()
	defer s.release()
	for i, number := range numbers {
		if number >= 0 {
			chunk.rows[i] = v.rows[number]
			chunk.detach(i)
		}
	}
	return s.log.last
}

// tellSpokes adds the spokes of those entries.
func (s *Store) tellSpokes(entries []int32, v *view, c *Changes) {
	for len(entries) > 0 {
		n := min(len(entries), reportRows)
		s.addSpokes(entries[:n], v, c)
		entries = entries[n:]
	}
}

func (s *Store) addSpokes(entries []int32, v *view, c *Changes) {
	s.mu.Lock()
	defer s.release()
	for _, entry := range entries {
		c.AddSpoke(int(^entry), v.reportSpoke(int(^entry), c.Time))
	}
}

// rowCopies are for [Store.Tunnel].
var rowCopies = sync.Pool{New: func() any { return new(rowCopy) }}

// rowCopy is a row with its evidence.
type rowCopy struct {
	row      row
	evidence evidence
}

// Tunnel is the tunnel at that position in [Report.Tunnels] as of now, for who
// shows a few of many. It reuses the memory of into, and returns false for a
// position that does not exist.
func (s *Store) Tunnel(position int, now time.Time, into *TunnelReport) bool {
	from := s.sources.current()
	v := &from.view
	if position < 0 || position >= len(v.numbers) {
		return false
	}
	number := v.numbers[position]
	if number < 0 {
		*into = v.reportDisabled(position, now)
		return true
	}
	c := rowCopies.Get().(*rowCopy)
	defer rowCopies.Put(c)
	s.copyRow(c, v, number)
	s.tellRow(&c.row, position, now, &from, into)
	return true
}

func (s *Store) copyRow(c *rowCopy, v *view, number int32) {
	s.mu.Lock()
	defer s.release()
	s.drain()
	c.row = v.rows[number]
	if c.row.evidence != nil {
		c.evidence = *c.row.evidence
		c.row.evidence = &c.evidence
	}
}

// Spoke is the spoke at that place in [Report.Spokes] as of now; false for a place
// that does not exist.
func (s *Store) Spoke(place int, now time.Time, into *SpokeReport) bool {
	s.mu.Lock()
	defer s.release()
	s.drain()
	if place < 0 || place >= len(s.spokes) {
		return false
	}
	*into = s.reportSpoke(place, now)
	return true
}
