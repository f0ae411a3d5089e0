package tui

import (
	"time"

	"greylag/fleet"
	"greylag/tui/query"
)

// eventsKept is how many changes can be scrolled back to.
const eventsKept = 1 << 14

// board is the snapshot on the screen and what the viewer knows beside it. A
// position is that of a tunnel in the report. What is taken from a board is
// valid until the next snapshot.
type board struct {
	report    *fleet.Report
	incidents []fleet.Incident
	status    Status
	points    []Point       // the vantage points; fewer than two: there is one
	stand     int           // that the report is of
	disputes  int           // tunnels about which the points disagree
	events    []fleet.Event // oldest first
	missed    uint64        // events that are gone, or that were never read
	rewinds   int           // how often the events began anew

	declared fleet.Inventory // the report's tunnels
	rows     []query.Row     // by position
	index    *query.Index
	places   map[string]int // positions by tunnels' names
	spokes   map[string]int // places in the report by spokes' names
	longest  map[string]int // names' widths by column
	spokeOf  []int32        // by position: place in the report's spokes, -1: none
	members  members        // spokes' tunnels

	filter filter
	order  query.Order
	shown  []int32 // positions that pass, in order
	lineOf []int32 // by position: its place in shown, -1: filtered out
	cursor int     // position of the tunnel under the cursor, -1: none
	loose  bool    // nobody has moved the cursor: it is on the first, whoever that is

	fresh freshness
	moved bool // what filter and order depend on is another than when shown was made
	owed  bool // and it was asked for: rows need not keep their places
	// edition is another number where a verdict, a mark or what is shown is another.
	edition uint64
	routed  routed

	mutes map[string]mute // the settings'
	seen  []sight         // by position
	looks uint32          // at the screen so far
	worse int             // tunnels that got worse and have not been seen

	mark     *mark // counts begin here; nil: from the beginning
	rates    rates
	outcomes map[int][]fleet.Outcome // of the tunnels drawn, by position
	parked   [][]fleet.Outcome       // memory for them
	source   Source
}

func (b *board) init(source Source) {
	b.source = source
	b.fresh.reader, _ = source.(Reader)
	b.report = &fleet.Report{}
	b.places, b.spokes = map[string]int{}, map[string]int{}
	b.outcomes = map[int][]fleet.Outcome{}
	b.cursor, b.loose = -1, true
}

// take puts a snapshot on the board. hold keeps rows in their places. What the
// snapshot then holds may be used again.
func (b *board) take(s *snapshot, hold bool) {
	if s.anew {
		b.forget()
	}
	b.keepEvents(s.events, s.missed)
	b.status = s.status
	b.takePoints(s)
	if s.hasIncidents {
		b.incidents, s.incidents = s.incidents, b.incidents
	}
	isWhole := s.report != nil
	others := b.takeRows(s)
	b.rates.follow(b.report)
	b.forgetOutcomes()
	if isWhole && b.owed { // now it can be
		hold, b.owed = false, false
	}
	b.rearrange(hold && !others)
}

// takeRows puts the rows of a snapshot on the board, and tells whether they are
// of other tunnels than before.
func (b *board) takeRows(s *snapshot) (others bool) {
	if s.report == nil {
		return b.takeChanges(s.changes)
	}
	b.report, s.report = s.report, b.report
	b.fresh.turn(true)
	if others = b.isOther(); others {
		b.connect(b.cursorName())
	}
	b.follow()
	return others
}

// now is the time of the snapshot: what a span ends at.
func (b *board) now() time.Time { return b.report.Time }

// forget drops the events and the mark: a recording went back to before them.
func (b *board) forget() {
	b.events, b.missed, b.mark = b.events[:0], 0, nil
	b.rewinds++
}

func (b *board) keepEvents(events []fleet.Event, missed uint64) {
	b.events = append(b.events, events...)
	b.missed += missed
	if extra := len(b.events) - eventsKept; extra > 0 {
		b.missed += uint64(extra)
		b.events = append(b.events[:0], b.events[extra:]...)
	}
}

