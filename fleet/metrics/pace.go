package metrics

import (
	"context"
	"time"

	"greylag/fleet"
)

// restShare is the part of a stint that a scrape rests after it: somebody waits.
const restShare = 4

// pace makes a scrape rest on its way.
type pace struct {
	ctx    context.Context // of the scrape: nobody waits for it after that
	stints fleet.Stints
}

func newPace(ctx context.Context) *pace {
	return &pace{ctx: ctx, stints: fleet.BeginStints(time.Now())}
}

// rest is to be called every few rows: it rests if it is time to.
func (p *pace) rest() error {
	worked, over := p.stints.Over(time.Now())
	if !over {
		return nil
	}
	select {
	case <-p.ctx.Done():
		return p.ctx.Err()
	case <-p.stints.Rest(worked / restShare):
	}
	p.stints.Begin(time.Now())
	return nil
}
