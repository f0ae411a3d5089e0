package probe

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"greylag/probe/gre"
	"greylag/probe/icmp"
)

// An echo's mark leads to its tunnel after a reload, too; not to who has its number
// now, and no longer after two.
func TestMarksOfBefore(t *testing.T) {
	e, _, _ := asking(t)
	mark := e.mark(1, 5, 9)
	gone := e.mark(0, 5, 9)
	now := fuzzTunnels()
	adopted := func(next []Tunnel, from []int32) {
		t.Helper()
		p, err := e.draft(next, from, 0)
		if err == nil {
			err = e.adopt(p, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	adopted([]Tunnel{now[2], now[1]}, []int32{2, 1})
	adopted([]Tunnel{now[1], now[2]}, []int32{1, 0})
	for name, m := range map[string]icmp.Mark{"two reloads ago": mark, "gone": gone} {
		if i, _, ok := e.marked(m, 9); ok {
			t.Errorf("%s: that of tunnel %d", name, i)
		}
	}
	mark = e.mark(0, 6, 10)
	adopted([]Tunnel{now[2], now[1]}, []int32{1, 0})
	if i, seq, ok := e.marked(mark, 10); !ok || i != 1 || seq != 6 {
		t.Errorf("tunnel %d, keepalive %d, %v; want 1, 6", i, seq, ok)
	}
	adopted([]Tunnel{now[2]}, []int32{0})
	if i, _, ok := e.marked(mark, 10); ok {
		t.Errorf("of a tunnel that is gone: tunnel %d", i)
	}
}

// A destination that is to be asked is asked under its new number; one that is gone
// is forgotten.
func TestWantsFollowTheirTunnels(t *testing.T) {
	e, _, _ := asking(t)
	now := fuzzTunnels()
	e.wants = []int32{0, 2, 1}
	p, err := e.draft([]Tunnel{now[1], now[2]}, []int32{1, 2}, 0)
	if err == nil {
		err = e.adopt(p, 0)
	}
	if err != nil || fmt.Sprint(e.wants) != "[1 0]" {
		t.Errorf("wants %v, %v; want [1 0]", e.wants, err)
	}
}

// What comes back of a tunnel that was begun anew is nobody's for a while: it has not
// been changed on its way.
func TestAnswersOfBefore(t *testing.T) {
	tunnels := []Tunnel{{Name: "a", Source: netip.AddrFrom4([4]byte{192, 0, 2, 1}), Destination: netip.AddrFrom4([4]byte{198, 51, 100, 1}),
		TTL: 255, Interval: time.Second, Retries: 3, UpAfter: 1}}
	for _, anew := range []bool{false, true} {
		sink := &kept{}
		e, err := New(&still{}, sink, tunnels, Options{})
		if err != nil {
			t.Fatal(err)
		}
		e.base = time.Now()
		if anew {
			next := []Tunnel{tunnels[0]}
			next[0].Retries++
			p, err := e.draft(next, Succession(tunnels, next), 0)
			if err == nil {
				err = e.adopt(p, 0)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		tell := func(after time.Duration) int {
			e.events = e.events[:0]
			e.receive(answerTo(tunnels[0], 4711), e.base.Add(after))
			return len(e.events)
		}
		soon, later := tell(formerFor-1), tell(formerFor)
		if want := map[bool]int{false: 2, true: 0}[anew]; soon != want || later != 2 {
			t.Errorf("begun anew: %v; told %d times at first, later %d; want %d and 2", anew, soon, later, want)
		}
	}
}

// BenchmarkAdopt is how long the loop is held by a reload in which one tunnel in a
// hundred changes.
func BenchmarkAdopt(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			now := manyTunnels(n)
			e, err := New(&still{mute: true}, ignored{}, now, Options{})
			if err != nil {
				b.Fatal(err)
			}
			var held, longest time.Duration
			for b.Loop() {
				next := append([]Tunnel(nil), now...)
				for i := 0; i < n; i += 100 {
					next[i].Retries = 7 - next[i].Retries
				}
				p, err := e.draft(next, Succession(now, next), 0)
				begin := time.Now()
				if err == nil {
					err = e.adopt(p, time.Second)
				}
				if err != nil {
					b.Fatal(err)
				}
				took := time.Since(begin)
				held, longest = held+took, max(longest, took)
				now = next
			}
			b.ReportMetric(float64(held.Microseconds())/float64(b.N), "µs-held/op")
			b.ReportMetric(float64(longest.Microseconds()), "µs-held-longest")
		})
	}
}

func manyTunnels(n int) []Tunnel {
	tunnels := make([]Tunnel, n)
	for i := range tunnels {
		d := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		tunnels[i] = Tunnel{Name: d.String(), Source: netip.AddrFrom4([4]byte{192, 0, 2, 1}), Destination: d,
			TTL: 255, TOS: 0xc0, Interval: time.Second, Retries: 3, UpAfter: 1}
	}
	return tunnels
}

// answerTo is the answer to a keepalive of t, with that identification.
func answerTo(t Tunnel, id uint16) []byte {
	spec := t.spec(nil)
	return spec.AppendRequest(nil, gre.Marks{ID: id})[24:]
}
