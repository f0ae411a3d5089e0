package probe_test

import (
	"encoding/binary"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"greylag/probe"
)

// witness stands between an engine and its network, and between the engine and
// its reader. It notes what leaves and what arrives, works out by itself what
// R8–R11 make of it, and compares each turn's events.
type witness struct {
	probe.Conn
	t      *testing.T
	engine atomic.Pointer[probe.Engine] // set as soon as there is one

	// tamper may change what arrives before anyone has seen it, and says whether it
	// arrives at all; nil: nothing is changed.
	tamper atomic.Pointer[func(packet []byte) bool]
	step   atomic.Int64 // of the wall clock, in seconds, as times of arrival show it
	// mayExcuse says whether this host loses packets, or has been away.
	mayExcuse func() bool
	// tolerance is how far a keepalive may be from its time: an interval after the
	// one before it. Negative: as far as it likes.
	tolerance time.Duration

	truths []*truth
	flows  map[witnessed]int
	turn   []happening
	batch  int                     // of the turn, where those begin that were queued since the last Flush
	fates  map[probe.EventKind]int // as told by the engine
	faults int
	turns  int
}

// witnessed is what tells tunnels apart: far end, key, or ICMP.
type witnessed struct {
	far   [4]byte
	key   uint32
	keyed bool
	icmp  bool
}

// happening is a packet that was queued, or an answer as it was handed over. tunnel is
// -1 where a packet is no keepalive.
type happening struct {
	tunnel  int
	known   string
	arrived time.Time // zero: it was queued
	failed  bool
}

func newWitness(t *testing.T, conn probe.Conn, tunnels []probe.Tunnel) *witness {
	w := &witness{Conn: conn, t: t, flows: map[witnessed]int{}, fates: map[probe.EventKind]int{},
		mayExcuse: func() bool { return false }}
	for i, tunnel := range tunnels {
		w.truths = append(w.truths, newTruth(tunnel))
		w.flows[witnessed{tunnel.Destination.As4(), tunnel.Key, tunnel.HasKey, tunnel.Echo}] = i
	}
	return w
}

// Queue implements probe.Conn.
func (w *witness) Queue(egress int, destination [4]byte, payload []byte) {
	w.turn = append(w.turn, w.departure(destination, payload))
	w.Conn.Queue(egress, destination, payload)
}

// departure reads a keepalive: an ICMP echo (RFC 792) or GRE with an IPv4 packet
// in it, which is what will come back.
func (w *witness) departure(destination [4]byte, payload []byte) happening {
	if payload[0] == 8 && payload[1] == 0 { // no GRE header that we send begins so
		if binary.BigEndian.Uint16(payload[4:]) != echoID {
			return happening{tunnel: -1}
		}
		i := w.flows[witnessed{far: destination, icmp: true}]
		return happening{tunnel: i, known: string(payload[6:8])}
	}
	options := 4 * int(payload[0]>>7+payload[0]>>5&1+payload[0]>>4&1) // RFC 2784, RFC 2890
	inner := payload[4+options:]
	i, known := w.answered(inner)
	return happening{tunnel: i, known: known}
}

// answered returns whose answer a packet is, -1 for nobody's, and what tells it
// from the tunnel's others: its identification, or where it is signed what it
// carries. A receiver must refuse some flags and ignore others, and look at the
// checksum if there is one (RFC 2784 section 2.1, RFC 2890 section 2).
func (w *witness) answered(packet []byte) (tunnel int, known string) {
	if len(packet) < 24 || packet[9] != 47 || packet[22] != 0 || packet[23] != 0 {
		return -1, ""
	}
	body := packet[20:binary.BigEndian.Uint16(packet[2:])]
	flags := binary.BigEndian.Uint16(body)
	rest, f := body[4:], witnessed{far: [4]byte(packet[12:]), keyed: flags&0x2000 != 0}
	for _, option := range []uint16{0x8000, 0x2000, 0x1000} { // checksum, key, sequence
		if flags&option == 0 {
			continue
		}
		if len(rest) < 4 {
			return -1, ""
		}
		if option == 0x2000 {
			f.key = binary.BigEndian.Uint32(rest)
		}
		rest = rest[4:]
	}
	i, ok := w.flows[f]
	switch {
	case !ok, flags&0x4c07 != 0, flags&0x8000 != 0 && internetChecksum(body) != 0:
		return -1, ""
	case w.truths[i].Signed:
		return i, string(rest[:min(len(rest), 16)])
	}
	return i, string(packet[4:6])
}

