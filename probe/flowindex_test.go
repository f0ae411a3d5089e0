package probe

import (
	"math/rand/v2"
	"testing"
)

// The index answers as a map does, through all its sizes.
func TestFlowIndexIsAMap(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	x, want := newFlowIndex(0), map[flow]int32{}
	some := func() flow {
		return flow{
			source: [4]byte{10, 0, byte(random.IntN(3)), byte(random.IntN(256))}, destination: [4]byte{192, 0, 2, byte(random.IntN(4))},
			key: uint32(random.IntN(3)), kind: flowKind(random.IntN(3)),
		}
	}
	for i := range int32(20_000) {
		f := some()
		got, ok := x.get(f)
		if was, had := want[f]; ok != had || had && got != was {
			t.Fatalf("%+v: tunnel %d, %v; want %d, %v", f, got, ok, was, had)
		}
		if random.IntN(3) > 0 {
			x.put(f, i)
			want[f] = i
		}
	}
	for f, i := range want {
		if got, ok := x.get(f); !ok || got != i {
			t.Errorf("%+v: tunnel %d, %v; want %d", f, got, ok, i)
		}
	}
	if 2*len(x.entries) > len(x.slots) || len(x.entries) != len(want) {
		t.Errorf("%d entries in %d slots, for %d flows", len(x.entries), len(x.slots), len(want))
	}
}

// Flows that differ little are spread: a look finds what it seeks at once.
func TestFlowIndexSpreads(t *testing.T) {
	for name, f := range map[string]func(i uint32) flow{
		"addresses in a row": func(i uint32) flow { return numbered(i, 0) },
		"keys in a row": func(i uint32) flow {
			return flow{source: [4]byte{198, 51, 100, 1}, destination: [4]byte{192, 0, 2, 1}, kind: keyedFlow, key: i}
		},
		"networks in a row":             func(i uint32) flow { return numbered(i<<12, 0) },
		"both ends and the key in step": func(i uint32) flow { return numbered(i, i) },
	} {
		x := newFlowIndex(50_000)
		for i := range uint32(50_000) {
			x.put(f(i), int32(i))
		}
		steps := 0
		for place := range x.entries {
			home := int(x.entries[place].flow.hash()) & (len(x.slots) - 1)
			steps += (x.slot(x.entries[place].flow) - home) & (len(x.slots) - 1)
		}
		if mean := float64(steps) / 50_000; mean > 1 {
			t.Errorf("%s: %.2f steps on the average", name, mean)
		}
	}
}

func numbered(i, key uint32) flow {
	return flow{source: [4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}, destination: [4]byte{192, 0, 2, 1}, key: key}
}

func BenchmarkFlowIndex(b *testing.B) {
	const n = 100_000
	x, m := newFlowIndex(n), make(map[flow]int32, n)
	for i := range uint32(n) {
		x.put(numbered(i, 0), int32(i))
		m[numbered(i, 0)] = int32(i)
	}
	for name, get := range map[string]func(flow) (int32, bool){
		"index": x.get,
		"map":   func(f flow) (int32, bool) { i, ok := m[f]; return i, ok },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			i := uint32(0)
			for b.Loop() {
				i = (i + 7919) % n
				if got, ok := get(numbered(i, 0)); !ok || got != int32(i) {
					b.Fatal(got, ok)
				}
			}
		})
	}
}
