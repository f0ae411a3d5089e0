package probe

import "time"

// A wheel is the schedule: which tunnel is due when. Adding one and taking one
// that is due cost the same however many there are.
//
// Time is cut into grains, and the grains are wound around the slots: a slot
// lists the tunnels that are due in its grain of this round or of a later one.
type wheel struct {
	heads []int32         // first of each slot's list; none if empty
	links []int32         // the one that follows each tunnel in its list
	due   []time.Duration // of each tunnel
	grain int64           // the first that may hold tunnels not yet taken
}

const (
	grainLength = time.Millisecond
	slots       = 4096
	none        = -1
)

func newWheel(tunnels int) *wheel {
	w := &wheel{
		heads: make([]int32, slots),
		links: make([]int32, tunnels),
		due:   make([]time.Duration, tunnels),
	}
	for i := range w.heads {
		w.heads[i] = none
	}
	return w
}

// add schedules tunnel i, which must not be scheduled, for due.
func (w *wheel) add(i int32, due time.Duration) {
	w.due[i] = due
	slot := max(grainOf(due), w.grain) % slots
	w.links[i] = w.heads[slot]
	w.heads[slot] = i
}

// remove takes tunnel i off the schedule, and tells whether it was on it.
func (w *wheel) remove(i int32) bool {
	if w.unlink(i, grainOf(w.due[i])%slots) {
		return true
	}
	for slot := range int64(slots) { // it was past due as it was added
		if w.unlink(i, slot) {
			return true
		}
	}
	return false
}

func (w *wheel) unlink(i int32, slot int64) bool {
	for link := &w.heads[slot]; *link != none; link = &w.links[*link] {
		if *link == i {
			*link = w.links[i]
			return true
		}
	}
	return false
}

// take removes the tunnels that are due by now, at most limit of them, and
// appends them to into. They come grain by grain.
func (w *wheel) take(now time.Duration, limit int, into []int32) []int32 {
	for last := grainOf(now); ; w.grain++ {
		into = w.takeSlot(now, limit, into)
		if len(into) >= limit || w.grain >= last {
			return into
		}
	}
}

func (w *wheel) takeSlot(now time.Duration, limit int, into []int32) []int32 {
	link := &w.heads[w.grain%slots]
	for *link != none && len(into) < limit {
		i := *link
		if w.due[i] > now {
			link = &w.links[i]
			continue
		}
		*link = w.links[i]
		into = append(into, i)
	}
	return into
}

// next returns when the next tunnel is due. It looks one round ahead: with
// nothing due until then it returns the round's end.
func (w *wheel) next() time.Duration {
	for g := w.grain; g < w.grain+slots; g++ {
		if due, ok := w.first(g); ok {
			return due
		}
	}
	return time.Duration(w.grain+slots) * grainLength
}

// first returns the earliest that is due in grain g, or before it.
func (w *wheel) first(g int64) (due time.Duration, ok bool) {
	for i := w.heads[g%slots]; i != none; i = w.links[i] {
		if grainOf(w.due[i]) <= g && (!ok || w.due[i] < due) {
			due, ok = w.due[i], true
		}
	}
	return due, ok
}

func grainOf(t time.Duration) int64 { return int64(t / grainLength) }