// Flush implements probe.Conn.
func (w *witness) Flush(failed func(place int, err error)) {
	w.Conn.Flush(func(place int, err error) {
		w.turn[w.batch+place].failed = true
		failed(place, err)
	})
	w.batch = len(w.turn)
}

// Receive implements probe.Conn.
func (w *witness) Receive(handle func(packet []byte, at time.Time)) (more bool, err error) {
	return w.Conn.Receive(func(packet []byte, at time.Time) {
		if tamper := w.tamper.Load(); tamper != nil && !(*tamper)(packet) {
			return
		}
		at = probe.SteppedBy(at, w.step.Load())
		w.note(packet, at)
		handle(packet, at)
		w.batch = len(w.turn)
	})
}

func (w *witness) note(packet []byte, at time.Time) {
	if [4]byte(packet[16:]) != near.As4() && [4]byte(packet[16:]) != nearOther.As4() {
		return
	}
	i, known := w.answered(packet)
	if packet[9] == probe.ProtocolICMP {
		i, known = w.replied(packet)
	}
	if i >= 0 && ours(packet, w.truths[i].Tunnel) {
		w.turn = append(w.turn, happening{tunnel: i, known: known, arrived: at})
	}
}

// replied is answered for an echo reply (RFC 792).
func (w *witness) replied(packet []byte) (tunnel int, known string) {
	if len(packet) < 28 || packet[20] != 0 || packet[21] != 0 || binary.BigEndian.Uint16(packet[24:]) != echoID ||
		internetChecksum(packet[20:]) != 0 {
		return -1, ""
	}
	if i, ok := w.flows[witnessed{far: [4]byte(packet[12:]), icmp: true}]; ok {
		return i, string(packet[26:28])
	}
	return -1, ""
}

// ours says whether a packet came to the address that its tunnel sends from.
func ours(packet []byte, t probe.Tunnel) bool {
	to := netip.AddrFrom4([4]byte(packet[16:]))
	return to == t.Source || t.ReplyTo.IsValid() && to == t.ReplyTo
}

// Record implements probe.Sink: it plays the turn again, in its order, and compares.
func (w *witness) Record(events []probe.Event) {
	told := events
	for _, h := range w.turn {
		switch {
		case h.tunnel < 0:
		case h.arrived.IsZero():
			var now time.Time
			told, now = w.countTo(told, h.tunnel)
			w.left(h, now)
		default:
			w.truths[h.tunnel].answer(h.arrived, h.known)
		}
	}
	for _, e := range told {
		w.count(e)
	}
	w.turn, w.batch = w.turn[:0], 0
	w.compare(events)
	if w.turns++; w.turns%200 == 0 {
		w.audit()
	}
}

// countTo books the events up to that of a tunnel's keepalive, and returns the rest and
// when that was sent, as the engine read the clock.
func (w *witness) countTo(events []probe.Event, tunnel int) (rest []probe.Event, sent time.Time) {
	for n, e := range events {
		w.count(e)
		if e.Kind == probe.Sent && int(e.Tunnel) == tunnel {
			return events[n+1:], e.At
		}
	}
	return nil, time.Time{}
}

