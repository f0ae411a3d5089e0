package main

import (
	"context"
	"math"
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
	// leastRoom is how much may in that of a small one, where greylag collects itself;
	// between the two a roomPart of the heap.
	leastRoom, roomPart = 256 << 10, 25
	// settleEvery is how often greylag looks for memory that lies about, unused.
	settleEvery = time.Minute
	// weighEvery is how often it looks for garbage.
	weighEvery = time.Second
	// leastLimit is what the smallest program may take until it looks, in bytes.
	leastLimit = 64 << 20
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
// on it collects garbage when there is enough of it, and gives back what a stall needed,
// which the runtime would keep.
func settleMemory(ctx context.Context, after time.Duration) {
	select {
	case <-time.After(after):
		debug.FreeOSMemory()
		collectOurselves()
		defer collectAgain()
	case <-ctx.Done():
		return
	}
	look, weigh := time.NewTicker(settleEvery), time.NewTicker(weighEvery)
	defer look.Stop()
	defer weigh.Stop()
	garbage := newScales()
	for {
		select {
		case <-look.C:
			giveBack()
			collectOurselves()
		case <-weigh.C:
			garbage.collect()
		case <-ctx.Done():
			return
		}
	}
}

// collectOurselves ends the runtime's own collecting, which would have a calm fleet stop
// every two minutes for next to nothing ([scales] does it), up to a limit: what lies about
// within [weighEvery] stays less than what is in use. [keepClose], as after a reload, has
// the runtime collect again, until the next look.
func collectOurselves() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	used := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(used)
	debug.SetMemoryLimit(limitOf(used[0].Value.Uint64() - used[1].Value.Uint64()))
	debug.SetGCPercent(-1)
}

// collectAgain leaves collecting to the runtime for good.
func collectAgain() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(math.MaxInt64)
	}
	keepClose()
}

// limitOf is the memory limit, in bytes, of a program that uses so many.
func limitOf(used uint64) int64 { return 2*int64(used) + leastLimit }

// scales weigh garbage, where the runtime does not collect it itself.
type scales struct{ samples []metrics.Sample }

func newScales() scales {
	return scales{[]metrics.Sample{
		{Name: "/gc/gogc:percent"}, {Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/heap/live:bytes"},
	}}
}

// collect collects garbage if there is more of it than [roomOf] allows.
func (s scales) collect() {
	metrics.Read(s.samples)
	percent, objects, live := s.samples[0].Value.Uint64(), s.samples[1].Value.Uint64(), s.samples[2].Value.Uint64()
	if percent == math.MaxUint64 && objects > live+roomOf(live) {
		runtime.GC()
	}
}

// roomOf is how much garbage, in bytes, may lie about beside so much that is alive. A
// collection is cheap where that is little: 4 ms with 10,000 tunnels.
func roomOf(live uint64) uint64 { return max(min(live/roomPart, gcRoom), leastRoom, live/100) }

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
