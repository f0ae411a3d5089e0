package decode_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/fleet/decode"
	"greylag/probe/capture"
	"greylag/probe/gre"
)

var (
	near  = netip.MustParseAddr("192.168.1.1")
	far   = netip.MustParseAddr("192.168.1.2")
	start = time.Date(2026, 11, 28, 1, 19, 0, 19e6, time.UTC)
)

func reference() gre.Spec { return gre.Spec{Source: near, Destination: far, TTL: 255, TOS: 0xc0} }

// wire feeds a replay and notes what it says.
type wire struct {
	*testing.T
	*decode.Replay
	said []string
	from uint32 // interface
}

func newWire(t *testing.T, o decode.Options) *wire {
	return &wire{T: t, Replay: decode.New(o)}
}

// frame feeds one IP packet, captured after that time; below 0: nobody knows when.
func (w *wire) frame(after time.Duration, ip []byte) {
	f := capture.Frame{Link: capture.LinkRaw, Data: ip, Interface: w.from}
	if after >= 0 {
		f.Time = start.Add(after)
	}
	var s fleet.Sighting
	changes, found := w.Frame(&f, &s, nil)
	for _, c := range changes {
		w.said = append(w.said, fmt.Sprintf("%s: %s -> %s %d", c.Tunnel, c.From, c.To, c.Counter))
	}
	if !found {
		return
	}
	kind, detail := "answer", string(s.Verdict)
	if s.Request {
		kind = "request"
	}
	if s.HasRTT {
		detail += " " + s.RTT.String()
	}
	w.said = append(w.said, strings.TrimSpace(fmt.Sprintf("%s %s %d %s counter=%d", s.Tunnel, kind, s.ID, detail, s.Counter)))
}

func (w *wire) request(after time.Duration, spec gre.Spec, id uint16) {
	w.frame(after, requestOf(spec, id))
}

func (w *wire) answer(after time.Duration, spec gre.Spec, id uint16) {
	w.frame(after, answerOf(spec, id))
}

func requestOf(spec gre.Spec, id uint16) []byte { return spec.AppendRequest(nil, gre.Marks{ID: id}) }

func answerOf(spec gre.Spec, id uint16) []byte {
	b := spec.AppendRequest(nil, gre.Marks{ID: id})
	b = b[len(b)-spec.AnswerLen():]
	gre.DecrementTTL(b)
	return b
}