// left plays a keepalive again, and holds its time against its schedule. The
// second is the first that keeps to it (the first is early).
func (w *witness) left(d happening, now time.Time) {
	r := w.truths[d.tunnel]
	r.due(now, d.known)
	if d.failed {
		r.refused()
	}
	if off := time.Since(now); off > max(w.tolerance, time.Second) {
		w.fault(d.tunnel, "sent with a clock of %v ago", off)
	}
	if n := len(r.sends); n > 2 && w.tolerance >= 0 {
		due := r.sends[1].at.Add(time.Duration(n-2) * r.Interval)
		if off := now.Sub(due); off.Abs() > w.tolerance {
			w.fault(d.tunnel, "keepalive %d is sent %v off its time", n, off)
		}
	}
}

// count books an event, and takes an excuse that may be.
func (w *witness) count(e probe.Event) {
	w.fates[e.Kind]++
	if e.Kind != probe.Excused {
		return
	}
	if err := w.truths[e.Tunnel].excuse(e.Seq); err != nil {
		w.fault(int(e.Tunnel), "%v", err)
	}
	if !w.mayExcuse() {
		w.fault(int(e.Tunnel), "keepalive %d is excused, though this host lost nothing", e.Seq)
	}
}

// compare holds the lines that were told against those that had to be.
func (w *witness) compare(events []probe.Event) {
	for _, e := range events {
		if e.Kind != probe.Line {
			continue
		}
		r := w.truths[e.Tunnel]
		if len(r.lines) == 0 {
			w.fault(int(e.Tunnel), "told %v→%v with keepalive %d at %v; by R8–R11 it is %v", e.From, e.To, e.Seq, e.At, r.state)
			continue
		}
		want := r.lines[0]
		r.lines = r.lines[1:]
		if e.From != want.from || e.To != want.to || int(e.Seq) != want.seq || !e.At.Equal(want.at) || int(e.Counter) != want.counter {
			w.fault(int(e.Tunnel), "told %v→%v with keepalive %d, counter %d at %v; want %+v", e.From, e.To, e.Seq, e.Counter, e.At, want)
		}
	}
	for i, r := range w.truths {
		if len(r.lines) > 0 {
			w.fault(i, "%+v was not told", r.lines)
			r.lines = nil
		}
	}
}

// fault reports the first of what is wrong.
func (w *witness) fault(tunnel int, format string, args ...any) {
	w.t.Helper()
	if w.faults++; w.faults > 5 {
		return
	}
	r := w.truths[tunnel]
	w.t.Errorf("tunnel %d (%v, retries %d, up_after %d): "+format, append([]any{tunnel, r.Interval, r.Retries, r.UpAfter}, args...)...)
}

// audit adds the books up: sent = received + late + lost + excused + in flight,
// by the engine's events and counters on one side, by the truth on the other. It is
// for the engine's goroutine, or for when it has ended.
func (w *witness) audit() {
	w.t.Helper()
	var sent, unsent, received, late, excused, lost, inFlight int
	for _, r := range w.truths {
		l, f := r.unanswered()
		lost, inFlight = lost+l, inFlight+f
		sent, unsent = sent+len(r.sends), unsent+r.unsent
		received, late, excused = received+r.received, late+r.late, excused+r.excused
	}
	if w.faults > 0 {
		return // what was wrong first has been told
	}
	told := w.fates[probe.Sent] - w.fates[probe.Unsent]
	if told != sent-unsent || told != received+late+lost+excused+inFlight {
		w.faults++
		w.t.Errorf("%d told as sent; %d left, of which %d answered, %d late, %d lost, %d excused, %d in flight",
			told, sent-unsent, received, late, lost, excused, inFlight)
	}
	if w.fates[probe.Answered] != received || w.fates[probe.Late] != late {
		w.faults++
		w.t.Errorf("told %d answered, %d late; there were %d, %d", w.fates[probe.Answered], w.fates[probe.Late], received, late)
	}
	e := w.engine.Load()
	if e == nil {
		return
	}
	s := e.Stats()
	if int(s.Sent) != told || int(s.Received) != received || int(s.SendErrors) != unsent {
		w.faults++
		w.t.Errorf("%+v; want %d sent, %d received, %d errors", s, told, received, unsent)
	}
}
