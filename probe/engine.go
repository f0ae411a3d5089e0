package probe

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/dchest/siphash"

	"greylag/probe/gre"
	"greylag/probe/session"
)

// Options of an engine.
type Options struct {
	MaxRate int    // packets a second, all tunnels together; 0: no limit
	EchoID  uint16 // identifier of our ICMP echoes, as the Conn's filter has it
	// EvidenceID is that of diagnostic echoes. It must not be EchoID where a
	// tunnel is probed by echo.
	EvidenceID uint16
}

// member is one tunnel at work. Only accessed by Run, but for New.
type member struct {
	session  session.Session
	template gre.Template

	phase, interval time.Duration
	egress          int32
	sequence        uint32 // GRE sequence number last sent
	destination     [4]byte
	replyTo         [4]byte
	echo            bool
	sequenced       bool
	signed          bool
	keyed           bool
	wanted          bool // in Engine.wants
}

// Engine probes tunnels. Make it with [New] and call [Engine.Run] once.
type Engine struct {
	conn    Conn
	sink    Sink
	options Options
	secret  gre.Secret

	templates gre.Templates // only accessed by New

	members []member      // only accessed by Run
	queries []inquiry     // of each member, apart: in good times nobody looks at them; only accessed by Run
	flows   *flowIndex    // read-only after New
	pairs   *flowIndex    // of keyed tunnels, without their key; none: of several; read-only after New
	wheel   *wheel        // only accessed by Run
	pace    pace          // only accessed by Run
	sweep   time.Duration // length of the first contact

	base    time.Time     // zero of the durations below; set by Run
	planned time.Duration // when this turn was to begin; only accessed by Run
	excused time.Duration // when answers were last excused; only accessed by Run
	dropped uint64        // as the Conn said last; only accessed by Run
	looked  time.Duration // when evidence was last taken in; only accessed by Run
	missing time.Duration // until when answers count as missing; only accessed by Run

	clock  time.Time // of this turn; only accessed by Run
	due    []int32   // this turn's; only accessed by Run
	wants  []int32   // whose destinations are to be asked, in their order; only accessed by Run
	asks   []int32   // this turn's echoes, none where one failed; only accessed by Run
	arena  []byte    // this turn's packets; only accessed by Run
	events []Event   // this turn's; only accessed by Run

	// The methods as the Conn wants them, made once: a method value is an
	// allocation.
	onPacket   func(packet []byte, at time.Time)
	onEvidence func(packet []byte, at time.Time)
	onFailed   func(place int, err error)

	orders   orders
	stats    stats
	lateness lateness
}

// New prepares an engine that probes tunnels over conn and reports to sink.
// Events number the tunnels by their place in the slice.
func New(conn Conn, sink Sink, tunnels []Tunnel, options Options) (*Engine, error) {
	e := &Engine{
		conn: conn, sink: sink, options: options,
		members: make([]member, len(tunnels)),
		queries: make([]inquiry, len(tunnels)),
		flows:   newFlowIndex(len(tunnels)),
		pairs:   newFlowIndex(0),
		wheel:   newWheel(len(tunnels)),
		sweep:   sweep(len(tunnels), options.MaxRate),
	}
	e.onPacket, e.onEvidence, e.onFailed = e.receive, e.explain, e.unsent
	if _, err := rand.Read(e.secret[:]); err != nil {
		return nil, fmt.Errorf("random numbers for identifications: %w", err)
	}
	if err := e.enlist(tunnels); err != nil {
		return nil, err
	}
	return e, nil
}

