package tui

import (
	"fmt"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/tui/text"
)

// TestTableGolden: what an operator sees first, at every size.
func TestTableGolden(t *testing.T) {
	for _, n := range []int{0, 1, 60, 500, 10_000} {
		s := night(n)
		for i, size := range sizes {
			if n > 60 && i%2 == 0 {
				continue // two of the four tell enough
			}
			name := fmt.Sprintf("table-%d-%s", n, size)
			t.Run(name, func(t *testing.T) {
				m := openScene(s, size.width, size.height)
				wellFormed(t, m)
				golden(t, name, m)
			})
		}
	}
}

// TestHelpGolden: what ? shows, from its beginning and its end.
func TestHelpGolden(t *testing.T) {
	for _, size := range sizes[:3] {
		m := openScene(calm(3), size.width, size.height)
		press(m, "?")
		wellFormed(t, m)
		golden(t, "help-"+size.String(), m)
		press(m, "end")
		wellFormed(t, m)
		if lineWith(m, "leave greylag, and its screen") == "" && size.width > 40 {
			t.Errorf("%s: the end is not the end:\n%s", size, screenOf(m))
		}
	}
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