// expect compares what was said since the last call.
func (w *wire) expect(want ...string) {
	w.Helper()
	if got := strings.Join(w.said, "\n"); got != strings.Join(want, "\n") {
		w.Errorf("said\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	w.said = nil
}

func (w *wire) tunnels() (list []decode.Tunnel) {
	_ = w.Tunnels(func(t *decode.Tunnel) error { list = append(list, *t); return nil })
	return list
}

const second = time.Second

// The reference's `keepalive 5 4`: four unanswered, down as the fifth is due; the
// counter goes on rising; one answer brings it up (R9, R10, R11).
func TestReferenceStateMachine(t *testing.T) {
	w := newWire(t, decode.Options{Retries: 4})
	w.request(0, reference(), 1)
	w.answer(2*time.Millisecond, reference(), 1)
	w.expect("Tunnel0 request 1  counter=1", "Tunnel0: pending -> up 0", "Tunnel0 answer 1 answered 2ms counter=0")
	for i := range 5 {
		w.request(time.Duration(i+1)*5*second, reference(), uint16(i+2))
	}
	w.expect("Tunnel0 request 2  counter=1", "Tunnel0 request 3  counter=2", "Tunnel0 request 4  counter=3",
		"Tunnel0 request 5  counter=4", "Tunnel0: up -> down 4", "Tunnel0 request 6  counter=5")
	w.answer(26*second, reference(), 6)
	w.expect("Tunnel0: down -> up 0", "Tunnel0 answer 6 answered 1s counter=0")
	found := w.tunnels()[0]
	r := found.Report
	if r.Sent != 6 || r.Received != 2 || r.Lost != 4 || r.Flaps != 1 || r.State != fleet.Up || r.Tunnel.Interval != 5*second ||
		found.IntervalSource != decode.FromCapture || found.RetriesSource != decode.FromFlag || found.Absent != 0 {
		t.Errorf("%+v", found)
	}
}

// Late, duplicate and unmatched answers change nothing, and are told apart.
func TestStrays(t *testing.T) {
	w := newWire(t, decode.Options{}) // retries 3: a window of 4
	for i := range 6 {
		w.request(time.Duration(i)*second, reference(), uint16(100+i))
	}
	w.said = nil
	w.answer(5100*time.Millisecond, reference(), 100) // no longer awaited
	w.answer(5200*time.Millisecond, reference(), 105)
	w.answer(5300*time.Millisecond, reference(), 105)
	w.answer(5400*time.Millisecond, reference(), 999)
	w.expect("Tunnel0 answer 100 late counter=6", "Tunnel0: down -> up 0", "Tunnel0 answer 105 answered 200ms counter=0",
		"Tunnel0 answer 105 duplicate counter=0", "Tunnel0 answer 999 unmatched counter=0")
	if r := w.tunnels()[0].Report; r.Late != 1 || r.Duplicate != 1 || r.Unmatched != 1 || r.Received != 1 {
		t.Errorf("%+v", r)
	}
}

// A packet that is captured twice, on two interfaces or before and after it was
// forwarded, is one packet; one that arrives twice is two.
func TestCopies(t *testing.T) {
	w := newWire(t, decode.Options{})
	w.request(0, reference(), 7)
	w.from = 2
	w.request(30*time.Microsecond, reference(), 7)
	w.answer(1*time.Millisecond, reference(), 7)
	w.from = 3
	w.answer(1100*time.Microsecond, reference(), 7)
	w.answer(1200*time.Microsecond, reference(), 7)
	w.expect("Tunnel0 request 7  counter=1", "Tunnel0 request 7 copy counter=1", "Tunnel0: pending -> up 0",
		"Tunnel0 answer 7 answered 1ms counter=0", "Tunnel0 answer 7 copy counter=0", "Tunnel0 answer 7 copy counter=0")
	w.from = 2
	w.answer(1300*time.Microsecond, reference(), 7)
	w.expect("Tunnel0 answer 7 duplicate counter=0")
	w.request(10*second, reference(), 7) // the identification again, but a new one
	w.expect("Tunnel0 request 7  counter=1")
	if found := w.tunnels()[0]; found.Copies != 3 || found.Requests != 2 || w.Counts().Copies != 3 {
		t.Errorf("%+v %+v", found, w.Counts())
	}
}

// Tunnels are told by addresses and key; a key of 0 is one.
func TestKeysAndDirections(t *testing.T) {
	keyed, zero, back := reference(), reference(), reference()
	keyed.Key, keyed.HasKey, zero.HasKey = 40, true, true
	back.Source, back.Destination = far, near
	w := newWire(t, decode.Options{})
	for _, spec := range []gre.Spec{reference(), keyed, zero, back} {
		w.request(0, spec, 5)
	}
	w.answer(second/100, zero, 5)
	w.expect("Tunnel0 request 5  counter=1", "Tunnel1 request 5  counter=1", "Tunnel2 request 5  counter=1", "Tunnel3 request 5  counter=1",
		"Tunnel2: pending -> up 0", "Tunnel2 answer 5 answered 10ms counter=0")
	if d := w.tunnels()[3].Report.Tunnel; d.Source != far || d.Destination != near {
		t.Errorf("the way back is %v -> %v", d.Source, d.Destination)
	}
}

// Behind NAT the answer goes to reply_to, and is seen there or at home.
func TestBehindNAT(t *testing.T) {
	spec := reference()
	spec.ReplyTo = netip.MustParseAddr("203.0.113.9")
	w := newWire(t, decode.Options{})
	w.request(0, spec, 1)
	w.answer(second/10, spec, 1) // outside
	w.request(second, spec, 2)
	w.answer(second+second/10, reference(), 2) // at home
	w.expect("Tunnel0 request 1  counter=1", "Tunnel0: pending -> up 0", "Tunnel0 answer 1 answered 100ms counter=0",
		"Tunnel0 request 2  counter=1", "Tunnel0 answer 2 answered 100ms counter=0")
	if d := w.tunnels()[0].Report.Tunnel; d.Source != near {
		t.Errorf("its source is %v", d.Source)
	}
}

// A far end that rewrites identifications.
func TestMatchAddress(t *testing.T) {
	for _, byAddress := range []bool{false, true} {
		w := newWire(t, decode.Options{MatchAddress: byAddress})
		w.request(0, reference(), 1)
		w.answer(second/10, reference(), 9)
		last := "Tunnel0 answer 9 unmatched counter=1"
		if byAddress {
			last = "Tunnel0: pending -> up 0\nTunnel0 answer 9 answered 100ms counter=0"
		}
		w.expect("Tunnel0 request 1  counter=1", last)
	}
}

// The inventory has names and timers; flags have the last word.
func TestInventory(t *testing.T) {
	inv := &fleet.Inventory{Tunnels: []fleet.Tunnel{
		{Name: "other", Source: near, Destination: far, Key: 1, HasKey: true, Interval: 9 * second, Retries: 9, UpAfter: 1},
		{Name: "echo", Source: near, Destination: far, Probe: fleet.Echo, Interval: second, Retries: 1, UpAfter: 1},
		{Name: "fra1-seoul", Hub: "fra1", Source: near, Destination: far, Probe: fleet.Keepalive, Interval: 2 * second, Retries: 1, UpAfter: 2},
	}}
	w := newWire(t, decode.Options{Inventory: inv})
	for i := range 4 {
		w.request(time.Duration(i)*5*second, reference(), uint16(i))
	}
	w.answer(15100*time.Millisecond, reference(), 3)
	w.expect("fra1-seoul request 0  counter=1", "fra1-seoul: pending -> down 1", "fra1-seoul request 1  counter=2",
		"fra1-seoul request 2  counter=3", "fra1-seoul request 3  counter=4",
		"fra1-seoul answer 3 answered 100ms counter=0") // up after 2
	found := w.tunnels()[0]
	if found.Report.Tunnel.Hub != "fra1" || found.IntervalSource != decode.FromInventory || found.RetriesSource != decode.FromInventory ||
		found.Report.Tunnel.Interval != 2*second || found.Absent != 6 { // every 2 s, seen every 5
		t.Errorf("%+v", found)
	}
	w = newWire(t, decode.Options{Inventory: inv, Retries: 5, Interval: second})
	w.request(0, reference(), 1)
	if d := w.tunnels()[0].Report.Tunnel; d.Retries != 5 || d.Interval != second || inv.Tunnels[2].Retries != 1 {
		t.Errorf("%+v", d)
	}
}

// The far ends' own keepalives are named after the tunnel too, with the timers that
// the inventory declares of them (R12), unless they are a tunnel of their own.
func TestFarEndsOwn(t *testing.T) {
	back := reference()
	back.Source, back.Destination = far, near
	inv := &fleet.Inventory{Tunnels: []fleet.Tunnel{
		{Name: "there", Source: near, Destination: far, Interval: second, Retries: 3, UpAfter: 1,
			Peer: &fleet.Peer{KeepaliveInterval: 5 * second, KeepaliveRetries: 4}},
		{Name: "echo", Source: near, Destination: netip.MustParseAddr("192.168.1.3"), Probe: fleet.Echo, Interval: second, Retries: 2, UpAfter: 1},
	}}
	w := newWire(t, decode.Options{Inventory: inv})
	w.request(0, back, 1)
	w.answer(second/10, back, 1)
	back.Source = inv.Tunnels[1].Destination
	w.request(0, back, 1)
	w.expect("there (far end) request 1  counter=1", "there (far end): pending -> up 0", "there (far end) answer 1 answered 100ms counter=0",
		"echo (far end) request 1  counter=1")
	found := w.tunnels()
	if d := found[0].Report.Tunnel; d.Interval != 5*second || d.Retries != 4 || d.Source != far || found[0].RetriesSource != decode.FromInventory {
		t.Errorf("%+v", found[0])
	}
	if found[1].RetriesSource != decode.FromDefault || found[1].IntervalSource != decode.FromCapture || found[1].Report.Tunnel.Retries != 3 {
		t.Errorf("%+v", found[1])
	}
	inv.Tunnels = append(inv.Tunnels, fleet.Tunnel{Name: "back", Source: far, Destination: near, Interval: second, Retries: 3, UpAfter: 1})
	w = newWire(t, decode.Options{Inventory: inv})
	back.Source = far
	w.request(0, back, 1)
	w.expect("back request 1  counter=1")
}

// The interval is what is usual, whatever is missing, and routers' jitter aside.
func TestInterval(t *testing.T) {
	w := newWire(t, decode.Options{})
	at := time.Duration(0)
	for i := range 60 {
		at += 10*second + time.Duration(i%7)*3*time.Millisecond
		if i%9 == 5 {
			at += 10 * second
		}
		w.request(at, reference(), uint16(i))
	}
	if found := w.tunnels()[0]; found.Report.Tunnel.Interval != 10*second || found.Absent != 7 {
		t.Errorf("every %v, %d absent", found.Report.Tunnel.Interval, found.Absent)
	}
}

// Answers without requests make a tunnel that nobody knows the state of.
func TestAnswersOnly(t *testing.T) {
	w := newWire(t, decode.Options{})
	w.answer(0, reference(), 1)
	w.expect("Tunnel0 answer 1 unmatched counter=0")
	w.request(second, reference(), 2)
	w.answer(second+1, reference(), 2)
	w.expect("Tunnel0 request 2  counter=1", "Tunnel0: pending -> up 0", "Tunnel0 answer 2 answered 1ns counter=0")
	if d := w.tunnels()[0].Report.Tunnel; d.Source != near || d.Destination != far {
		t.Errorf("%v -> %v", d.Source, d.Destination)
	}
}

// A capture without times says what it can: the state machine needs none.
func TestWithoutTimes(t *testing.T) {
	w := newWire(t, decode.Options{Retries: 1})
	w.request(-1, reference(), 1)
	w.answer(-1, reference(), 1)
	w.request(-1, reference(), 2)
	w.request(-1, reference(), 3)
	w.expect("Tunnel0 request 1  counter=1", "Tunnel0: pending -> up 0", "Tunnel0 answer 1 answered counter=0",
		"Tunnel0 request 2  counter=1", "Tunnel0: up -> down 1", "Tunnel0 request 3  counter=2")
	found := w.tunnels()[0]
	if found.Timed || found.Report.RTT.Samples != 0 || !found.Report.Since.IsZero() || found.Report.Tunnel.Interval != 0 {
		t.Errorf("%+v", found)
	}
}

// An ICMP error about a request is the reason of the tunnel that is down, and
// changes nothing else.
func TestReasons(t *testing.T) {
	w := newWire(t, decode.Options{Retries: 1})
	w.request(0, reference(), 1)
	request := requestOf(reference(), 1)
	w.frame(second/100, icmpError(3, 13, far, near, request[:48]))
	w.expect("Tunnel0 request 1  counter=1")
	w.request(second, reference(), 2)
	w.expect("Tunnel0: pending -> down 1", "Tunnel0 request 2  counter=2")
	if r := w.tunnels()[0].Report; r.Reason != fleet.ReasonProhibited || r.State != fleet.Down {
		t.Errorf("%s for %q", r.State, r.Reason)
	}
	if w.Counts().Errors != 1 {
		t.Errorf("%+v", w.Counts())
	}
}

// icmpError builds one from octets.
func icmpError(kind, code byte, from, to netip.Addr, quote []byte) []byte {
	message := append([]byte{kind, code, 0, 0, 0, 0, 0, 0}, quote...)
	seal(message, 2)
	ip := []byte{0x45, 0, 0, byte(20 + len(message)), 0, 1, 0, 0, 64, 1, 0, 0}
	ip = append(append(ip, from.AsSlice()...), to.AsSlice()...)
	seal(ip, 10)
	return append(ip, message...)
}

func seal(b []byte, at int) {
	sum := uint32(0)
	for i := 0; i+1 < len(b); i += 2 {
		sum += uint32(b[i])<<8 | uint32(b[i+1])
	}
	sum = sum>>16 + sum&0xffff
	sum = ^(sum>>16 + sum)
	b[at], b[at+1] = byte(sum>>8), byte(sum)
}

// What is no keepalive is counted for what it is.
func TestCounts(t *testing.T) {
	w := newWire(t, decode.Options{})
	feed := func(link uint16, data []byte, cut bool) {
		w.Frame(&capture.Frame{Time: start, Link: link, Data: data, Cut: cut}, new(fleet.Sighting), nil)
	}
	request := requestOf(reference(), 1)
	sums := reference()
	sums.Checksum = true
	damaged := sums.AppendRequest(nil, gre.Marks{ID: 1})
	damaged[len(damaged)-1] ^= 1
	feed(105, request, false)
	feed(capture.LinkRaw, request[:40], true)
	feed(capture.LinkRaw, nil, true)
	feed(capture.LinkRaw, request[:40], false)
	feed(capture.LinkRaw, damaged, false)
	feed(capture.LinkRaw, append(append([]byte{}, request[:22]...), append([]byte{0x88, 0xbe}, request[24:]...)...), false)
	feed(capture.LinkRaw, []byte{0x60, 0}, false)
	want := decode.Counts{Frames: 7, UnreadLink: 1, Link: 105, Cut: 2, Others: 2, Damaged: 1, OtherGRE: 1}
	if got := w.Counts(); got != want {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}

// Memory has an end, however many tunnels there are: what is beyond is counted.
func TestTooManyTunnels(t *testing.T) {
	w := newWire(t, decode.Options{})
	spec := reference()
	spec.HasKey = true
	const most = 1 << 16
	var s fleet.Sighting
	for key := range uint32(most + 10) {
		spec.Key = key
		f := capture.Frame{Time: start, Link: capture.LinkRaw, Data: spec.AppendRequest(nil, gre.Marks{ID: 1})}
		if _, found := w.Frame(&f, &s, nil); !found || (s.Tunnel == "") != (key >= most) {
			t.Fatalf("tunnel %d: %+v", key, s)
		}
	}
	if c := w.Counts(); c.Unfollowed != 10 || c.Requests != most+10 || len(w.tunnels()) != most {
		t.Errorf("%+v", c)
	}
}
