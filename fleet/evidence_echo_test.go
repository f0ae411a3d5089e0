package fleet

import (
	"testing"
	"time"

	"greylag/probe"
)

// One of the last three echoes was answered, or the destination is silent. What
// was asked under a second ago is not unanswered yet.
func TestLastThreeEchoes(t *testing.T) {
	first := join(asked(20), replied(20.01))
	tests := []struct {
		name   string
		events []probe.Event
		now    float64
		want   Reason
		count  uint64
	}{
		{"the last", outage(first), 45, ReasonBlackHole, 1},
		{"the last but one", outage(first, asked(30)), 45, ReasonBlackHole, 1},
		{"the last but two", outage(first, asked(30), asked(40)), 45, ReasonBlackHole, 1},
		{"the last but three, which may still be answered", outage(first, asked(30), asked(40), asked(50)), 50.9, ReasonBlackHole, 1},
		{"the last but three", outage(first, asked(30), asked(40), asked(50)), 51, ReasonSilent, 3},
		{"answered again", outage(first, asked(30), asked(40), asked(50), asked(60), replied(60.2)), 61, ReasonBlackHole, 2},
		{"two of two unanswered", outage(asked(30), asked(40)), 45, ReasonSilent, 2},
		{"the reply grew old, and nothing was asked since", outage(first), 120.02, "", 0},
		{"the question grew old", outage(asked(30), asked(40)), 140.1, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			row := reportOf(oneTunnel(), at(tt.now), tt.events)
			if row.Reason != tt.want {
				t.Errorf("%q, want %q", row.Reason, tt.want)
			}
			if got := findEvidence(row, EvidenceEcho).Count; got != tt.count {
				t.Errorf("count %d, want %d", got, tt.count)
			}
		})
	}
}

// Where the interval is under a second an echo is unanswered after an interval.
func TestImpatientEcho(t *testing.T) {
	quick := oneTunnel(func(t *Tunnel) { t.Interval = 100 * time.Millisecond })
	events := outage(asked(40))
	for _, tt := range []struct {
		now  float64
		want Reason
	}{{40.09, ""}, {40.1, ReasonSilent}} {
		if got := reportOf(quick, at(tt.now), events).Reason; got != tt.want {
			t.Errorf("at %g s: %q, want %q", tt.now, got, tt.want)
		}
	}
}
