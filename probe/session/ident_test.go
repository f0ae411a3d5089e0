package session

import "testing"

var secrets = []uint64{0, 1, 0x0123456789abcdef, 0xdeadbeefcafef00d, 1 << 63, ^uint64(0)}

// Every identification but 0 is used exactly once in a cycle, and leads back to
// its place.
func TestIdentitiesAreAPermutation(t *testing.T) {
	for _, secret := range secrets {
		ids := identities(secret)
		var seen [1 << 16]bool
		for place := range cycle {
			id := ids.at(uint16(place))
			if id == 0 || seen[id] {
				t.Fatalf("secret %#x: place %d has identification %d, which is 0 or used", secret, place, id)
			}
			seen[id] = true
			if back, ok := ids.place(id); !ok || int(back) != place {
				t.Fatalf("secret %#x: identification %d leads to place %d %v, want %d", secret, id, back, ok, place)
			}
		}
		if _, ok := ids.place(0); ok {
			t.Errorf("secret %#x: identification 0 has a place", secret)
		}
	}
}

// A step from one identification to the next is as good as drawn: each of its
// 256 high bytes turns up about as often, over the cycle and over a stretch
// that somebody may watch. Chi-square with 255 degrees of freedom has mean 255
// and standard deviation 22.6; 400 is over six of these away.
func TestIdentitiesShowNoRegularity(t *testing.T) {
	for _, secret := range secrets {
		for _, n := range []int{5_000, cycle - 1} {
			for name, shift := range map[string]int{"high": 8, "low": 0} {
				if x := chiSquare(identities(secret), n, shift); x > 400 {
					t.Errorf("secret %#x, %d steps: chi-square of the %s byte is %.0f", secret, n, name, x)
				}
			}
		}
	}
}

func chiSquare(ids identities, n, shift int) (x float64) {
	var count [256]float64
	for place := range n {
		step := ids.at(uint16(place+1)) - ids.at(uint16(place))
		count[step>>shift&0xff]++
	}
	want := float64(n) / 256
	for _, c := range count {
		x += (c - want) * (c - want) / want
	}
	return x
}

// Two consecutive steps are seldom alike, and two tunnels have nothing in common.
func TestIdentitiesDiffer(t *testing.T) {
	alike, common := 0, 0
	a, b := identities(secrets[2]), identities(secrets[2]+1)
	for place := range uint16(10_000) {
		if a.at(place+1)-a.at(place) == a.at(place+2)-a.at(place+1) {
			alike++
		}
		if a.at(place) == b.at(place) {
			common++
		}
	}
	// By chance 10,000 / 65,536 = 0.15 each; 6 or more has odds under 1 in 10^7.
	if alike > 5 || common > 5 {
		t.Errorf("of 10,000: %d equal consecutive steps, %d in common with another secret", alike, common)
	}
}
