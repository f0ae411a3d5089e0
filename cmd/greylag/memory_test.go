package main

import (
	"bytes"
	"math"
	"runtime"
	"runtime/debug"
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

// TestRoomOf: the garbage of a fleet is a few per cent of it, of the smallest and of the
// largest as much as makes a collection worth its cost.
func TestRoomOf(t *testing.T) {
	for _, c := range []struct{ live, want uint64 }{
		{0, 256 << 10}, {5 << 20, 256 << 10}, {50 << 20, 2 << 20}, {200 << 20, 4 << 20}, {800 << 20, 8 << 20},
	} {
		if got := roomOf(c.live); got != c.want {
			t.Errorf("%d bytes beside %d, want %d", got, c.live, c.want)
		}
	}
}

// TestCollectOurselves: the runtime collects nothing then, greylag only what is worth it;
// and where a percentage is set again, as for a reload, it leaves that to the runtime.
func TestCollectOurselves(t *testing.T) {
	t.Setenv("GOGC", "") // as users have it
	t.Setenv("GOMEMLIMIT", "")
	percent, limit := debug.SetGCPercent(10), debug.SetMemoryLimit(-1)
	defer func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}()
	held := bytes.Repeat([]byte{1}, 8<<20)
	garbage := newScales()
	runtime.GC()
	collectOurselves()
	if got := debug.SetMemoryLimit(-1); got < leastLimit+16<<20 || got == math.MaxInt64 {
		t.Errorf("a limit of %d bytes with 8 MiB in use", got)
	}
	expect := func(what string, want uint32, do func()) {
		t.Helper()
		before := collections()
		do()
		if n := collections() - before; n != want {
			t.Errorf("%s: %d collections, want %d", what, n, want)
		}
	}
	expect("6 MiB of garbage beside 8 MiB", 0, func() { litter(6 << 20) }) // the runtime would at a tenth
	expect("6 MiB weighed", 1, garbage.collect)
	expect("next to nothing weighed", 0, garbage.collect)
	debug.SetGCPercent(1000) // the runtime sees no need yet
	litter(6 << 20)
	expect("6 MiB that the runtime sees to", 0, garbage.collect)
	collectOurselves()
	collectAgain()
	if got := debug.SetMemoryLimit(-1); got != math.MaxInt64 {
		t.Errorf("a limit of %d bytes when the station has ended", got)
	}
	runtime.KeepAlive(held)
}

// litter leaves so many bytes behind.
func litter(bytes int) {
	for range bytes >> 10 {
		rubbish = make([]byte, 1<<10)
	}
	rubbish = nil
}

var rubbish []byte // which the compiler cannot leave out

func collections() uint32 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.NumGC
}
