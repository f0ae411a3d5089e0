package fleet

import "time"

// unsentFacts are the newest keepalives in a row that could not be sent.
type unsentFacts struct {
	err   error // of the newest
	last  time.Time
	count uint64
}

// add notes a keepalive that could not be sent; again tells that the one before
// it could not either.
func (u *unsentFacts) add(err error, at time.Time, again bool) {
	if !again {
		u.count = 0
	}
	u.err, u.last = err, at
	u.count++
}

// unsentFinding speaks for [ReasonLocal] while the newest keepalive whose fate
// is known could not be sent.
func (r *row) unsentFinding() finding {
	u := &r.evidence.unsent
	if u.count == 0 || !r.outcomes.unsentLast() {
		return finding{}
	}
	return finding{ReasonLocal, Evidence{
		Kind: EvidenceLocal, Time: u.last, Count: u.count,
		Text: sendErrorText(u.err), Fix: sendErrorFix(u.err, r.tunnel),
	}}
}
