package tui

import (
	"strings"
	"testing"
)

// TestTotalsGiveWay: where there is little room what is wrong stays; no heading
// stands without what it is of.
func TestTotalsGiveWay(t *testing.T) {
	m := openScene(hardNights[500]().scene, 200, 50)
	for _, c := range []struct {
		cells int
		want  string
	}{
		{200, "✗ 55 down  ~ 29 degraded  ? 17 pending  ✓ 382 up  - 17 disabled   " +
			"spokes ∅ 2 cut off  ⊗ 1 black hole  ↷ 38 on backup  ! 68 unprotected  ? 11 pending  ✓ 199 primary"},
		{60, "✗55 ~29 ?17 ✓382 -17  spokes ∅2 ⊗1 ↷38 !68 ?11 ✓199"},
		{40, "✗55 ~29 ?17 ✓382  spokes ∅2 ⊗1 ↷38 !68"},
		{36, "✗55 ~29 ✓382  spokes ∅2 ⊗1 ↷38 !68"},
		{25, "✗55  spokes ∅2 ⊗1 ↷38"},
		{19, "✗55  spokes ∅2 ⊗1"},
		{6, "✗55"},
	} {
		canvas := newCanvas(newTheme(ColorNone, true, false), c.cells, 1)
		m.drawTotals(canvas, c.cells)
		canvas.fill()
		if got := strings.TrimSpace(strip(canvas.String())); got != c.want {
			t.Errorf("in %d cells: %q, want %q", c.cells, got, c.want)
		}
	}
}
