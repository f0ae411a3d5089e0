package tui

import (
	"testing"
	"time"

	"greylag/fleet"
	"greylag/tui/text"
)

// TestHelpGolden: what ? shows, from its beginning and its end.
func TestHelpGolden(t *testing.T) {
	goldenSizes(t, "help", func(size screenSize) *model {
		m := openScene(calm(3), size.width, size.height)
		press(m, "?", "end")
		wellFormed(t, m)
		if lineWith(m, "leave greylag, and its screen") == "" && size.width > 40 {
			t.Errorf("%s: the end is not the end:\n%s", size, screenOf(m))
		}
		press(m, "home")
		return m
	})
}

// Which limit is passed; a stream does not tell limits.
func TestDegradedWhyWithAndWithoutLimits(t *testing.T) {
	for want, report := range map[string]fleet.TunnelReport{
		"loss 8%, limit 5%":    {Loss: 0.08, Tunnel: &fleet.Tunnel{DegradedLoss: 0.05, DegradedRTT: time.Second}},
		"slow: limit 250ms":    {Loss: 0.01, Tunnel: &fleet.Tunnel{DegradedLoss: 0.05, DegradedRTT: 250 * time.Millisecond}},
		"loss 12%, rtt 80.0ms": {Loss: 0.12, Tunnel: &fleet.Tunnel{}, RTT: fleet.RTT{Samples: 1, Mean: 80 * time.Millisecond}},
	} {
		if got := degradedWhy(text.UTF8, &report); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
