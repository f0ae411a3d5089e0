package fleet

import (
	"fmt"
	"time"

	"greylag/probe"
)

// alteredFacts are the newest answers that came back changed in the same way.
type alteredFacts struct {
	what  probe.Alteration
	last  time.Time
	count uint64
}

// add notes an answer that was changed; again tells that the one before is not
// long ago.
func (f *alteredFacts) add(what probe.Alteration, at time.Time, again bool) {
	if what != f.what || !again {
		f.count = 0
	}
	f.what, f.last = what, at
	f.count++
}

// alteredTexts say what was seen, and where to look.
var alteredTexts = map[probe.Alteration][2]string{
	probe.AlteredChecksum: {
		"answers come back with a wrong GRE checksum",
		"look for what damages packets on the way: interface errors at both ends, and a device between them that rewrites GRE",
	},
	probe.AlteredKey: {
		"answers come back with another key than was sent, or with none",
		"look at `tunnel key` at the far end, and for a device on the way that rewrites GRE",
	},
	probe.AlteredIdentification: {
		"answers come back with another IP identification than was sent",
		`if the far end or a NAT rewrites it: match = "address"`,
	},
}

// enoughAltered is how many changed answers make a finding of a down tunnel: one
// alone may be a stray from before a restart.
const enoughAltered = 2

// alteredFinding speaks for [ReasonBlackHole], more exactly than an echo: what
// is sent does come back, but not as what was sent. Of a tunnel that is up only
// a wrong checksum or key is worth knowing: an identification that is none of
// ours is then somebody else's, such as a second greylag's on this host.
func (r *row) alteredFinding(now time.Time) finding {
	f := &r.evidence.altered
	e := Evidence{
		Kind: EvidenceAltered, Time: f.last, Count: f.count,
		Text: alteredTexts[f.what][0], Fix: alteredTexts[f.what][1],
	}
	switch {
	case f.count == 0 || e.Text == "":
		return finding{}
	case r.misses():
		if f.count >= enoughAltered && r.ofOutage(f.last) && r.explains(f.last, now) {
			return finding{ReasonBlackHole, e}
		}
	case f.what != probe.AlteredIdentification && now.Sub(f.last) <= worthKnowing:
		return finding{"", e}
	}
	return finding{}
}

// ttlFacts are the newest change of the answers' TTL.
type ttlFacts struct {
	last     time.Time
	count    uint64 // changes in a row, see change
	from, to uint8
}

// restless is from how many changes in a row on the TTL is taken to alternate:
// answers that take several ways at once (load sharing) are no news.
const restless = 4

// change notes another TTL than that of the answer before. Changes are in a row
// where each came before the last one grew old, which takes longer once the TTL
// alternates.
func (f *ttlFacts) change(from, to uint8, at time.Time, again bool) {
	if !again && (f.count < restless || at.Sub(f.last) > worthKnowing) {
		f.count = 0
	}
	f.from, f.to, f.last = from, to, at
	f.count++
}

// followTTL compares an answer's TTL with that of the one before.
func (r *row) followTTL(ttl uint8, at time.Time) {
	if r.received() == 1 || ttl == r.replyTTL {
		return
	}
	f := &r.observed().ttlChange
	f.change(r.replyTTL, ttl, at, r.explains(f.last, at))
}

// ttlFinding speaks for no reason: the answers take another way back than they
// did, in whatever state the tunnel is.
func (r *row) ttlFinding(now time.Time) finding {
	if r.evidence == nil {
		return finding{}
	}
	f := &r.evidence.ttlChange
	if f.count == 0 || f.count >= restless || now.Sub(f.last) > worthKnowing {
		return finding{}
	}
	return finding{"", Evidence{
		Kind: EvidenceTTL, Time: f.last, Count: f.count,
		Text: fmt.Sprintf("the answers' TTL changed from %d to %d: they come back by another way", f.from, f.to),
	}}
}
