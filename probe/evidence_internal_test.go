package probe

import (
	"slices"
	"testing"
	"time"

	"greylag/probe/alloctest"
	"greylag/probe/gre"
	"greylag/probe/icmp"
)

// asking returns an engine at its first look, and evidence about its tunnel 0:
// errors that quote 8 octets, and one with an unknown identification.
func asking(t testing.TB) (e *Engine, known, unknown []byte) {
	t.Helper()
	tunnels := fuzzTunnels()
	e, err := New(&noisy{}, ignored{}, tunnels, Options{EchoID: 77})
	if err != nil {
		t.Fatal(err)
	}
	spec := tunnels[0].spec(nil)
	whole := spec.AppendRequest(nil, gre.Marks{ID: 1})
	about := func(quote []byte) []byte {
		p := append([]byte{0x45, 0, 0, byte(28 + len(quote)), 0, 0, 0, 0, 64, 1, 0, 0, 203, 0, 113, 1, 192, 0, 2, 1,
			3, 13, 0, 0, 0, 0, 0, 0}, quote...)
		return sealedICMP(p)
	}
	return e, about(whole[:28]), about(whole)
}

// Of one tunnel's errors one in 100 ms is told, from the first moment on.
func TestRefusedIsBounded(t *testing.T) {
	e, known, _ := asking(t)
	for ms, want := range map[int]int{0: 1, 50: 1, 99: 1, 100: 2, 250: 3, 1000: 11} {
		e.queries[0] = newInquiry(0)
		e.events = e.events[:0]
		for now := 0; now <= ms; now++ {
			e.looked = time.Duration(now) * time.Millisecond
			e.explain(known, start)
		}
		if got := len(e.events); got != want {
			t.Errorf("an error each millisecond for %d ms: told of %d; want %d", ms, got, want)
		}
	}
}

// The newest 16 echoes are awaited, each once, whatever the numbers' wrap.
func TestInquirySettles(t *testing.T) {
	q := newInquiry(0)
	q.number = 65530
	for range 10 {
		q.number, q.awaited = q.number+1, q.awaited<<1|1
	}
	for number, want := range map[uint16]bool{65530: false, 65531: true, 0: true, 4: true, 5: false, 60000: false} {
		if got := q.settle(number); got != want {
			t.Errorf("echo %d is awaited: %v; want %v", number, got, want)
		}
		if q.settle(number) {
			t.Errorf("echo %d is awaited again", number)
		}
	}
	for range 16 {
		q.number, q.awaited = q.number+1, q.awaited<<1|1
	}
	if q.settle(3) || !q.settle(5) {
		t.Errorf("after 16 more: want those, and none older")
	}
}

// A mark leads to tunnel and keepalive, for the echo that carried it alone.
func TestMarks(t *testing.T) {
	e, _, _ := asking(t)
	m := e.mark(3, 1<<31+5, 700)
	if i, seq, ok := e.marked(m, 700); !ok || i != 3 || seq != 1<<31+5 {
		t.Errorf("tunnel %d, keepalive %d, %v", i, seq, ok)
	}
	if _, _, ok := e.marked(m, 701); ok {
		t.Error("it fits another echo")
	}
	for bit := range 8 * len(m) {
		forged := m
		forged[bit/8] ^= 1 << (bit % 8)
		if _, _, ok := e.marked(forged, 700); ok {
			t.Errorf("bit %d may be changed", bit)
		}
	}
	for _, i := range []int32{-1, int32(len(e.members))} {
		if _, _, ok := e.marked(e.mark(i, 1, 1), 1); ok {
			t.Errorf("there is no tunnel %d", i)
		}
	}
	other, _, _ := asking(t)
	if _, _, ok := other.marked(m, 700); ok {
		t.Error("another engine takes it for its own")
	}
}

