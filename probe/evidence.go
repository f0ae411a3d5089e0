package probe

import (
	"context"
	"time"

	"greylag/probe/gre"
	"greylag/probe/icmp"
)

const (
	// lookEvery is the least distance of two looks at evidence while no answer
	// is missing: forged errors, however many, cost next to nothing then.
	lookEvery = 100 * time.Millisecond
	// missingFor is how long after an unanswered keepalive evidence is expected:
	// a slow way's round trip.
	missingFor = 2 * time.Second
	// refusedEvery is the least distance of two ICMP errors that are reported of
	// one tunnel.
	refusedEvery = 100 * time.Millisecond
)

// look takes in the evidence that has come: at each turn while answers are
// missing, else seldom.
func (e *Engine) look(now time.Duration) error {
	if now >= e.missing && now-e.looked < lookEvery {
		return nil
	}
	return e.lookNow(now)
}

func (e *Engine) lookNow(now time.Duration) error {
	e.looked = now
	return e.conn.ReceiveEvidence(e.onEvidence)
}

// glance takes in evidence while the loop waits for its next turn, if answers are
// missing and the turn is far off: its time must not depend on evidence. It
// returns the time, and whether something has ended the wait.
func (e *Engine) glance(ctx context.Context, now time.Duration) (then time.Duration, woken bool, err error) {
	for now < e.missing && e.planned-now > 2*lookEvery {
		e.conn.Wait(lookEvery, true)
		then = time.Since(e.base)
		if then-now < lookEvery || ctx.Err() != nil || e.orders.waiting.Load() || e.errands.waiting.Load() != nil {
			return then, true, nil
		}
		now = then
		if err := e.look(now); err != nil {
			return now, false, err
		}
		e.report()
	}
	return now, false, nil
}

// explain takes in one piece of evidence.
func (e *Engine) explain(packet []byte, at time.Time) {
	x, err := icmp.ParseError(packet)
	if err != nil {
		e.replied(packet, at)
		return
	}
	e.refused(&x, at)
}

// refused reports an ICMP error about a packet of ours; of many about one tunnel
// only some.
func (e *Engine) refused(x *icmp.Error, at time.Time) {
	i, seq, ok := e.quoted(x)
	if !ok {
		e.stats.strangers.Add(1)
		return
	}
	e.stats.evidence.Add(1)
	q := &e.queries[i]
	if q.refused.since(e.looked) < refusedEvery {
		return
	}
	q.refused = momentOf(e.looked)
	e.events = append(e.events, Event{At: at, Kind: Refused, Tunnel: i, Seq: seq, Counter: e.members[i].session.Counter(),
		ICMPType: x.Type, ICMPCode: x.Code, Sender: x.Sender})
}

// quoted returns the tunnel whose packet is quoted, and the keepalive's number,
// 0 where the quote does not show it.
func (e *Engine) quoted(x *icmp.Error) (i int32, seq uint32, ok bool) {
	switch x.Protocol {
	case ProtocolGRE:
		return e.quotedKeepalive(x)
	case ProtocolICMP:
		return e.quotedEcho(x)
	}
	return none, 0, false
}

func (e *Engine) quotedKeepalive(x *icmp.Error) (i int32, seq uint32, ok bool) {
	q, err := gre.ParseQuote(x.Quote)
	if err != nil {
		return none, 0, false
	}
	f := quotedFlow(x)
	switch {
	case q.KeyBeyond:
		i, ok = e.alone(f)
		ok = ok && e.members[i].keyed
	case q.HasKey:
		f.kind, f.key = keyedFlow, q.Key
		i, ok = e.flows.get(f)
	default:
		i, ok = e.flows.get(f)
	}
	if !ok || !q.HasID {
		return i, 0, ok
	}
	seq, ok = e.members[i].session.Number(q.ID)
	return i, seq, ok
}

// quotedEcho is about the tunnels that are probed by echo.
func (e *Engine) quotedEcho(x *icmp.Error) (i int32, seq uint32, ok bool) {
	id, sequence, ok := icmp.QuotedEcho(x.Quote)
	f := quotedFlow(x)
	f.kind = echoFlow
	i, known := e.flows.get(f)
	if !ok || !known || id != e.options.EchoID {
		return none, 0, false
	}
	seq, ok = e.members[i].session.Number(sequence)
	return i, seq, ok
}

// quotedFlow is the flow of the answer to what is quoted, without its key.
func quotedFlow(x *icmp.Error) flow {
	return flow{source: x.Destination, destination: x.Source}
}
