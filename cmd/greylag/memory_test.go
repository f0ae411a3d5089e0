package main

import (
	"bytes"
	"runtime"
	"testing"
)

// TestGiveBack: what was needed for a while, and is free, goes back to the kernel.
func TestGiveBack(t *testing.T) {
	held := make([][]byte, 64)
	for i := range held {
		held[i] = bytes.Repeat([]byte{1}, 1<<20)
	}
	resident := processStatus("RssAnon:")
	runtime.KeepAlive(held)
	runtime.GC() // they are free now, and most still resident
	giveBack()
	if now := processStatus("RssAnon:"); now+32<<20 > resident {
		t.Errorf("%d bytes resident before, and %d after", resident, now)
	}
}

// TestLiesAbout: where next to nothing is free, nobody collects garbage for it.
func TestLiesAbout(t *testing.T) {
	for _, c := range []struct {
		free, used uint64
		want       bool
	}{
		{256 << 10, 1 << 20, false}, {256<<10 + 1, 1 << 20, true}, // a small fleet
		{3 << 20, 96 << 20, false}, {3<<20 + 1, 96 << 20, true}, // a large one
		{0, 0, false},
	} {
		if got := liesAbout(c.free, c.used); got != c.want {
			t.Errorf("%d free of %d in use: %v", c.free, c.used, got)
		}
	}
}
