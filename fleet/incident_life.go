package fleet

import (
	"cmp"
	"slices"
	"time"

	"greylag/probe/session"
)

const (
	// keptIncidents is how many incidents that ended are remembered, and
	// keptMembers how many members they may have all together.
	keptIncidents = 256
	keptMembers   = 1 << 18
	// againAfter is how soon after it came up a tunnel must fail again to be still
	// of the same incident; an interval, where that is longer.
	againAfter = 10 * time.Second
)

// incident is several tunnels that went down together. What is in members stays
// as it is: only more are added, so that readers need no copy.
type incident struct {
	number, version    uint64
	time, start, ended time.Time
	common             *common
	moment             window  // in which all its members failed
	members            []int32 // the engine's numbers, or ^ places in former, in the order in which they joined
	reasons            [len(words)]int32
	down               int    // of the members, now
	up                 int    // of those that share the factor, at time
	left               int    // members that failed again on their own
	into               uint64 // number of the incident that it was a part of
}

// fall is what grouping knows of one tunnel, but for its row's reason.
type fall struct {
	window               // when it failed last
	rose   time.Duration // when it came up last, since the start; 0: never
	in     *incident     // the open one that it is a member of, down or not; nil: none
}

// incidents groups tunnels that go down together. It belongs to the store's
// rows, and is guarded as they are.
type incidents struct {
	roster
	start   time.Time
	falls   []fall // as rows
	commons commons
	looks   []look // what readers are to look into

	last, version uint64      // the newest number, and the newest version of any
	open          []*incident // by number
	ended         []*incident // oldest first
	remembered    int         // members of those
}

// roster is how members are named. Nothing in it changes.
type roster struct {
	rows   []row
	former []string // names of members that are gone: of ^ their place here
}

// nameOf is a member's name. A row's tunnel never changes: no lock is needed.
func (r *roster) nameOf(m int32) string {
	if m < 0 {
		return r.former[^m]
	}
	return r.rows[m].tunnel.Name
}

func newIncidents(rows []row, start time.Time) incidents {
	return incidents{start: start, roster: roster{rows: rows}, falls: make([]fall, len(rows)), commons: commonsOf(rows)}
}

// follow takes in a tunnel's change of state.
func (g *incidents) follow(r *row, e *Event) {
	if now := reaches(e.To); now != reaches(e.From) {
		g.countUp(r.number, now)
	}
	switch {
	case e.To == Down:
		r.fell = wordOf(e.Reason)
		g.fell(r, e.Time)
	case e.From == Down || e.From == Pending:
		g.rose(r, e.Time)
	}
}

func (g *incidents) countUp(tunnel int32, up bool) {
	step := -1
	if up {
		step = 1
	}
	for _, v := range g.commons.of(tunnel) {
		g.commons.list[v].up += step
	}
}

// fell finds the incident that a tunnel that went down belongs to. One that was
// up for a moment only goes on with its own.
func (g *incidents) fell(r *row, at time.Time) {
	f := &g.falls[r.number]
	was := f.in
	f.window = g.failure(r, at)
	if was != nil && f.to <= f.rose+max(againAfter, r.tunnel.Interval+momentSlack) {
		g.lie(was, r)
		g.touch(was, at)
		return
	}
	if was != nil {
		was.left++
	}
	f.in = nil
	if inc := g.matching(r.number); inc != nil {
		g.join(inc, r)
		g.touch(inc, at)
		return
	}
	g.stir(r.number, at)
}

// matching is the open incident in whose moment a tunnel can have failed, and
// with which it shares the factor: the largest, if there are several.
func (g *incidents) matching(tunnel int32) (best *incident) {
	w := g.falls[tunnel].window
	for _, v := range g.commons.of(tunnel) {
		for _, inc := range g.commons.list[v].open {
			if inc.moment.near(w) && (best == nil || inc.down > best.down) {
				best = inc
			}
		}
	}
	return best
}

// rose takes in that a tunnel came up.
func (g *incidents) rose(r *row, at time.Time) {
	f := &g.falls[r.number]
	f.rose = at.Sub(g.start)
	if r.incident == 0 {
		return
	}
	r.incident = 0
	f.in.down--
	g.touch(f.in, at)
	if f.in.down == 0 {
		g.end(f.in, at)
	}
}

