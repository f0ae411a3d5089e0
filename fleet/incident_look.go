package fleet

import (
	"time"

	"greylag/probe/session"
)

// look is a question that a failure raised: whether what it has in common with
// others explains it. Answering takes a look at many tunnels, milliseconds in a
// large fleet. So it is left to whoever reads next: the engine does not wait for it.
type look struct {
	tunnel int32
	common int32 // position in commons.list
	at     time.Time
}

// mostLooks is how many questions may wait for a reader. Bursts ask seldom: if so
// many wait, nobody reads.
const mostLooks = 1 << 8

// stir counts a failure that belongs to no incident, and asks what explains it
// where it is time to: of what the fewest share first, if there are several.
func (g *incidents) stir(tunnel int32, at time.Time) {
	w := g.falls[tunnel].window
	for _, i := range g.commons.of(tunnel) {
		if !g.commons.list[i].burst.add(w) {
			continue
		}
		if len(g.looks) == mostLooks {
			g.ponder()
		}
		g.looks = append(g.looks, look{tunnel, i, at})
	}
}

// lookWithin is how long a question may wait, or what is seen then is another
// moment: readers come twice a second at least.
const lookWithin = time.Second

// hurry answers what nobody came to answer.
func (g *incidents) hurry(now time.Time) {
	if len(g.looks) > 0 && now.Sub(g.looks[0].at) > lookWithin {
		g.ponder()
	}
}

// ponder answers what was asked. It must be called before any tunnel that went down
// comes up again, and before incidents are read.
func (g *incidents) ponder() {
	answered := look{tunnel: -1}
	for _, l := range g.looks {
		if l.tunnel == answered.tunnel && l.at.Equal(answered.at) {
			continue
		}
		if g.lookInto(l) {
			answered = l
		}
	}
	g.looks = g.looks[:0]
}

// lookInto judges the moment in which a tunnel failed, if what it has in common
// with others is promising.
func (g *incidents) lookInto(l look) bool {
	f, v := &g.falls[l.tunnel], &g.commons.list[l.common]
	if f.in != nil || g.rows[l.tunnel].line != session.Down || !g.promising(v, f.window, l.at.Sub(g.start)) {
		return false
	}
	g.judge(l.tunnel, v, l.at)
	return true
}
