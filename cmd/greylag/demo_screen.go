package main

import (
	"context"
	"time"

	"greylag/tui"
)

// screenAudience is a person at a terminal. Nothing is remembered: the demo must
// begin the same each time.
func (s *stage) screenAudience(screen tui.Options, length time.Duration) audience {
	n := &notes{}
	return audience{
		show: func(ctx context.Context, station *station) error {
			ctx, cancel := lasting(ctx, length)
			defer cancel()
			return show(ctx, station, screen, reporting{}, liveSource{station: station, notes: n, label: s.label})
		},
		say: func(text string) error {
			n.say("demo: "+text, time.Now())
			return nil
		},
	}
}
