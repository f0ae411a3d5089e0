package replica

import "greylag/fleet"

// Log is the newest changes. An event in it never changes.
type Log struct {
	last   uint64         // number of the newest, 0: none yet
	base   uint64         // up to this number nothing is missed: it was taken back
	count  int            // how many are kept
	ring   []*fleet.Event // by number modulo eventsKept; made for the first
	weight int64
}

// add numbers and keeps an event.
func (l *Log) Add(e *fleet.Event) {
	if l.ring == nil {
		l.ring = make([]*fleet.Event, eventsKept)
	}
	if l.count == eventsKept {
		l.drop()
	}
	l.last++
	e.Number = l.last
	*l.place(l.last) = e
	l.count++
	l.weight += weighEvent(e)
	for l.weight > maxEventsWeight && l.count > 1 {
		l.drop()
	}
}

func (l *Log) place(number uint64) **fleet.Event { return &l.ring[number%eventsKept] }

// oldest is the number of the oldest that is kept, if any is.
func (l *Log) oldest() uint64 { return l.last - uint64(l.count) + 1 }

// drop forgets the oldest.
func (l *Log) drop() {
	oldest := l.place(l.oldest())
	l.weight -= weighEvent(*oldest)
	*oldest = nil
	l.count--
}

// empty forgets all. Numbers go on.
func (l *Log) empty() {
	clear(l.ring)
	l.count, l.weight, l.base = 0, 0, l.last
}

// after returns the events after that number, and how many of those asked for are
// gone: of which nothing is said as long as there is none to return.
func (l *Log) After(number uint64) (events []*fleet.Event, missed uint64) {
	if l.count == 0 || number >= l.last {
		return nil, 0
	}
	number = max(number, l.base)
	first := max(number+1, l.oldest())
	events = make([]*fleet.Event, 0, l.last-first+1)
	for n := first; n <= l.last; n++ {
		events = append(events, *l.place(n))
	}
	return events, first - number - 1
}
