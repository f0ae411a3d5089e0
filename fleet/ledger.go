package fleet

import (
	"time"

	"greylag/probe"
)

// Ledger keeps the facts of one tunnel and derives the verdicts on it, as a
// [Store] does for a fleet: for who learns of tunnels one by one, as from a
// capture. It is for one goroutine.
type Ledger struct{ row row }

// NewLedger returns the ledger of t, which is pending since start. Of t only the
// name and the interval may change afterwards.
func NewLedger(t *Tunnel, start time.Time) *Ledger {
	l := &Ledger{}
	l.row.init(t, start)
	return l
}

// Record adds a fact and appends the changes of state that it makes. Whose fact it
// is, [probe.Event.Tunnel], does not matter.
func (l *Ledger) Record(e *probe.Event, changes []Event) []Event {
	r := &l.row
	if e.Kind != probe.Line {
		r.apply(e)
	} else if from, changed := r.applyLine(e); changed {
		changes = append(changes, r.change(from, e.At))
	}
	if from, changed := r.judge(); changed {
		changes = append(changes, r.change(from, e.At))
	}
	return changes
}

// Report returns what is known of the tunnel as of now.
func (l *Ledger) Report(now time.Time) TunnelReport {
	var t TunnelReport
	l.row.report(&t, now)
	l.row.tell(&t, time.Time{}, nil)
	t.Recent = l.row.outcomes.recent(nil)
	return t
}