// isOther tells whether the report is of other tunnels than the one before.
func (b *board) isOther() bool {
	if len(b.report.Tunnels) != len(b.rows) {
		return true
	}
	for i := range b.rows {
		if b.rows[i].Tunnel.Tunnel != b.report.Tunnels[i].Tunnel {
			return true
		}
	}
	return false
}

// connect builds what depends on the declarations only. The cursor stays on the
// tunnel of the same name.
func (b *board) connect(cursorName string) {
	r := b.report
	tunnels := make([]fleet.Tunnel, len(r.Tunnels))
	b.rows = make([]query.Row, len(r.Tunnels))
	b.lineOf = make([]int32, len(r.Tunnels))
	b.spokeOf = make([]int32, len(r.Tunnels))
	b.seen = newSights(r, b.seen, b.places)
	clear(b.places)
	clear(b.spokes)
	for i := range r.Spokes {
		b.spokes[r.Spokes[i].Spoke.Name] = i
	}
	for i := range r.Tunnels {
		tunnels[i] = *r.Tunnels[i].Tunnel
		b.places[tunnels[i].Name] = i
		b.spokeOf[i] = -1
		if place, ok := b.spokes[tunnels[i].Spoke]; ok {
			b.spokeOf[i] = int32(place)
		}
	}
	b.members = newMembers(b.spokeOf, len(r.Spokes))
	b.declared = fleet.Inventory{Tunnels: tunnels}
	b.index = query.NewIndex(tunnels)
	b.longest = longestNames(tunnels)
	b.fresh.forget(len(r.Tunnels), len(r.Spokes))
	b.mark = nil
	b.cursor = b.position(cursorName)
}

// follow points the rows at the report.
func (b *board) follow() {
	b.worse, b.disputes = 0, 0
	for i := range b.rows {
		row := &b.rows[i]
		row.Tunnel, row.Path, row.New, row.Disputed = &b.report.Tunnels[i], "", false, false
		if place := b.spokeOf[i]; place >= 0 && int(place) < len(b.report.Spokes) {
			row.Path = b.report.Spokes[place].Path
		}
		b.judge(i)
	}
	b.changed()
}

// changed notes that a row's verdict is another one.
func (b *board) changed() {
	b.moved = true
	b.edition++
}

// judge holds a row against what was seen of it.
func (b *board) judge(position int) {
	row := &b.rows[position]
	b.worse -= boolInt(row.New)
	_, row.Muted = b.mutes[row.Tunnel.Tunnel.Name]
	row.New = b.seen[position].compare(row.Tunnel) && !row.Muted
	b.worse += boolInt(row.New)
	b.disputes -= boolInt(row.Disputed)
	row.Disputed = row.Tunnel.Differ()
	b.disputes += boolInt(row.Disputed)
}

// position is that of the tunnel of that name, -1: there is none.
func (b *board) position(name string) int {
	if place, ok := b.places[name]; ok {
		return place
	}
	return -1
}

// tunnel is the row at a position; nil where there is none.
func (b *board) tunnel(position int) *query.Row {
	if position < 0 || position >= len(b.rows) {
		return nil
	}
	return &b.rows[position]
}

// spoke is the report of the tunnel's spoke; nil where it has none.
func (b *board) spoke(position int) *fleet.SpokeReport {
	if b.tunnel(position) == nil || b.spokeOf[position] < 0 {
		return nil
	}
	return &b.report.Spokes[b.spokeOf[position]]
}

// newest are the newest keepalives of the tunnel at a position, as of the first
// time that this snapshot was asked for them.
func (b *board) newest(position int) []fleet.Outcome {
	if kept, ok := b.outcomes[position]; ok {
		return kept
	}
	var memory []fleet.Outcome
	if n := len(b.parked); n > 0 {
		memory, b.parked = b.parked[n-1], b.parked[:n-1]
	}
	list := b.source.Outcomes(position, memory[:0])
	b.outcomes[position] = list
	return list
}

// forgetOutcomes forgets those of the rows that this look is to read.
func (b *board) forgetOutcomes() {
	for position, list := range b.outcomes {
		if position >= len(b.fresh.tunnels) || !b.fresh.waits(b.fresh.tunnels, position) {
			b.parked = append(b.parked, list)
			delete(b.outcomes, position)
		}
	}
}
