package fleet

import "time"

// peakSteps is how finely a window is divided to find its peak: into less than
// half the slack for intervals up to a quarter of an hour.
const peakSteps = 1 << 10

// peaks adds up, for each step of a window, the weights of the tunnels that can
// have failed from it on, less those that cannot any more.
type peaks [peakSteps + 1]int

// stepOf is how long a step of a window is, the slack on both sides included.
func stepOf(within window) time.Duration {
	return max((within.to-within.from+momentSlack)/peakSteps, 1)
}

// add counts a tunnel that failed in w.
func (p *peaks) add(w, within window, weight int) {
	place := func(t time.Duration) int64 {
		return min(max(int64((t-within.from+momentSlack/2)/stepOf(within)), 0), peakSteps-1)
	}
	p[place(w.from-momentSlack/2)] += weight
	p[place(w.to+momentSlack/2)+1] -= weight
}

// highest returns the time with the most weight; of several, the middle of the
// first stretch.
func (p *peaks) highest(within window) time.Duration {
	n, best, first, last := 0, 0, 0, 0
	for i := range peakSteps {
		n += p[i]
		switch {
		case n > best:
			best, first, last = n, i, i
		case n == best && last == i-1:
			last = i
		}
	}
	return within.from - momentSlack/2 + stepOf(within)*time.Duration(first+last+1)/2
}
