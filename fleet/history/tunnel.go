package history

import (
	"greylag/fleet"
	"greylag/fleet/stream"
)

// tunnel is one tunnel's row.
type tunnel struct {
	Identity
	course
	keep  bool   // it is in the report
	told  uint32 // number of the last report that had it
	claim claim
	of    *spoke // nil: of none

	counted, alive bool // among its spoke's members, and among those that are probed
}

// claim is what a report says that no event has told: its event may be on its way,
// or be lost.
type claim struct {
	state state // absent: none
	since int64
}

// tunnelNamed is the row of that name; nil where there is no room for it.
func (h *History) tunnelNamed(name []byte) *tunnel {
	t := h.tunnelsNamed[string(name)]
	if t == nil && len(h.tunnels) < maxRows {
		t = &tunnel{Identity: Identity{Of: "tunnel", Name: string(name)}}
		h.tunnels = append(h.tunnels, t)
		h.tunnelsNamed[t.Name] = t
		t.keep = h.keeps(t)
	}
	return t
}

func (h *History) keeps(t *tunnel) bool {
	return h.options.Keep == nil ||
		h.options.Keep(&fleet.Tunnel{Name: t.Name, Hub: t.Hub, Spoke: t.Spoke, Rank: t.Rank, Tags: t.Tags})
}

// declare takes in what a record says of what a tunnel is.
func (h *History) declare(t *tunnel, b *stream.Brief) {
	if t.Hub == string(b.Hub) && t.Spoke == string(b.Spoke) && t.Rank == b.Rank && sameTexts(t.Tags, b.Tags) {
		return
	}
	t.Hub, t.Spoke, t.Rank, t.Tags = string(b.Hub), string(b.Spoke), b.Rank, nil
	for _, tag := range b.Tags {
		t.Tags = append(t.Tags, string(tag))
	}
	t.keep = h.keeps(t)
	h.uncount(t)
	t.of = nil
	if t.Spoke != "" {
		t.of = h.spokeNamed(b.Spoke)
	}
	if t.of != nil && t.keep {
		t.of.keep = true
	}
}

func sameTexts(texts []string, told [][]byte) bool {
	if len(texts) != len(told) {
		return false
	}
	for i := range texts {
		if texts[i] != string(told[i]) {
			return false
		}
	}
	return true
}

// tunnelTold takes in a row of a report.
func (h *History) tunnelTold(b *stream.Brief, at int64) {
	h.run.book.tunnels++
	t := h.tunnelNamed(b.Name)
	if t == nil {
		return
	}
	t.told = h.run.book.number
	h.declare(t, b)
	to, since := stateOf(b.State), msOf(b.Since)
	switch {
	case to == absent:
		return
	case t.state == absent:
		h.appear(t, to, since, at)
		t.remember(&t.Identity, &t.keep, stateOf(b.Was), msOf(b.WasSince))
	default:
		h.believe(t)
		h.compare(t, to, since)
	}
	if to == down && t.state == down && t.open != nil {
		h.explain(t, b)
	}
}

// appear takes in the first that is told of a tunnel in a run.
func (h *History) appear(t *tunnel, to state, since, at int64) {
	known := t.open
	h.moveTunnel(t, to, min(max(since, h.run.began), at))
	if t.date(known, since, at) && since >= h.run.began {
		t.open.from = pending // as all are at first
	}
}

// date takes in since when the first state that is told in a run lasts. fresh: so does
// an outage that is another than the one that was known.
func (c *course) date(known *outage, since, at int64) (fresh bool) {
	if since == never {
		return false
	}
	c.begun = since
	if fresh = c.open != nil && c.open != known; fresh {
		c.open.start = min(since, at)
	}
	return fresh
}

// remember takes in what a state that is pending was before the start, where no record
// has told it: the outage that may go on.
func (c *course) remember(of *Identity, keep *bool, was state, since int64) {
	if c.state == pending && was == down && c.open == nil && since != never {
		c.open = &outage{start: since, end: never, of: of, keep: keep, course: c}
		c.doubt = true
	}
}

