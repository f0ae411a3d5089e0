package journal

import (
	"context"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// rowBytes is how much of a report is gathered before it is written, in bytes.
const rowBytes = 64 << 10

// report writes a full report. While it rests, events are written. If that fails, what
// there is of it is taken back as far as no event stands behind it, and it is tried
// again later.
func (w *writer) report(ctx context.Context, changed <-chan struct{}) {
	now := time.Now()
	r := &reporter{writer: w, ctx: ctx, changed: changed, began: w.disk.size, stints: fleet.BeginStints(now)}
	err := w.store.Walk(now, r)
	now = time.Now()
	if err != nil {
		w.helloDue = true // ends what there is of it
		w.reports.fail(now)
	} else {
		w.disk.report = w.disk.size - r.began
		w.reportDue, w.reports = false, pacer{}
	}
	w.judge(err, now)
}

// reporter is a [fleet.Walker] that writes what it is shown.
type reporter struct {
	*writer
	ctx     context.Context
	changed <-chan struct{}
	began   int64
	rows    []byte
	stints  fleet.Stints
}

// Follow implements [fleet.Follower]: the rows that come stand behind the events that
// have made them.
func (r *reporter) Follow(number uint64) error {
	if number <= r.told {
		return nil
	}
	return r.follow(number)
}

// follow writes the rows so far, and behind them the events up to a number.
func (r *reporter) follow(upTo uint64) error {
	if err := r.writeRows(); err != nil {
		return err
	}
	return r.catchUp(upTo)
}

func (r *reporter) writeRows() error {
	err := r.disk.append(r.rows)
	r.rows = r.rows[:0]
	return err
}

// Tunnel implements [fleet.Walker]. The newest keepalives, which are for the eye, are
// left out.
func (r *reporter) Tunnel(t *fleet.TunnelReport) error {
	t.Recent = nil
	r.rows = stream.AppendTunnel(r.rows, t)
	return r.writeMany()
}

// Spoke implements [fleet.Walker].
func (r *reporter) Spoke(s *fleet.SpokeReport) error {
	r.rows = stream.AppendSpoke(r.rows, s)
	return r.writeMany()
}

func (r *reporter) writeMany() error {
	if len(r.rows) < rowBytes {
		return nil
	}
	return r.writeRows()
}

// Summary implements [fleet.Walker]. The incidents that go on stand before it.
func (r *reporter) Summary(s *fleet.Summary) error {
	for _, i := range r.store.Incidents(nil) {
		if !i.End.IsZero() {
			break // the others have ended too
		}
		r.rows = stream.AppendIncident(r.rows, &i)
	}
	r.rows = stream.AppendSummary(r.rows, s)
	if err := r.writeRows(); err != nil {
		return err
	}
	return r.disk.sync()
}

// Pause implements [fleet.Pauser].
func (r *reporter) Pause() (time.Time, error) {
	now := time.Now()
	worked, over := r.stints.Over(now)
	if !over || r.ctx.Err() != nil {
		return now, nil
	}
	err := r.rest(fleet.RestFor * worked)
	now = time.Now()
	r.stints.Begin(now)
	return now, err
}

// rest writes events for a while.
func (r *reporter) rest(d time.Duration) error {
	over := r.stints.Rest(d)
	for {
		select {
		case <-r.ctx.Done():
			return nil
		case <-over:
			return nil
		case <-r.changed:
			if err := r.follow(everything); err != nil {
				return err
			}
		}
	}
}
