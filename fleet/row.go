package fleet

import (
	"time"

	"greylag/probe"
	"greylag/probe/session"
)

// row is the facts of one enabled tunnel. Its size times the fleet is the
// store's memory: under 400 bytes a tunnel. What few tunnels ever have is in its
// evidence.
type row struct {
	tunnel   *Tunnel
	evidence *evidence // nil: nothing was ever observed

	since     time.Time // of the present state; where was is set: of that
	lastReply time.Time

	sent, lost, excused uint64

	up, down time.Duration // known time in earlier states

	counter   uint32
	awaited   uint32 // the newest sent, while awaiting
	overtaken uint32 // the one that the newest made missing, while overtook
	spoke     int32  // position in the inventory's spokes, -1: none
	number    int32  // the engine's
	begun     uint32 // when it became a tunnel of the fleet, in seconds since the store's start
	flaps     uint32
	incident  uint32 // number of the open incident that it is a member of and down in; 0: none

	line               session.State
	lossy, slow        bool // over a limit, with hysteresis
	awaiting, overtook bool
	replyTTL           uint8
	was                uint8 // position in words: what it was before the start, while pending; 0: not known
	fell               uint8 // position in words: why it went down last

	loss     lossLimits
	outcomes outcomes
	rtt      rttFacts
}

func (r *row) init(t *Tunnel, start time.Time) {
	r.tunnel = t
	r.spoke = -1
	r.line = session.Pending
	r.since = start
	r.loss = lossLimitsOf(t)
}

// apply adds one fact that is not a change of the line. What contradicts
// earlier facts changes nothing, nor does what only explains.
func (r *row) apply(e *probe.Event) {
	if r.applyEvidence(e) {
		return
	}
	r.counter = e.Counter
	switch e.Kind {
	case probe.Sent:
		r.applySent(e.Seq)
	case probe.Unsent:
		r.applyUnsent(e)
	case probe.Answered:
		r.applyAnswered(e)
	case probe.Excused:
		if r.settle(e.Seq, excused) {
			r.excused++
		}
	case probe.Late:
		r.observed().late++
	case probe.Duplicate:
		r.observed().duplicate++
	case probe.Unmatched:
		r.observed().unmatched++
	}
}

// applySent: an unanswered keepalive counts as lost once a later one is sent.
func (r *row) applySent(seq uint32) {
	r.overtook = r.awaiting
	if r.awaiting {
		r.overtaken = r.awaited
		r.outcomes.set(r.awaited, missing)
		r.lost++
	}
	r.sent++
	r.outcomes.push(seq)
	r.awaited, r.awaiting = seq, true
}

// applyUnsent takes the sending back, and with it what it did to the keepalive
// before it: that one is in flight again.
func (r *row) applyUnsent(e *probe.Event) {
	newest := e.Seq == r.outcomes.newest
	if !r.settle(e.Seq, unsent) {
		return
	}
	r.sent--
	r.observed().sendErrors++
	r.observed().unsent.add(e.Err, e.At, r.fate(e.Seq-1) == unsent)
	if newest && r.overtook {
		r.outcomes.set(r.overtaken, pending)
		r.lost--
		r.awaited, r.awaiting, r.overtook = r.overtaken, true, false
	}
}

// applyAnswered also un-loses a keepalive whose answer comes after the next
// one was sent.
func (r *row) applyAnswered(e *probe.Event) {
	if !r.settle(e.Seq, answeredIn(e.RTT)) {
		return
	}
	r.followTTL(e.TTL, e.At)
	r.dropEcho()
	r.rtt.add(e.RTT, r.received() == 1)
	r.lastReply = e.At
	r.replyTTL = e.TTL
}

// settle gives a keepalive that is in flight or lost its final fate, or one that
// was excused its answer after all. It returns false where the keepalive has
// its final fate already, or never was.
func (r *row) settle(seq uint32, fate outcome) bool {
	switch r.fate(seq) {
	case pending:
		r.awaiting = false
	case missing:
		r.lost--
		if seq == r.overtaken {
			r.overtook = false
		}
	case excused:
		if fate < answered {
			return false
		}
		r.excused--
	default:
		return false
	}
	r.outcomes.set(seq, fate)
	return true
}

// fate is what is known of a keepalive. One that is older than what the ring
// holds is taken for missing, as long as some are: the engine settles each
// keepalive once.
func (r *row) fate(seq uint32) outcome {
	switch {
	case r.awaiting && seq == r.awaited:
		return pending
	case r.outcomes.holds(seq):
		return *r.outcomes.slot(seq)
	case int32(r.outcomes.newest-seq) > 0 && r.lost > 0:
		return missing
	}
	return unknown
}

// received is how many are answered: all that were sent, but for those of which it is
// known that they are not.
func (r *row) received() uint64 { return r.sent - r.lost - r.excused - r.inFlight() }

func (r *row) inFlight() uint64 {
	if r.awaiting {
		return 1
	}
	return 0
}
