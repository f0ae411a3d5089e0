package tui

import (
	"fmt"
	"testing"
)

// BenchmarkQuietLook: a look and its frame while nothing but what is measured
// changes, which cost the same whatever the size of the fleet.
func BenchmarkQuietLook(b *testing.B) {
	for _, view := range []string{"table", "grid", "spokes"} {
		for _, n := range []int{1_000, 10_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", view, n), func(b *testing.B) { benchQuietLook(b, view, n) })
		}
	}
}

func benchQuietLook(b *testing.B, view string, n int) {
	s := newScene(n)
	s.run(30)
	m := openScene(s, 200, 50)
	press(m, ":")
	typed(m, "view "+view, "enter")
	s.run(1)
	look(m)
	b.ReportAllocs()
	for b.Loop() {
		look(m)
		m.View()
	}
}
