package probe

import (
	"encoding/binary"
	"math/bits"
)

// flowIndex finds tunnels by their flows: in less memory than a map, which counts
// with 100,000 of them, and time, which counts at each answer (BenchmarkFlowIndex).
// Flows are only added.
type flowIndex struct {
	slots   []int32 // places in entries, by hash; none: free; twice as many as entries at least
	entries []flowEntry
}

type flowEntry struct {
	flow   flow
	tunnel int32
}

// Flows is by what an engine knows the answers of its tunnels. The far ends' own
// keepalives come the same way, so that a reflector for the same tunnels can use it too,
// instead of having another one.
type Flows struct{ index *flowIndex }

// Flows returns those of the engine's tunnels, before it runs.
func (e *Engine) Flows() Flows { return Flows{e.flows} }

// Flows returns those of the draft's tunnels, at work or not.
func (p *Draft) Flows() Flows { return Flows{p.flows} }

// newFlowIndex makes room for that many flows.
func newFlowIndex(flows int) *flowIndex {
	x := &flowIndex{entries: make([]flowEntry, 0, flows)}
	x.resize(flows)
	return x
}

// get returns the tunnel of a flow.
func (x *flowIndex) get(f flow) (tunnel int32, ok bool) {
	if place := x.slots[x.slot(f)]; place != none {
		return x.entries[place].tunnel, true
	}
	return none, false
}

// put gives a flow to a tunnel, whosever it was.
func (x *flowIndex) put(f flow, tunnel int32) {
	if place := x.slots[x.slot(f)]; place != none {
		x.entries[place].tunnel = tunnel
		return
	}
	x.entries = append(x.entries, flowEntry{f, tunnel})
	if 2*len(x.entries) > len(x.slots) {
		x.resize(2 * len(x.entries))
		return
	}
	x.slots[x.slot(f)] = int32(len(x.entries) - 1)
}

// resize makes the slots anew, for that many flows.
func (x *flowIndex) resize(flows int) {
	x.slots = make([]int32, 1<<bits.Len(uint(2*max(flows, len(x.entries), 4)-1)))
	for i := range x.slots {
		x.slots[i] = none
	}
	for place := range x.entries {
		x.slots[x.slot(x.entries[place].flow)] = int32(place)
	}
}

// slot is where a flow is, or would be: its own slot, or the next that is free.
func (x *flowIndex) slot(f flow) int {
	mask := len(x.slots) - 1
	i := int(f.hash()) & mask
	for x.slots[i] != none && x.entries[x.slots[i]].flow != f {
		i = (i + 1) & mask
	}
	return i
}

// hash spreads flows, of which many differ in a few bits only: two odd numbers,
// one product, both its halves.
func (f flow) hash() uint64 {
	source, destination := binary.NativeEndian.Uint32(f.source[:]), binary.NativeEndian.Uint32(f.destination[:])
	high, low := bits.Mul64(uint64(source)<<32^uint64(destination)^0x9e3779b97f4a7c15,
		uint64(f.key)<<8^uint64(f.kind)^0xd6e8feb86659fd93)
	return high ^ low
}
