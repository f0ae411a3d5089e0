package tui

import (
	"time"

	"greylag/fleet"
)

// sight is what the user has seen of a tunnel. What got worse stays marked until
// it was on the screen for a moment and a key was pressed after: without a key
// nobody may be there.
type sight struct {
	severity uint8  // of the state that was seen
	flaps    uint64 // at the same time
	worse    bool   // it got worse since
	look     uint32 // number of the last look at it; 0: none since it got worse
	since    time.Time
}

// seenAfter is how long something must be on the screen to count as seen.
const seenAfter = time.Second

// newSights takes everything as it is for seen, but for the tunnels that were there
// before: was has what was seen of them, and places where in it each is.
func newSights(r *fleet.Report, was []sight, places map[string]int) []sight {
	list := make([]sight, len(r.Tunnels))
	for i := range list {
		t := &r.Tunnels[i]
		if place, is := places[t.Tunnel.Name]; is && place < len(was) {
			list[i] = was[place]
		} else {
			list[i].accept(t)
		}
	}
	return list
}

func severity(s fleet.State) uint8 {
	switch s {
	case fleet.Down:
		return 2
	case fleet.Degraded:
		return 1
	}
	return 0
}

// compare holds the tunnel against what was seen, and tells whether it got
// worse since. An outage that is over counts until it is seen.
func (s *sight) compare(t *fleet.TunnelReport) bool {
	now := severity(t.State)
	switch {
	case s.worse:
	case now > s.severity || t.Flaps > s.flaps:
		s.worse, s.look = true, 0 // looks before this one do not count
	default:
		s.severity = now
		s.flaps = t.Flaps // fewer than before: a restart counts anew
	}
	return s.worse
}

// accept takes the tunnel as it is for seen.
func (s *sight) accept(t *fleet.TunnelReport) {
	s.worse, s.severity, s.flaps = false, severity(t.State), t.Flaps
}

// look notes which tunnels are on the screen.
func (b *board) look(now time.Time, visible func(yield func(position int))) {
	b.looks++
	visible(func(position int) {
		s := &b.seen[position]
		if s.look == 0 || s.look != b.looks-1 {
			s.since = now
		}
		s.look = b.looks
	})
}

// attend takes what has been on the screen for a moment for seen, because
// somebody pressed a key.
func (b *board) attend(now time.Time, visible func(yield func(position int))) {
	visible(func(position int) {
		s := &b.seen[position]
		if s.worse && s.look == b.looks && now.Sub(s.since) >= seenAfter {
			b.accept(position)
		}
	})
}

// accept takes the tunnel at a position for seen.
func (b *board) accept(position int) {
	row := &b.rows[position]
	if row.New {
		b.worse--
		b.changed()
	}
	row.New = false
	b.seen[position].accept(row.Tunnel)
}

// acceptAll takes everything for seen.
func (b *board) acceptAll() {
	for i := range b.rows {
		b.accept(i)
	}
}
