package decode

// mostIdentities is how many of the newest requests an answer is looked for among:
// as many as a session remembers.
const mostIdentities = 256

// identities are the inner IP identifications of a tunnel's newest requests, in a
// ring by number.
type identities struct {
	ring  []uint16
	added uint32
}

// add takes the identification of the next request.
func (x *identities) add(id uint16) {
	if len(x.ring) < mostIdentities {
		x.ring = append(x.ring, id)
	} else {
		x.ring[x.added%mostIdentities] = id
	}
	x.added++
}

// find returns the number of the newest request with that identification, the
// newest of all being number newest.
func (x *identities) find(id uint16, newest uint32) (seq uint32, ok bool) {
	for age := range uint32(len(x.ring)) {
		if x.ring[(x.added-1-age)%mostIdentities] == id {
			return newest - age, true
		}
	}
	return 0, false
}
