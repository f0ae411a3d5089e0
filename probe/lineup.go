package probe

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/dchest/siphash"

	"greylag/probe/gre"
	"greylag/probe/session"
)

// lineup is what the engine has by the tunnels' numbers.
type lineup struct {
	members []member
	queries []inquiry  // of each member, apart: in good times nobody looks at them
	flows   *flowIndex // not changed once it is at work
	pairs   *flowIndex // of keyed tunnels, without their key; none: of several; not changed either
	wheel   *wheel
}

// draftsman is what lineups are made with, beside the loop. Only accessed by New,
// and by who holds errands.asking; so may the lineup at work be looked at, as far as
// the loop does not change it.
type draftsman struct {
	templates gre.Templates
	drawn     uint64 // members made so far
}

// Draft is other tunnels for an engine, that are not at work yet. Of those that go
// on it has what does not depend on how they are when it comes to that.
type Draft struct {
	lineup
	tunnels []Tunnel
	from    []int32 // by number: that until now, none: it begins anew
	to      []int32 // by number until now: that from now on, none: it is gone
	phase   []time.Duration
	rings   [][]time.Duration
	maxRate int
	epoch   uint32        // of the lineup in whose place it is to be put
	sweep   time.Duration // length of the first contact with those that begin
}

// draft makes a lineup. from is by the tunnels' places the number until now of the
// one that goes on, none where it begins anew.
func (e *Engine) draft(tunnels []Tunnel, from []int32, maxRate int) (*Draft, error) {
	p := &Draft{
		lineup: lineup{
			members: make([]member, len(tunnels)),
			queries: make([]inquiry, len(tunnels)),
			flows:   newFlowIndex(len(tunnels)),
			pairs:   newFlowIndex(0),
			wheel:   newWheel(len(tunnels)),
		},
		tunnels: tunnels, from: from, maxRate: maxRate, epoch: e.epoch,
		rings: cutRings(tunnels),
	}
	var err error
	if p.to, err = inverse(from, len(e.members)); err != nil {
		return nil, err
	}
	steady, _ := p.rates(0)
	p.phase = phases(tunnels, gapOf(steady))
	for i := range tunnels {
		if err := e.enlist(p, i); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// inverse is from by the numbers until now, of which there are so many.
func inverse(from []int32, until int) ([]int32, error) {
	to := make([]int32, until)
	for i := range to {
		to[i] = none
	}
	for i, old := range from {
		switch {
		case old == none:
		case old < 0 || int(old) >= until:
			return nil, fmt.Errorf("tunnel number %d is none of the %d that are probed", old, until)
		case to[old] != none:
			return nil, fmt.Errorf("tunnel number %d cannot go on as two, %d and %d", old, to[old], i)
		default:
			to[old] = int32(i)
		}
	}
	return to, nil
}

// enlist makes tunnel i a member of the draft.
func (e *Engine) enlist(p *Draft, i int) error {
	t := &p.tunnels[i]
	if err := t.check(); err != nil {
		return err
	}
	if t.Echo && e.options.EchoID == e.options.EvidenceID {
		return fmt.Errorf("tunnel %s: EvidenceID must not be EchoID, %d: its replies could not be told", t.Name, e.options.EchoID)
	}
	if err := p.addFlows(int32(i), p.tunnels); err != nil {
		return err
	}
	if p.from[i] != none {
		p.members[i].interval = t.Interval // so that the memory is there when the loop needs it
		return nil
	}
	p.members[i] = e.member(t, p.rings[i])
	return nil
}

func (e *Engine) member(t *Tunnel, ring []time.Duration) member {
	k := siphash.Hash(binary.LittleEndian.Uint64(e.secret[:]), binary.LittleEndian.Uint64(e.secret[8:]),
		binary.LittleEndian.AppendUint64(nil, e.drawn))
	e.drawn++
	spec := t.spec(&e.secret)
	m := member{
		session: session.New(session.Config{
			Retries: t.Retries, UpAfter: t.UpAfter, MatchAddress: t.MatchAddress, Secret: k,
		}, ring),
		interval:    t.Interval,
		destination: t.Destination.As4(), replyTo: t.Source.As4(),
		echo: t.Echo, sequenced: t.Sequence, signed: t.Signed, keyed: t.HasKey,
		heir: e.isHeir(t),
	}
	if t.ReplyTo.IsValid() {
		m.replyTo = t.ReplyTo.As4()
	}
	if !t.Echo {
		m.template = e.templates.Of(&spec)
	}
	return m
}

// isHeir tells whether answers to what was sent so far may be taken for t's.
func (e *Engine) isHeir(t *Tunnel) bool {
	if e.flows == nil {
		return false
	}
	for _, f := range t.flows() {
		if _, taken := e.flows.get(f); taken {
			return true
		}
	}
	return false
}

// cutRings cuts the sessions' memories from one piece.
func cutRings(tunnels []Tunnel) [][]time.Duration {
	total := 0
	for i := range tunnels {
		total += session.Window(tunnels[i].Retries)
	}
	piece := make([]time.Duration, total)
	clear(piece) // so that the memory is there when the loop needs it
	rings := make([][]time.Duration, len(tunnels))
	for i := range tunnels {
		n := session.Window(tunnels[i].Retries)
		rings[i], piece = piece[:n:n], piece[n:]
	}
	return rings
}

func (l *lineup) addFlows(i int32, tunnels []Tunnel) error {
	for _, f := range tunnels[i].flows() {
		if other, taken := l.flows.get(f); taken {
			return fmt.Errorf("tunnel %s: its answers could not be told from those of %s (give each a key)",
				tunnels[i].Name, tunnels[other].Name)
		}
		l.flows.put(f, i)
		if f.kind == keyedFlow {
			l.addPair(f.pair(), i)
		}
	}
	return nil
}

// rates returns the packets a second that the intervals ask for, and those while
// the first contact lasts, with the tunnels that begin.
func (p *Draft) rates(sweep time.Duration) (steady, first float64) {
	for i := range p.tunnels {
		interval := p.tunnels[i].Interval
		steady += 1 / interval.Seconds()
		if p.from[i] == none {
			interval = min(interval, sweep)
		}
		first += 1 / interval.Seconds()
	}
	return steady, first
}

// fresh returns how many tunnels begin, and the packets a second of the others.
func (p *Draft) fresh() (n int, others float64) {
	for i, old := range p.from {
		if old == none {
			n++
		} else {
			others += 1 / p.tunnels[i].Interval.Seconds()
		}
	}
	return n, others
}
