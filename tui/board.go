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
	b.report = &fleet.Report{}
	b.places, b.spokes = map[string]int{}, map[string]int{}
	b.outcomes = map[int][]fleet.Outcome{}
	b.cursor, b.loose = -1, true
}

// take puts a snapshot on the board and returns what the last one held, to be
// used again. hold keeps rows in their places.
func (b *board) take(s *snapshot, hold bool) (old *snapshot) {
	old = &snapshot{report: b.report, incidents: b.incidents}
	b.report, b.incidents, b.status = s.report, s.incidents, s.status
	if s.anew {
		b.forget()
	}
	b.keepEvents(s.events, s.missed)
	if name := b.cursorName(); b.isOther() {
		b.connect(name)
		hold = false
	}
	b.follow()
	b.rates.follow(b.report)
	b.forgetOutcomes()
	b.arrange(hold)
	return old
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
	b.seen = newSights(r)
	b.mark = nil
	b.cursor = b.position(cursorName)
}

// follow points the rows at the new report.
func (b *board) follow() {
	b.worse = 0
	for i := range b.rows {
		t := &b.report.Tunnels[i]
		row := &b.rows[i]
		row.Tunnel, row.Path = t, ""
		if place := b.spokeOf[i]; place >= 0 && int(place) < len(b.report.Spokes) {
			row.Path = b.report.Spokes[place].Path
		}
		_, row.Muted = b.mutes[t.Tunnel.Name]
		if b.seen[i].compare(t) && !row.Muted {
			b.worse++
		}
		row.New = b.seen[i].worse && !row.Muted
	}
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

func (b *board) forgetOutcomes() {
	for _, list := range b.outcomes {
		b.parked = append(b.parked, list)
	}
	clear(b.outcomes)
}
