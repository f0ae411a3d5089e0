package tui

import (
	"fmt"
	"testing"
)

// TestScreensGolden: each view of each fleet on each terminal. The cursor is on
// the tunnel that it is on when the program starts.
func TestScreensGolden(t *testing.T) {
	for _, n := range fleetSizes {
		s, at := hardNights[n](), map[screenSize]*model{}
		for _, size := range sizes {
			at[size] = openScene(s.scene, size.width, size.height)
		}
		for _, i := range []int{detailView, 0, 1, 2, 3} { // events and spokes have cursors of their own
			view := viewNames[i]
			name := fmt.Sprintf("%s-%d", view, n)
			t.Run(name, func(t *testing.T) {
				goldenSizes(t, name, func(size screenSize) *model {
					press(at[size], fmt.Sprint(i+1))
					return at[size]
				})
			})
		}
	}
}