// A reply counts from who was asked, to our identifier, with the mark as it was
// sent.
func TestRepliesFromOthers(t *testing.T) {
	for name, c := range map[string]struct {
		from byte // the last octet of the source
		id   uint16
		mark func(e *Engine) icmp.Mark
		ok   bool
	}{
		"as asked":        {7, 0, func(e *Engine) icmp.Mark { return e.mark(0, 5, 1) }, true},
		"another source":  {8, 0, func(e *Engine) icmp.Mark { return e.mark(0, 5, 1) }, false},
		"another's echo":  {7, 1, func(e *Engine) icmp.Mark { return e.mark(0, 5, 1) }, false},
		"another number":  {7, 0, func(e *Engine) icmp.Mark { return e.mark(0, 5, 2) }, false},
		"another tunnel":  {7, 0, func(e *Engine) icmp.Mark { return e.mark(2, 5, 1) }, false},
		"no mark of ours": {7, 0, func(e *Engine) icmp.Mark { return icmp.Mark{7: 5} }, false},
	} {
		e, _, _ := asking(t)
		for i := range e.queries {
			e.queries[i].number, e.queries[i].awaited = 1, 1
		}
		e.explain(markedReply(c.from, c.id, 1, c.mark(e)), start)
		if got := len(e.events) == 1 && e.events[0].Kind == Replied && e.events[0].Tunnel == 0 && e.events[0].Seq == 5; got != c.ok {
			t.Errorf("%s: %+v; want it replied: %v", name, e.events, c.ok)
		}
		if s := e.Stats(); (s.Evidence == 1) != c.ok || s.Evidence+s.Strangers != 1 {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// markedReply is a reply from 198.51.100.from.
func markedReply(from byte, id, number uint16, mark icmp.Mark) []byte {
	p := icmp.AppendMarkedEcho(make([]byte, 20), id, number, mark)
	copy(p, []byte{0x45, 0, 0, byte(len(p)), 0, 0, 0, 0, 64, 1, 0, 0, 198, 51, 100, from, 192, 0, 2, 1})
	p[20], p[22], p[23] = 0, 0, 0
	return sealedICMP(p)
}

// Evidence costs no allocation, ours or not.
func TestExplainAllocatesNothing(t *testing.T) {
	e, known, unknown := asking(t)
	reply := markedReply(7, 0, 1, e.mark(0, 1, 1))
	for name, packet := range map[string][]byte{"known": known, "unknown": unknown, "reply": reply} {
		n := testing.AllocsPerRun(100, func() {
			e.explain(packet, start)
			e.events = e.events[:0]
		})
		if n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	if s := e.Stats(); s.Evidence != 2*s.Strangers || s.Strangers == 0 {
		t.Errorf("%+v; want two of three to be ours", s)
	}
}

// Whether destinations are asked or not, each keepalive is sent at the same time:
// echoes take nothing of what max_rate allows the keepalives.
func TestAskingDelaysNoKeepalive(t *testing.T) {
	for _, maxRate := range []int{0, 150, 101, 100, 50} {
		sends := func(ask bool) (at []time.Duration, echoes uint64) {
			sink, conn := &kept{}, &still{mute: true}
			r := &turner{Engine: engineOver(t, conn, sink, 100), conn: conn, clock: start}
			r.pace = newPace(100, 100, maxRate)
			r.base = r.clock
			for i := range r.members {
				r.members[i].wanted = !ask // as if it had been noted
			}
			for range 10_000 {
				r.turnOnce(t)
			}
			for _, e := range sink.events {
				if e.Kind == Sent {
					at = append(at, e.At.Sub(start)<<8|time.Duration(e.Tunnel))
				}
			}
			return at, r.Stats().Echoes
		}
		got, echoes := sends(true)
		want, none := sends(false)
		if !slices.Equal(got, want) || none != 0 || (echoes == 0) != (maxRate == 50 || maxRate == 100) {
			t.Errorf("max_rate %d: %d keepalives with %d echoes, %d with %d: not at the same times", maxRate, len(got), echoes, len(want), none)
		}
	}
}

// BenchmarkExplain is what one packet of a flood costs once it is read.
func BenchmarkExplain(b *testing.B) {
	e, known, unknown := asking(b)
	for name, packet := range map[string][]byte{"known": known, "unknown": unknown} {
		b.Run(name, func(b *testing.B) {
			check := alloctest.Forbid(b)
			for b.Loop() {
				e.explain(packet, start)
				e.events = e.events[:0]
			}
			check()
		})
	}
}