// compare notes where a report and the events do not agree. Of tunnels that are
// pending or disabled it says nothing but that.
func (h *History) compare(t *tunnel, to state, since int64) {
	t.claim = claim{}
	if since == never {
		since = t.begun
	}
	same := to == t.state && (since <= t.begun || to == pending || to == disabled)
	if !same {
		t.claim = claim{to, since}
	}
}

// believe takes over what a report claimed and no event has told since.
func (h *History) believe(t *tunnel) {
	c := t.claim
	t.claim = claim{}
	if c.state == absent || c.state == t.state && c.since <= t.begun {
		return
	}
	h.report.Unwritten++
	since := max(c.since, t.begun)
	if c.state == down && t.state == down {
		h.moveTunnel(t, up, since) // for a moment at least
	}
	h.moveTunnel(t, c.state, since)
}

// tunnelChanged takes in an event.
func (h *History) tunnelChanged(b *stream.Brief, at int64) {
	t := h.tunnelNamed(b.Name)
	if t == nil {
		return
	}
	from, to := stateOf(b.From), stateOf(b.State)
	if t.claim.state != absent && at > t.claim.since {
		h.believe(t)
	}
	switch {
	case to == absent:
		h.removeTunnel(t, at)
		return
	case t.state == absent && from != absent:
		h.moveTunnel(t, from, h.firstSeen(at))
	case to == t.state && at <= t.begun: // a report told it before
		h.explain(t, b)
		return
	case from != absent && from != t.state && at > t.begun:
		h.report.Unwritten++
	}
	h.moveTunnel(t, to, at)
	t.goOn(at, msOf(b.Since))
	h.explain(t, b)
	if t.claim.state == to && t.claim.since <= at {
		t.claim = claim{}
	}
}

// goOn takes in that an outage which seems to begin at that moment goes on from before
// the start.
func (c *course) goOn(at, since int64) {
	if o := c.open; o != nil && o.start == at && since != never && since < at {
		o.start, o.from = since, absent
	}
}

// firstSeen is since when a state lasts that an event ends and nothing told before:
// since the run began, unless a report was without it.
func (h *History) firstSeen(at int64) int64 {
	if h.run.book.whole {
		return at
	}
	return min(h.run.began, at)
}

// moveTunnel lets a tunnel enter a state.
func (h *History) moveTunnel(t *tunnel, to state, at int64) {
	before := t.ended
	began, ended := t.enter(h.window, to, at)
	if began != nil {
		began.of, began.keep, began.course = &t.Identity, &t.keep, &t.course
		h.inherit(began, before)
	}
	h.queue(ended)
	h.recount(t, at)
}

// queue lets an outage that ended wait until it is told.
func (h *History) queue(ended *outage) {
	if ended != nil {
		h.ended = append(h.ended, ended)
	}
}

// removeTunnel takes away a tunnel that is not in the inventory any more.
func (h *History) removeTunnel(t *tunnel, at int64) {
	if t.state == absent {
		return
	}
	h.moveTunnel(t, absent, at)
}

// explain keeps why a tunnel is down: the newest that is known.
func (h *History) explain(t *tunnel, b *stream.Brief) {
	o := t.open
	if o == nil || b.State != fleet.Down {
		return
	}
	if b.Reason != "" {
		o.reason = b.Reason
	}
	if b.Incident != 0 && (o.incident == nil || o.incident.Number != b.Incident) {
		o.incident = h.incidentNumbered(b.Incident)
	}
}

// recount keeps a spoke's count of its tunnels.
func (h *History) recount(t *tunnel, at int64) {
	if t.of == nil {
		return
	}
	t.count(t.state != absent, t.state.live())
	h.review(t.of, at)
}

// uncount takes a tunnel out of its spoke.
func (h *History) uncount(t *tunnel) {
	if t.of != nil {
		t.count(false, false)
	}
}

func (t *tunnel) count(counted, alive bool) {
	t.of.members += one(counted) - one(t.counted)
	t.of.live += one(alive) - one(t.alive)
	t.counted, t.alive = counted, alive
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}
