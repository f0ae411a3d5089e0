package probe

import (
	"time"

	"greylag/probe/gre"
	"greylag/probe/icmp"
	"greylag/probe/session"
)

// receive takes in one packet.
func (e *Engine) receive(packet []byte, at time.Time) {
	e.taken++
	if len(packet) > 9 && packet[9] == ProtocolICMP {
		e.receiveEcho(packet, at)
		return
	}
	a, err := gre.ParseAnswer(packet)
	switch {
	case err == gre.ErrGREChecksum:
		e.damaged(packet, at)
		return
	case err != nil:
		e.stats.strangers.Add(1)
		return
	}
	i, ok := e.flows.get(answerFlow(&a))
	if !ok {
		e.rekeyed(&a, at)
		return
	}
	r := e.returned(i, &a, at.Sub(e.base))
	if e.settle(i, at, a.TTL, r) && r.Verdict == session.Unmatched {
		e.unmatched(i, &a, at)
	}
}

// formerFor is how long answers may come to what was sent before a reload.
const formerFor = 10 * time.Second

// isFormer tells whether an answer that is not tunnel i's may be that of the tunnel
// that had its ends until the last reload.
func (e *Engine) isFormer(i int32, at time.Duration) bool {
	return e.members[i].heir && at-e.adopted < formerFor
}

func answerFlow(a *gre.Answer) flow {
	f := flow{source: a.Source, destination: a.Destination}
	if a.HasKey {
		f.kind, f.key = keyedFlow, a.Key
	}
	return f
}

func (e *Engine) returned(i int32, a *gre.Answer, at time.Duration) session.Return {
	m := &e.members[i]
	if m.signed {
		return e.returnedSigned(m, a, at)
	}
	return m.session.Returned(at, a.ID)
}

// returnedSigned finds the keepalive by what it carries, not by its
// identification, once the tag is right.
func (e *Engine) returnedSigned(m *member, a *gre.Answer, at time.Duration) session.Return {
	a.Destination = m.replyTo // the tag covers it as it was sent
	number, _, ok := gre.VerifySigned(&e.secret, a)
	if !ok {
		number = 0
	}
	return m.session.ReturnedNumber(at, number)
}

func (e *Engine) receiveEcho(packet []byte, at time.Time) {
	r, err := icmp.ParseReply(packet)
	i, ok := e.flows.get(flow{source: r.Source, destination: r.Destination, kind: echoFlow})
	if err != nil || !ok || r.ID != e.options.EchoID {
		e.stats.strangers.Add(1)
		return
	}
	e.settle(i, at, r.TTL, e.members[i].session.Returned(at.Sub(e.base), r.Sequence))
}

// settle reports what came of an answer, unless it is none of the tunnel's.
func (e *Engine) settle(i int32, at time.Time, ttl uint8, r session.Return) (ours bool) {
	if r.Verdict == session.Unmatched && e.isFormer(i, at.Sub(e.base)) {
		e.stats.strangers.Add(1)
		return false
	}
	ev := Event{At: at, Kind: kinds[r.Verdict], Tunnel: i, Seq: r.Seq, RTT: r.RTT, TTL: ttl,
		Counter: e.members[i].session.Counter()}
	e.events = append(e.events, ev)
	if r.Verdict == session.Answered {
		e.stats.received.Add(1)
	}
	if r.From != r.To {
		ev.Kind, ev.From, ev.To = Line, r.From, r.To
		e.events = append(e.events, ev)
	}
	if len(e.events) >= manyEvents { // after a stall all answers are there at once
		e.report()
	}
	return true
}

var kinds = [...]EventKind{
	session.Answered:  Answered,
	session.Late:      Late,
	session.Duplicate: Duplicate,
	session.Unmatched: Unmatched,
}
