package metrics

import (
	"context"
	"time"
)

// A scrape works for stint, then rests restShare of that: in one go it would take a
// processor for 100 ms with 10,000 tunnels, and where there are two that would delay
// keepalives.
const (
	stint     = time.Millisecond
	restShare = 4
)

// pace makes a scrape rest on its way.
type pace struct {
	ctx     context.Context // of the scrape: nobody waits for it after that
	resumed time.Time       // when it rested last
	timer   *time.Timer
}

func newPace(ctx context.Context) *pace { return &pace{ctx: ctx, resumed: time.Now()} }

// rest is to be called every few rows: it rests if it is time to.
func (p *pace) rest() error {
	worked := time.Since(p.resumed)
	if worked < stint {
		return nil
	}
	if p.timer == nil {
		p.timer = time.NewTimer(worked / restShare)
	} else {
		p.timer.Reset(worked / restShare)
	}
	select {
	case <-p.ctx.Done():
		return p.ctx.Err()
	case <-p.timer.C:
	}
	p.resumed = time.Now()
	return nil
}