// unite makes one incident of tunnels that are down and of incidents: it is the
// oldest of those, with v for its factor, else a new one. A few tunnels alone
// are none: others are on their way, or it was not that.
func (g *incidents) unite(parts []*incident, v *common, fresh []int32, moment window, at time.Time) {
	var whole *incident
	switch {
	case len(parts) == 0 && len(fresh) < incidentMembers, len(parts) == 1 && len(fresh) == 0:
		return
	case len(parts) == 0:
		whole = g.begin(v, at)
	default:
		whole = slices.MinFunc(parts, func(a, b *incident) int { return cmp.Compare(a.number, b.number) })
		g.setCommon(whole, v)
	}
	whole.moment = moment
	for _, part := range parts {
		if part != whole {
			g.merge(part, whole, at)
		}
	}
	g.takeIn(whole, fresh, at)
}

func (g *incidents) begin(v *common, at time.Time) *incident {
	g.last++
	inc := &incident{number: g.last, start: at}
	g.setCommon(inc, v)
	g.open = append(g.open, inc)
	return inc
}

// setCommon changes what an incident's members have in common.
func (g *incidents) setCommon(inc *incident, v *common) {
	if inc.common != nil {
		inc.common.open = without(inc.common.open, inc)
	}
	inc.common = v
	v.open = append(v.open, inc)
}

func without(list []*incident, inc *incident) []*incident {
	i := slices.Index(list, inc)
	return slices.Delete(list, i, i+1)
}

// takeIn adds tunnels that are down, in the order in which they went.
func (g *incidents) takeIn(inc *incident, tunnels []int32, at time.Time) {
	slices.SortStableFunc(tunnels, func(a, b int32) int { return g.rows[a].since.Compare(g.rows[b].since) })
	for _, tunnel := range tunnels {
		g.join(inc, &g.rows[tunnel])
	}
	g.touch(inc, at)
}

// join makes a tunnel that is down a member.
func (g *incidents) join(inc *incident, r *row) {
	f := &g.falls[r.number]
	f.in = inc
	inc.moment = inc.moment.narrow(f.window)
	if inc.enlist(r.number) {
		inc.reasons[r.fell]++
	}
	if r.since.Before(inc.start) {
		inc.start = r.since
	}
	g.lie(inc, r)
}

// enlist adds a tunnel to the members, if it is not one of them from before.
func (inc *incident) enlist(tunnel int32) bool {
	if inc.left > 0 && slices.Contains(inc.members, tunnel) {
		return false
	}
	inc.members = append(inc.members, tunnel)
	return true
}

// lie counts a member as down.
func (g *incidents) lie(inc *incident, r *row) {
	r.incident = uint32(inc.number)
	inc.down++
}

// touch says that an incident changed.
func (g *incidents) touch(inc *incident, at time.Time) {
	g.version++
	inc.version = g.version
	inc.time = at
	inc.up = inc.common.up
}

// merge makes an incident that turned out to be a part of another one of it.
func (g *incidents) merge(part, whole *incident, at time.Time) {
	for _, m := range part.members {
		if m < 0 {
			whole.enlist(m)
			continue // it is gone
		}
		f := &g.falls[m]
		if f.in != part {
			continue
		}
		f.in = whole
		if whole.enlist(m) {
			whole.reasons[g.rows[m].fell]++
		}
		if g.rows[m].line == session.Down {
			g.lie(whole, &g.rows[m])
		}
	}
	if part.start.Before(whole.start) {
		whole.start = part.start
	}
	part.down, part.into = 0, whole.number
	g.touch(part, at)
	g.end(part, at)
}

// end closes an incident of which no member is down any more.
func (g *incidents) end(inc *incident, at time.Time) {
	inc.ended = at
	inc.members = slices.Clip(inc.members)
	for _, m := range inc.members {
		if m < 0 {
			continue // it is gone
		}
		if f := &g.falls[m]; f.in == inc {
			f.in = nil
		}
	}
	inc.common.open = without(inc.common.open, inc)
	g.open = without(g.open, inc)
	g.ended = append(g.ended, inc)
	g.remembered += len(inc.members)
	for len(g.ended) > keptIncidents || g.remembered > keptMembers {
		g.remembered -= len(g.ended[0].members)
		g.ended = slices.Delete(g.ended, 0, 1)
	}
}