func (e *Engine) enlist(tunnels []Tunnel) error {
	steady, first := rates(tunnels, e.sweep)
	e.pace = newPace(steady, first, e.options.MaxRate)
	phase := phases(tunnels, gapOf(steady))
	rings := cutRings(tunnels)
	ways := ways{}
	for i := range tunnels {
		t := &tunnels[i]
		if err := t.check(); err != nil {
			return err
		}
		if t.Echo && e.options.EchoID == e.options.EvidenceID {
			return fmt.Errorf("tunnel %s: EvidenceID must not be EchoID, %d: its replies could not be told", t.Name, e.options.EchoID)
		}
		if err := e.addFlows(int32(i), tunnels); err != nil {
			return err
		}
		e.members[i] = e.member(i, t, phase[i], rings[i])
		if err := e.findWays(i, ways, t); err != nil {
			return fmt.Errorf("tunnel %s: %w", t.Name, err)
		}
		e.wheel.add(int32(i), firstSend(phase[i], t.Interval, e.sweep))
	}
	return nil
}

func (e *Engine) member(i int, t *Tunnel, phase time.Duration, ring []time.Duration) member {
	k := siphash.Hash(binary.LittleEndian.Uint64(e.secret[:]), binary.LittleEndian.Uint64(e.secret[8:]),
		binary.LittleEndian.AppendUint64(nil, uint64(i)))
	spec := t.spec(&e.secret)
	m := member{
		session: session.New(session.Config{
			Retries: t.Retries, UpAfter: t.UpAfter, MatchAddress: t.MatchAddress, Secret: k,
		}, ring),
		phase: phase, interval: t.Interval,
		destination: t.Destination.As4(), replyTo: t.Source.As4(),
		echo: t.Echo, sequenced: t.Sequence, signed: t.Signed, keyed: t.HasKey,
	}
	if t.ReplyTo.IsValid() {
		m.replyTo = t.ReplyTo.As4()
	}
	if !t.Echo {
		m.template = e.templates.Of(&spec)
	}
	return m
}

// findWays sets the ways out of tunnel i.
func (e *Engine) findWays(i int, ways ways, t *Tunnel) error {
	way, err := ways.of(e.conn, t)
	if err != nil {
		return err
	}
	e.members[i].egress = int32(way)
	if !t.Echo { // which is probed by what would be asked
		way, err = ways.ofEcho(e.conn, t)
	}
	e.queries[i] = newInquiry(way)
	return err
}

// cutRings cuts the sessions' memories from one piece.
func cutRings(tunnels []Tunnel) [][]time.Duration {
	total := 0
	for i := range tunnels {
		total += session.Window(tunnels[i].Retries)
	}
	piece := make([]time.Duration, total)
	rings := make([][]time.Duration, len(tunnels))
	for i := range tunnels {
		n := session.Window(tunnels[i].Retries)
		rings[i], piece = piece[:n:n], piece[n:]
	}
	return rings
}

func (e *Engine) addFlows(i int32, tunnels []Tunnel) error {
	for _, f := range tunnels[i].flows() {
		if other, taken := e.flows.get(f); taken {
			return fmt.Errorf("tunnel %s: its answers could not be told from those of %s (give each a key)",
				tunnels[i].Name, tunnels[other].Name)
		}
		e.flows.put(f, i)
		if f.kind == keyedFlow {
			e.addPair(f.pair(), i)
		}
	}
	return nil
}

// Run probes until ctx ends, then returns nil; or until the network cannot be
// read any more.
func (e *Engine) Run(ctx context.Context) error {
	defer context.AfterFunc(ctx, e.conn.Wake)()
	e.base = time.Now()
	for ctx.Err() == nil {
		if err := e.turn(time.Now()); err != nil {
			return err
		}
		if err := e.sleep(ctx, time.Since(e.base)); err != nil {
			return err
		}
	}
	return e.finish()
}

// finish takes in the answers that have arrived meanwhile, which the last report
// should not call lost, and the evidence of why others have not.
func (e *Engine) finish() error {
	err := errors.Join(e.conn.Receive(e.onPacket), e.lookNow(time.Since(e.base)))
	e.report()
	return err
}

// report hands the turn's facts over.
func (e *Engine) report() {
	if len(e.events) > 0 {
		e.sink.Record(e.events)
	}
	e.events = e.events[:0]
}
