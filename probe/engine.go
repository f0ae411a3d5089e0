package probe

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

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
	// Unread is how many answers may wait in the Conn's receive buffer while the engine
	// makes good a delay: less than it holds. 0: none.
	Unread int
}

// member is one tunnel at work.
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
	heir            bool // of a tunnel with the same ends, whose answers may still come
}

// Engine probes tunnels. Make it with [New] and call [Engine.Run] once.
type Engine struct {
	conn    Conn
	sink    Sink
	options Options
	secret  gre.Secret

	draftsman // what another lineup is made with

	lineup                // of the tunnels as they are numbered now; only accessed by Run
	before  []int32       // by the numbers until the last reload: those of now, none: gone; only accessed by Run
	epoch   uint32        // how often tunnels were numbered anew; only accessed by Run
	ways    ways          // only accessed by Run
	pace    pace          // only accessed by Run
	sweep   time.Duration // when the first contact is over; only accessed by Run
	adopted time.Duration // when the tunnels were last numbered anew; only accessed by Run

	base    time.Time     // zero of the durations below; set by Run
	planned time.Duration // when this turn was to begin; only accessed by Run
	excused time.Duration // when answers were last excused; only accessed by Run
	dropped uint64        // as the Conn said last; only accessed by Run
	looked  time.Duration // when evidence was last taken in; only accessed by Run
	missing time.Duration // until when answers count as missing; only accessed by Run
	emptied time.Duration // when all that had arrived was last taken in; only accessed by Run
	unread  bool          // there may be more that has arrived; only accessed by Run
	taken   int           // packets taken in so far; only accessed by Run

	clock  time.Time // of this turn; only accessed by Run
	due    []int32   // this turn's; only accessed by Run
	batch  []int32   // of them, what is being sent; only accessed by Run
	wants  []int32   // whose destinations are to be asked, in their order; only accessed by Run
	asks   []int32   // this turn's echoes, none where one failed; only accessed by Run
	arena  []byte    // this turn's packets; only accessed by Run
	events []Event   // this turn's; only accessed by Run

	// The methods as the Conn wants them, made once: a method value is an
	// allocation.
	onPacket   func(packet []byte, at time.Time)
	onEvidence func(packet []byte, at time.Time)
	onFailed   func(place int, err error)

	errands  errands
	orders   orders
	stats    stats
	lateness lateness
}

// New prepares an engine that probes tunnels over conn and reports to sink.
// Events number the tunnels by their place in the slice.
func New(conn Conn, sink Sink, tunnels []Tunnel, options Options) (*Engine, error) {
	e := &Engine{conn: conn, sink: sink, options: options, ways: ways{}, errands: newErrands()}
	e.onPacket, e.onEvidence, e.onFailed = e.receive, e.explain, e.unsent
	if _, err := rand.Read(e.secret[:]); err != nil {
		return nil, fmt.Errorf("random numbers for identifications: %w", err)
	}
	p, err := e.draft(tunnels, slices.Repeat([]int32{none}, len(tunnels)), options.MaxRate)
	if err != nil {
		return nil, err
	}
	return e, e.adopt(p, 0)
}

// Run probes until ctx ends, then returns nil; or until the network cannot be
// read any more.
func (e *Engine) Run(ctx context.Context) error {
	defer context.AfterFunc(ctx, e.conn.Wake)()
	defer e.errands.end()
	e.base = time.Now()
	for ctx.Err() == nil {
		e.errands.run()
		if err := e.turn(time.Now()); err != nil {
			e.report()
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
	now := time.Since(e.base)
	err := errors.Join(e.takeIn(now, true), e.lookNow(now))
	e.report()
	return err
}

// manyEvents is how many facts are handed over before the turn ends, so that what
// holds them stays small.
const manyEvents = 1024

// report hands the turn's facts over.
func (e *Engine) report() {
	if len(e.events) > 0 {
		e.sink.Record(e.events)
	}
	e.events = e.events[:0]
}
