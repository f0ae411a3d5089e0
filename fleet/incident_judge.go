package fleet

import (
	"slices"
	"time"

	"greylag/probe/session"
)

// seen is a tunnel and what is known of it.
type seen struct {
	health
	tunnel    int32
	explained bool // its failure, by what was found so far
}

// judgement is the working memory of one look at a moment: nothing of it
// outlives that.
type judgement struct {
	moment window
	failed []seen // in the moment
	others []seen // that may have survived it
	fits   []fit  // as commons.list
}

// judge looks for what explains the failures of the moment in which a tunnel
// failed. Most of them are not found yet: with 10 s and 3 retries the first line
// goes down 30 s after a cut and the last one 10 s later (R10). But by then the
// answers of all of them are overdue while those of the others came, so what the
// failures have in common shows with the third line that goes down.
//
// The moment is one in which most of those can have failed that share clue with
// it, and of these one in which most others can.
func (g *incidents) judge(tunnel int32, clue *common, at time.Time) {
	j := judgement{others: make([]seen, 0, len(g.rows)), fits: make([]fit, len(g.commons.list))}
	near := g.falls[tunnel].window
	peak := g.gather(&j, near, clue, at.Sub(g.start))
	j.settleMoment(near, peak)
	g.countOthers(&j)
	for {
		g.countFailed(&j)
		kind, found := g.explain(&j)
		if !found {
			return
		}
		g.settle(&j, kind, at)
	}
}

// gather looks at all tunnels. It finds those that can have failed in the same
// moment as one that failed in near, and the time at which most can have.
func (g *incidents) gather(j *judgement, near window, clue *common, now time.Duration) (peak time.Duration) {
	var counts peaks
	for i := range g.rows {
		s := seen{health: g.health(&g.rows[i], now), tunnel: int32(i)}
		switch {
		case !s.failedIn(near):
			j.others = append(j.others, s)
			continue
		case g.commons.has(s.tunnel, clue):
			counts.add(s.window, near, len(g.rows))
		default:
			counts.add(s.window, near, 1)
		}
		j.failed = append(j.failed, s)
	}
	return counts.highest(near)
}

// settleMoment makes the moment that in which all those failed that can have
// failed at its peak.
func (j *judgement) settleMoment(near window, peak time.Duration) {
	all := j.failed
	j.failed, j.moment = all[:0], near
	for _, s := range all {
		if s.holds(peak) {
			j.failed = append(j.failed, s)
			j.moment = j.moment.narrow(s.window)
		} else {
			j.others = append(j.others, s)
		}
	}
}

// countOthers counts the tunnels that did not fail in the moment.
func (g *incidents) countOthers(j *judgement) {
	for i := range j.others {
		s := &j.others[i]
		for _, v := range g.commons.of(s.tunnel) {
			j.fits[v].addOther(s.health, j.moment)
		}
	}
}

// countFailed counts the failures that are not explained yet.
func (g *incidents) countFailed(j *judgement) {
	for i := range j.fits {
		j.fits[i].failed = 0
	}
	for i := range j.failed {
		if f := &j.failed[i]; !f.explained {
			for _, v := range g.commons.of(f.tunnel) {
				j.fits[v].failed++
			}
		}
	}
}

// settle makes incidents of what a kind of factor explains.
func (g *incidents) settle(j *judgement, kind uint8, at time.Time) {
	for i := range j.fits {
		if v := &g.commons.list[i]; v.kind == kind && j.fits[i].explains() {
			g.settleOn(j, v, at)
		}
	}
}

// settleOn makes one incident of the failures that share v: it takes in those
// that no incident has, and the incidents of the same moment that turn out to be
// a part of it. Their moment is better known than that of all failures: those that
// have other reasons say nothing about it.
func (g *incidents) settleOn(j *judgement, v *common, at time.Time) {
	var fresh []int32
	var others []*incident
	moment := window{0, at.Sub(g.start)}
	for i := range j.failed {
		f := &j.failed[i]
		if f.explained || !g.commons.has(f.tunnel, v) {
			continue
		}
		f.explained = true
		in := g.falls[f.tunnel].in
		down := g.rows[f.tunnel].line == session.Down // else on its way
		switch {
		case down && in != nil:
			others = appendOnce(others, in)
			continue
		case down:
			fresh = append(fresh, f.tunnel)
		}
		moment = moment.narrow(f.window)
	}
	parts, moment := g.partsOf(v, others, moment)
	fresh = slices.DeleteFunc(fresh, func(tunnel int32) bool { return !g.falls[tunnel].near(moment) })
	g.unite(parts, v, fresh, moment, at)
}

func appendOnce(list []*incident, inc *incident) []*incident {
	if slices.Contains(list, inc) {
		return list
	}
	return append(list, inc)
}

// partsOf picks the incidents of a moment whose members all share v. It narrows
// the moment to theirs.
func (g *incidents) partsOf(v *common, list []*incident, moment window) ([]*incident, window) {
	var parts []*incident
	for _, inc := range list {
		if inc.moment.near(moment) && g.within(inc, v) {
			parts = append(parts, inc)
			moment = moment.narrow(inc.moment)
		}
	}
	return parts, moment
}

// within tells whether all members of an incident share v.
func (g *incidents) within(inc *incident, v *common) bool {
	for _, m := range inc.members {
		if m >= 0 && !g.commons.has(m, v) { // of one that is gone nothing is known
			return false
		}
	}
	return true
}
