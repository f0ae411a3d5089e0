package tui

import (
	"slices"
	"strings"
	"time"

	"greylag/fleet"
	"greylag/tui/text"
)

// bothWays writes the two directions side by side: what this end sent, and the
// far end's own keepalives (R12, R13).
func (d *detail) bothWays() {
	if d.report.State == fleet.Unseen || d.report.State == fleet.Disabled && d.report.Sent == 0 {
		return
	}
	title := "From here"
	if mark := d.m.board.mark; mark != nil {
		title += ", since " + d.clock(mark.time)
	}
	d.panels(panel{title, d.ours()}, panel{"The far end's own keepalives", d.theirs()})
}

// ours is what became of what was sent, since the mark if there is one. What
// did not happen is one line.
func (d *detail) ours() []fact {
	t, c := d.report, d.m.board.counts(d.position)
	list := []fact{
		{"sent", plain, text.Count(c.sent)},
		{"answered", plain, text.Count(c.received)},
		{"lost", plain, text.Count(c.lost)},
		{"in flight", plain, text.Count(t.InFlight)},
	}
	var none []string
	for _, n := range []struct {
		name  string
		count uint64
	}{
		{"excused", c.excused}, {"late", c.late}, {"duplicates", c.duplicate},
		{"unmatched", c.unmatched}, {"send errors", c.sendErrors},
	} {
		if n.count == 0 {
			none = append(none, n.name)
			continue
		}
		list = append(list, fact{n.name, plain, text.Count(n.count)})
	}
	if len(none) > 0 {
		list = append(list, fact{"none", dim, strings.Join(none, ", ")})
	}
	if !t.LastReply.IsZero() {
		list = append(list, fact{"last reply", plain, d.lastReply()})
	}
	return list
}

func (d *detail) lastReply() string {
	reply := d.ago(d.report.LastReply) + ", " + d.clock(d.report.LastReply)
	if ttl := d.report.ReplyTTL; ttl > 0 {
		reply += ", TTL " + text.Count(uint64(ttl))
	}
	return reply
}

// theirs is what is known of the far end's own keepalives. That they stopped is
// among the evidence.
func (d *detail) theirs() []fact {
	t := d.report
	if t.PeerReflected == 0 {
		return append([]fact{{"answered", dim, "none so far"}}, d.declaredKeepalive()...)
	}
	s := plain
	if slices.ContainsFunc(t.Evidence, func(e fleet.Evidence) bool { return e.Kind == fleet.EvidencePeer && t.State != fleet.Down }) {
		s = degraded
	}
	list := []fact{{"answered", plain, text.Count(t.PeerReflected)}}
	if !t.PeerLast.IsZero() {
		list = append(list, fact{"last", s, d.ago(t.PeerLast) + ", " + d.clock(t.PeerLast)})
	}
	every := fact{"every", dim, "not known"}
	if t.PeerInterval > 0 {
		every = fact{"every", plain, t.PeerInterval.Round(10 * time.Millisecond).String()}
	}
	return append(append(list, every), d.declaredKeepalive()...)
}

// declaredKeepalive is what the inventory says of the far end's timers.
func (d *detail) declaredKeepalive() []fact {
	if d.tunnel.Peer == nil {
		return nil
	}
	return []fact{{"declared", plain, peerKeepalive(d.tunnel.Peer)}}
}
