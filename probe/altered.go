package probe

import (
	"time"

	"greylag/probe/gre"
)

// damaged reports an answer whose GRE checksum is wrong, if a tunnel is known by
// what is left of it.
func (e *Engine) damaged(packet []byte, at time.Time) {
	a, err := gre.ParseDamaged(packet)
	if err != nil {
		e.stats.strangers.Add(1)
		return
	}
	f := answerFlow(&a)
	i, ok := e.flows.get(f)
	if !ok {
		i, ok = e.alone(f.pair())
	}
	e.alteredBy(i, ok, &a, at, AlteredChecksum)
}

// rekeyed reports an answer that no tunnel's key fits, if its addresses are those
// of one tunnel alone.
func (e *Engine) rekeyed(a *gre.Answer, at time.Time) {
	i, ok := e.alone(answerFlow(a).pair())
	e.alteredBy(i, ok, a, at, AlteredKey)
}

// unmatched reports an answer whose identification is none of ours.
func (e *Engine) unmatched(i int32, a *gre.Answer, at time.Time) {
	_, ours := e.members[i].session.Number(a.ID)
	if !ours {
		e.altered(i, a, at, AlteredIdentification)
	}
}

// alteredBy reports an altered answer of tunnel i, or counts it where there is no
// such tunnel.
func (e *Engine) alteredBy(i int32, ok bool, a *gre.Answer, at time.Time, how Alteration) {
	if !ok {
		e.stats.strangers.Add(1)
		return
	}
	e.altered(i, a, at, how)
}

func (e *Engine) altered(i int32, a *gre.Answer, at time.Time, how Alteration) {
	s := &e.members[i].session
	seq, _ := s.Number(a.ID)
	e.events = append(e.events, Event{At: at, Kind: Altered, Tunnel: i, Seq: seq, Counter: s.Counter(), TTL: a.TTL, Alteration: how})
}

// addPair notes that keyed tunnel i has this pair of addresses.
func (l *lineup) addPair(pair flow, i int32) {
	if _, shared := l.pairs.get(pair); shared {
		i = none
	}
	l.pairs.put(pair, i)
}

// alone returns the tunnel that alone, with a key or without, has this pair of
// addresses.
func (e *Engine) alone(pair flow) (i int32, ok bool) {
	plain, isPlain := e.flows.get(pair)
	keyed, isKeyed := e.pairs.get(pair)
	switch {
	case isPlain && isKeyed:
		return none, false
	case isPlain:
		return plain, true
	}
	return keyed, isKeyed && keyed != none
}
