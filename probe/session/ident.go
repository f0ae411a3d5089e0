package session

// cycle is how many keepalives use different identifications: all 16-bit
// numbers but 0, which a kernel that is handed a ready header replaces.
const cycle = 1<<16 - 1

// identities numbers a tunnel's keepalives unpredictably: the identification is
// a keyed permutation of the keepalive's place in the cycle. So the answer
// gives away which keepalive it answers, nobody who does not see the packets can
// guess the next one, and no two in flight are alike.
type identities uint64

// at returns the identification of place, 0 <= place < cycle.
func (k identities) at(place uint16) uint16 {
	id := k.permute(place + 1)
	for id == 0 { // walk the cycle past the number that is not used
		id = k.permute(id)
	}
	return id
}

// place returns the place in the cycle that has identification id. There is
// none for 0, and ok is false.
func (k identities) place(id uint16) (place uint16, ok bool) {
	if id == 0 {
		return 0, false
	}
	x := k.unpermute(id)
	for x == 0 {
		x = k.unpermute(x)
	}
	return x - 1, true
}

// rounds of a Feistel network over two bytes, each with 16 bits of the key.
const rounds = 4

func (k identities) permute(x uint16) uint16 {
	l, r := uint8(x>>8), uint8(x)
	for i := 0; i < rounds; i++ {
		l, r = r, l^k.round(i, r)
	}
	return uint16(l)<<8 | uint16(r)
}

func (k identities) unpermute(x uint16) uint16 {
	l, r := uint8(x>>8), uint8(x)
	for i := rounds - 1; i >= 0; i-- {
		l, r = r^k.round(i, l), l
	}
	return uint16(l)<<8 | uint16(r)
}

// round mixes one byte with the key: a product's high bits depend on all of it.
func (k identities) round(i int, b uint8) uint8 {
	x := (uint64(k)>>(16*i) | uint64(k)<<(64-16*i)) ^ uint64(b)
	x *= 0x9e3779b97f4a7c15
	x ^= x >> 29
	x *= 0xbf58476d1ce4e5b9
	return uint8(x >> 56)
}
