package fleet

import (
	"math/rand/v2"
	"slices"
	"testing"

	"greylag/probe"
)

// What is queued comes out in order, whatever the pieces in which it goes in and out;
// what follows a seal is in blocks of its own; and blocks are used again.
func TestQueueKeepsOrder(t *testing.T) {
	var q queue
	random := rand.New(rand.NewPCG(1, 2))
	in, out, seals := uint32(0), uint32(0), []uint32{}
	takeOne := func() {
		b := q.take()
		for i := range b.events[:b.n] {
			if out++; b.events[i].Seq != out {
				t.Fatalf("%d after %d", b.events[i].Seq, out-1)
			}
		}
		for len(seals) > 0 && seals[0] < out {
			t.Fatalf("a block holds %d, behind the seal after %d", out, seals[0])
		}
		if len(seals) > 0 && seals[0] == out {
			seals = seals[1:]
		}
		q.putBack(b)
	}
	for range 2000 {
		events := make([]probe.Event, random.IntN(3*blockFacts))
		for i := range events {
			in++
			events[i].Seq = in
		}
		if got := q.add(events); got != int(in-out) {
			t.Fatalf("%d queued, want %d", got, in-out)
		}
		if in > out && random.IntN(4) == 0 {
			q.seal()
			seals = append(slices.DeleteFunc(seals, func(s uint32) bool { return s == in }), in)
		}
		for random.IntN(3) > 0 && !q.empty() {
			takeOne()
		}
	}
	for !q.empty() {
		takeOne()
	}
	if in != out || q.take() != nil {
		t.Errorf("%d in, %d out, or a block is left", in, out)
	}
}

// Beside a reader who locks the rows now and then, recording allocates nothing.
func TestQueueAllocatesNothing(t *testing.T) {
	var q queue
	events := make([]probe.Event, blockFacts)
	if got := testing.AllocsPerRun(100, func() {
		for range spareBlocks {
			q.add(events)
		}
		for !q.empty() {
			q.putBack(q.take())
		}
	}); got != 0 {
		t.Errorf("%v allocations", got)
	}
}
