package main

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"time"
)

const (
	// gcPercent keeps the heap close to what is alive. There is next to no garbage
	// once a station runs, so this costs nothing, and the default would let what
	// reading an inventory leaves behind double the memory of a large fleet.
	gcPercent = 10
	// gcRoom is how much garbage, in bytes, may lie about in the heap of a large
	// fleet before it is collected: less than gcPercent of it.
	gcRoom = 4 << 20
	// settleEvery is how often greylag looks for memory that lies about, unused.
	settleEvery = time.Minute
	// lyingAbout is how much that may be, in bytes; of a large heap a part of it.
	lyingAbout, lyingPart = 256 << 10, 32
)

// profileHeap has the runtime note what a profile of the heap needs only if --pprof is
// among the arguments: it has to begin with the program, before those are parsed.
func profileHeap(args []string) {
	if !slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "--pprof") }) {
		runtime.MemProfileRate = 0
	}
}

// collectOften sets gcPercent, unless the environment says otherwise.
func collectOften() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}

// collectSeldom is for a fleet that is read once and not watched. What it returns
// undoes it.
func collectSeldom() (undo func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(100)
	return func() { debug.SetGCPercent(before) }
}

// keepClose keeps the heap as close as gcRoom to what is alive now, a whole fleet.
func keepClose() {
	if os.Getenv("GOGC") != "" {
		return
	}
	live := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(live)
	debug.SetGCPercent(percentOf(live[0].Value.Uint64()))
}

// settleMemory gives back what was needed only to begin, when every tunnel has been in
// contact after so long: events of all of them at once, and buffers that grew. From then
// on it gives back what a stall needed, which the runtime would keep.
func settleMemory(ctx context.Context, after time.Duration) {
	select {
	case <-time.After(after):
		debug.FreeOSMemory()
		keepClose()
	case <-ctx.Done():
		return
	}
	look := time.NewTicker(settleEvery)
	defer look.Stop()
	for {
		select {
		case <-look.C:
			giveBack()
		case <-ctx.Done():
			return
		}
	}
}

// giveBack gives memory of the heap back to the kernel if much of it is free.
func giveBack() {
	heap := []metrics.Sample{{Name: "/memory/classes/heap/free:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(heap)
	if liesAbout(heap[0].Value.Uint64(), heap[1].Value.Uint64()) {
		debug.FreeOSMemory()
	}
}

// liesAbout tells whether that many free bytes are much beside those in use.
func liesAbout(free, used uint64) bool { return free > max(lyingAbout, used/lyingPart) }

// percentOf is gcRoom in per cent of a heap of that many bytes, from 1 to gcPercent.
func percentOf(heap uint64) int {
	return int(min(max(gcRoom*100/max(heap, 1), 1), gcPercent))
}
