package decode

import (
	"time"

	"greylag/fleet"
	"greylag/probe"
	"greylag/probe/capture"
	"greylag/probe/session"
)

// tunnel is one that is followed.
type tunnel struct {
	declaration fleet.Tunnel // the inventory's, or what its keepalives tell
	session     session.Session
	ledger      *fleet.Ledger
	ids         identities
	pace        pace

	lastRequest, lastAnswer sighted
	requests, copies        uint64
	timed                   bool // all its keepalives have times
	byAddress               bool // as Options.MatchAddress

	intervalSource, retriesSource Source
}

// sighted is what a copy of a keepalive is known by.
type sighted struct {
	known bool
	id    uint16
	ttl   uint8
	from  uint32 // interface
	at    time.Duration
}

// copyWithin is how long after a keepalive a copy of it is captured at most: on
// another interface of the same host. It is below the shortest interval.
const copyWithin = 50 * time.Millisecond

// repeats says whether now is the same keepalive, seen again.
func (s *sighted) repeats(now sighted) bool {
	return s.known && s.id == now.id && now.at-s.at < copyWithin && s.at-now.at < copyWithin
}

// elsewhere says whether now was captured on another interface, or on its way out
// of the host that it had come into.
func (s *sighted) elsewhere(now sighted) bool { return s.from != now.from || s.ttl != now.ttl }

// newTunnel begins to follow one; declared is what the inventory says of it, if it
// knows it.
func newTunnel(o Options, declared *fleet.Tunnel) *tunnel {
	t := &tunnel{timed: true}
	d := &t.declaration
	*d = fleet.Tunnel{Enabled: true, Probe: fleet.Keepalive, UpAfter: 1}
	if declared != nil {
		*d = *declared
	}
	t.setTimers(o)
	t.byAddress = o.MatchAddress || d.Match == fleet.MatchAddress
	t.session = session.New(session.Config{
		Retries: d.Retries, UpAfter: int(d.UpAfter), MatchAddress: t.byAddress,
	}, make([]time.Duration, session.Window(d.Retries)))
	return t
}

// setTimers takes interval and retries from where they are known: the flags first,
// then the inventory.
func (t *tunnel) setTimers(o Options) {
	d := &t.declaration
	switch {
	case o.Interval > 0:
		d.Interval, t.intervalSource = o.Interval, FromFlag
	case d.Interval > 0:
		t.intervalSource = FromInventory
	default:
		t.intervalSource = FromCapture
	}
	switch {
	case o.Retries > 0:
		d.Retries, t.retriesSource = o.Retries, FromFlag
	case d.Retries > 0:
		t.retriesSource = FromInventory
	default:
		d.Retries, t.retriesSource = defaultRetries, FromDefault
	}
}

// request replays a send.
func (t *tunnel) request(r *Replay, f *capture.Frame, s *fleet.Sighting, changes []fleet.Event) []fleet.Event {
	now := sighted{true, s.ID, s.TTL, f.Interface, r.now}
	if t.lastRequest.repeats(now) && (r.timed || t.lastRequest.elsewhere(now)) {
		s.Verdict = fleet.VerdictCopy
		return changes
	}
	if t.lastRequest.known && r.timed {
		t.pace.step(r.now-t.lastRequest.at, t.declaration.Interval)
	}
	t.lastRequest = now
	t.requests++
	due := t.session.Advance(r.now)
	t.ids.add(s.ID)
	at := r.at()
	if due.From != due.To {
		changes = t.ledger.Record(&probe.Event{At: at, Kind: probe.Line, From: due.From, To: due.To,
			Seq: due.Seq, Counter: t.session.Counter() - 1}, changes)
	}
	return t.ledger.Record(&probe.Event{At: at, Kind: probe.Sent, Seq: due.Seq, Counter: t.session.Counter()}, changes)
}

// verdicts are the session's, and the facts that they state.
var verdicts = map[session.Verdict]struct {
	verdict fleet.Verdict
	kind    probe.EventKind
}{
	session.Answered:  {fleet.VerdictAnswered, probe.Answered},
	session.Late:      {fleet.VerdictLate, probe.Late},
	session.Duplicate: {fleet.VerdictDuplicate, probe.Duplicate},
	session.Unmatched: {fleet.VerdictUnmatched, probe.Unmatched},
}

// answer replays what comes back.
func (t *tunnel) answer(r *Replay, f *capture.Frame, s *fleet.Sighting, changes []fleet.Event) []fleet.Event {
	now := sighted{true, s.ID, s.TTL, f.Interface, r.now}
	if t.lastAnswer.repeats(now) && t.lastAnswer.elsewhere(now) {
		s.Verdict = fleet.VerdictCopy
		return changes
	}
	t.lastAnswer = now
	ret := t.returned(s.ID, r.now)
	v := verdicts[ret.Verdict]
	s.Verdict = v.verdict
	if ret.Verdict == session.Answered && t.timed {
		s.RTT, s.HasRTT = ret.RTT, true
	}
	e := probe.Event{At: r.at(), Kind: v.kind, Seq: ret.Seq, RTT: ret.RTT, TTL: s.TTL, Counter: t.session.Counter()}
	changes = t.ledger.Record(&e, changes)
	if ret.From != ret.To {
		e.Kind, e.From, e.To = probe.Line, ret.From, ret.To
		changes = t.ledger.Record(&e, changes)
	}
	return changes
}

// returned finds the request that an answer with that identification belongs to.
func (t *tunnel) returned(id uint16, at time.Duration) session.Return {
	if t.byAddress {
		return t.session.Returned(at, id)
	}
	seq, ok := t.ids.find(id, t.session.Seq())
	if !ok {
		return session.Return{Verdict: session.Unmatched, From: t.session.State(), To: t.session.State()}
	}
	return t.session.ReturnedNumber(at, seq)
}
