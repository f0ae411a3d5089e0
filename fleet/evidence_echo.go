package fleet

import (
	"fmt"
	"time"
)

// echoFacts are the ICMP echoes to the destination since the last answer. They
// are asked only while answers are missing, at most one a second.
type echoFacts struct {
	lastAsked, lastReplied time.Time
	asks, replies          uint32
	open                   uint32 // asked since lastReplied
}

func (f *echoFacts) asked(at time.Time) {
	f.lastAsked = at
	f.asks++
	f.open++
}

func (f *echoFacts) replied(at time.Time) {
	f.lastReplied = at
	f.replies++
	f.open = 0
}

// unanswered counts the echoes without a reply since the last that had one, but
// for one whose reply may still come.
func (f *echoFacts) unanswered(now time.Time, patience time.Duration) uint32 {
	if f.open > 0 && now.Sub(f.lastAsked) < patience {
		return f.open - 1
	}
	return f.open
}

// alive is how many of the newest echoes may be unanswered for the destination
// to count as one that answers: one of the last three.
const alive = 2

// echoFinding speaks for [ReasonBlackHole] where one of the last three echoes
// was answered, and for [ReasonSilent] where at least one was not in time. While
// the tunnel is not down it tells only of the keepalive that is missing.
func (r *row) echoFinding(now time.Time) finding {
	f := &r.evidence.echo
	unanswered := f.unanswered(now, r.patience())
	to := r.tunnel.Destination
	switch {
	case !r.misses():
		return finding{}
	case unanswered <= alive && r.explains(f.lastReplied, now):
		e := Evidence{Kind: EvidenceEcho, Time: f.lastReplied, Count: uint64(f.replies), From: to}
		if r.state() != Down {
			e.Text = fmt.Sprintf("%s answers ICMP echo while a keepalive's answer is missing", to)
			return finding{"", e}
		}
		e.Text, e.Fix = fmt.Sprintf("%s answers ICMP echo, and keepalives do not come back (R2)", to), lookAround
		return finding{ReasonBlackHole, e}
	case unanswered > 0 && r.explains(f.lastAsked, now):
		e := Evidence{Kind: EvidenceEcho, Time: f.lastAsked, Count: uint64(unanswered), Fix: isItThere}
		if r.state() != Down {
			e.Text = fmt.Sprintf("%s does not answer ICMP echo either while a keepalive's answer is missing", to)
			return finding{"", e}
		}
		e.Text = fmt.Sprintf("%s answers neither keepalives nor ICMP echo", to)
		return finding{ReasonSilent, e}
	}
	return finding{}
}

// isItThere is where to look when nothing comes back.
const isItThere = "look whether it runs, at the way to it, and whether ICMP echo is filtered"

// lookAround is where R15 to R19 say that keepalives are eaten.
const lookAround = "look there at the tunnel interface, unicast RPF (`show ip traffic | section Drop`), access list, VRF and IPsec" +
	" (R15–R19); on Linux: `greylag doctor --peer-linux`"

// probeFinding speaks for [ReasonSilent] where the tunnel's own probe is the
// echo (R20), which shows by itself that nothing comes back.
func (r *row) probeFinding() finding {
	return finding{ReasonSilent, Evidence{
		Kind: EvidenceEcho, Count: uint64(r.counter),
		Text: fmt.Sprintf("%s does not answer ICMP echo", r.tunnel.Destination),
		Fix:  isItThere,
	}}
}
