package session

// fate is what became of a keepalive.
type fate uint8

const (
	awaited fate = iota
	answered
	notSent
	unknown // excused
)

// remembered is how many keepalives a history reaches back: at least the widest
// window, 256.
const remembered = 256

// history is the fate of the last keepalives, two bits each.
type history [remembered / 4]uint8

func (h *history) get(seq uint32) fate {
	i := seq % remembered
	return fate(h[i/4]>>(i%4*2)) & 3
}

func (h *history) set(seq uint32, f fate) {
	i := seq % remembered
	shift := i % 4 * 2
	h[i/4] = h[i/4]&^(3<<shift) | uint8(f)<<shift
}
