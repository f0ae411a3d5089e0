package fleet

import "time"

// sample is how many tunnels promising looks at before it gives up.
const sample = 128

// promising tells whether one thing in common may explain the failures around a
// window: a look at fewer tunnels than judge takes. It looks at them in an order
// that has nothing to do with the inventory's, and gives up where the first of
// them are mostly up.
func (g *incidents) promising(v *common, near window, now time.Duration) bool {
	var f fit
	place, step := 0, strideOf(len(v.tunnels))
	for i := range v.tunnels {
		h := g.health(&g.rows[v.tunnels[place]], now)
		if h.failedIn(near) {
			f.failed++
		} else {
			f.addOther(h, near)
		}
		if i == sample && f.failed*8 < f.survived+f.before {
			return false
		}
		place = (place + step) % len(v.tunnels)
	}
	return f.explains()
}

// strideOf returns a step that visits each of n places once, far apart from each
// other: near the golden section, and without a common divisor.
func strideOf(n int) int {
	step := max(n*618/1000, 1)
	for gcd(step, n) != 1 {
		step++
	}
	return step
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
