package fleet

import (
	"time"

	"greylag/probe"
)

// evidence is what was observed of a tunnel beside its keepalives. It explains
// states and changes none, for most of it can be forged. Only the newest of each
// kind is kept, with its time, so that nobody can make it grow. Facts are
// stored; what they mean, and whether they are too old to mean anything, is
// found out when somebody reads.
type evidence struct {
	unsent    unsentFacts
	refusals  [refusalKinds]refusal
	echo      echoFacts
	altered   alteredFacts
	ttlChange ttlFacts

	late, duplicate, unmatched uint64 // answers that belong to nothing in flight
	sendErrors                 uint64
}

// Evidence explains for explainFor after it was seen last, or for
// explainIntervals of the tunnel, whichever is longer. Far ends send few ICMP
// errors, one or two a second to all that ask (RFC 1812 section 4.3.2.8), so one
// must outlast several keepalives.
const (
	explainFor       = time.Minute
	explainIntervals = 10
)

// patience is how long what was just sent may be on its way, at most an
// interval: an echo is unanswered after it; and an ICMP error may be so much
// older than the last answer and still belong to the outage after it, because
// that answer took longer.
const patience = time.Second

// worthKnowing is how long a change that no outage came of is reported.
const worthKnowing = time.Hour

// observed returns the evidence of the tunnel, to add to; most never have any.
func (r *row) observed() *evidence {
	if r.evidence == nil {
		r.evidence = new(evidence)
	}
	return r.evidence
}

// dropEcho forgets the echoes, as the outage, if there was one, is over. Where nothing
// else was observed the memory is given back: a burst of loss would else cost a large
// fleet 344 bytes a tunnel for good.
func (r *row) dropEcho() {
	if r.evidence == nil || r.evidence.echo == (echoFacts{}) {
		return
	}
	r.evidence.echo = echoFacts{}
	if *r.evidence == (evidence{}) {
		r.evidence = nil
	}
}

// applyEvidence adds a fact that only explains, and tells whether e is one.
func (r *row) applyEvidence(e *probe.Event) bool {
	switch e.Kind {
	case probe.Refused:
		r.applyRefused(e)
	case probe.Asked:
		r.observed().echo.asked(e.At)
	case probe.Replied:
		r.observed().echo.replied(e.At)
	case probe.Altered:
		r.observed().altered.add(e.Alteration, e.At, r.explains(r.observed().altered.last, e.At))
	default:
		return false
	}
	return true
}

// explains tells whether what was seen at when is still young enough to.
func (r *row) explains(when, now time.Time) bool {
	return !when.IsZero() && now.Sub(when) <= max(explainFor, explainIntervals*r.tunnel.Interval)
}

// ofOutage tells whether what was seen at when belongs to the time since the
// last answer.
func (r *row) ofOutage(when time.Time) bool {
	return r.lastReply.IsZero() || when.After(r.lastReply.Add(-r.patience()))
}

func (r *row) patience() time.Duration { return min(patience, r.tunnel.Interval) }

// misses tells whether answers are missing: the newest keepalive may still be
// answered, the one before it was not.
func (r *row) misses() bool { return !reaches(r.state()) || r.counter > 1 }

// finding is a verdict on what was observed. The zero finding is none.
type finding struct {
	reason Reason // for which it speaks; "": for none
	Evidence
}

// findings are gathered strongest first.
type findings struct {
	reason Reason
	list   []Evidence
}

func (fs *findings) add(f finding) {
	if f.Kind == "" {
		return
	}
	fs.list = append(fs.list, f.Evidence)
	if fs.reason == "" {
		fs.reason = f.reason
	}
}

// explain appends what speaks for a reason now to list, strongest first as
// CONTRACT has the reasons: the first explains the state. There is a reason only
// when the tunnel is down.
func (r *row) explain(now time.Time, list []Evidence) (Reason, []Evidence) {
	fs := findings{list: list}
	if r.evidence != nil {
		fs.add(r.unsentFinding())
		for kind := range r.evidence.refusals {
			fs.add(r.refusalFinding(kind, now))
		}
		fs.add(r.alteredFinding(now))
		fs.add(r.echoFinding(now))
	}
	if r.state() != Down {
		return "", fs.list
	}
	if fs.reason == "" && r.tunnel.Probe == Echo {
		fs.add(r.probeFinding())
	}
	return fs.reason, fs.list
}
