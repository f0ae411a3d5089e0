package replica

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"greylag/fleet"
	"greylag/fleet/stream"
	"greylag/probe"
	"greylag/probe/session"
)

// addresses compare netip's types, which have no exported fields.
var addresses = cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})

// history is a store that is told a random history, and a stream of it.
type history struct {
	random *rand.Rand
	store  *fleet.Store
	now    time.Time
	seq    []uint32        // by tunnel
	line   []session.State // by tunnel
	told   uint64          // number of the last event written
	known  uint64          // version of the last incident written
	out    bytes.Buffer
	enc    *stream.Encoder
}

func newHistory(seed uint64, tunnels int) *history {
	inv := &fleet.Inventory{}
	for i := range tunnels {
		if i%3 == 0 {
			inv.Spokes = append(inv.Spokes, fleet.Spoke{Name: fmt.Sprintf("s%d", i/3)})
		}
		inv.Tunnels = append(inv.Tunnels, fleet.Tunnel{
			Name: fmt.Sprintf("t%d", i), Hub: fmt.Sprintf("h%d", i%2), Spoke: fmt.Sprintf("s%d", i/3), Rank: i%3 + 1,
			Enabled: i%7 != 6, Source: netip.MustParseAddr("192.0.2.1"), Probe: fleet.Keepalive,
			Interval: time.Second, Retries: 3, DegradedLoss: 0.3,
		})
	}
	enabled := len(inv.Enabled())
	h := &history{
		random: rand.New(rand.NewPCG(seed, 0)), store: fleet.NewStore(inv, epoch), now: epoch,
		seq: make([]uint32, enabled), line: make([]session.State, enabled),
	}
	for i := range h.line {
		h.line[i] = session.Pending
	}
	h.enc = stream.NewEncoder(&h.out)
	return h
}

// steps tells the store n facts.
func (h *history) steps(n int) {
	for range n {
		h.now = h.now.Add(time.Duration(h.random.IntN(200)) * time.Millisecond)
		i := h.random.IntN(len(h.seq))
		e := probe.Event{Tunnel: int32(i), At: h.now, Counter: h.random.Uint32N(5)}
		switch n := h.random.IntN(10); {
		case n < 5:
			h.seq[i]++
			e.Kind = probe.Sent
		case n < 8:
			e.Kind, e.RTT, e.TTL = probe.Answered, time.Duration(h.random.IntN(90_000))*time.Microsecond, 254
		case n < 9:
			e.Kind = probe.Excused
		default:
			e.Kind, e.From = probe.Line, h.line[i]
			h.line[i] = session.Up + (session.Down-session.Up)*session.State(h.random.IntN(2))
			e.To = h.line[i]
		}
		e.Seq = h.seq[i]
		h.store.Record([]probe.Event{e})
	}
}

func (h *history) writeEvents(t *testing.T) {
	events, _ := h.store.EventsSince(h.told)
	for i := range events {
		h.told = events[i].Number
		if err := h.enc.Event(&events[i]); err != nil {
			t.Fatal(err)
		}
	}
}

func (h *history) writeIncidents(t *testing.T) {
	changed, latest := h.store.IncidentsSince(h.known)
	h.known = latest
	for i := range changed {
		if err := h.enc.Incident(&changed[i]); err != nil {
			t.Fatal(err)
		}
	}
}

func (h *history) writeReport(t *testing.T) {
	if err := h.store.Walk(h.now, h.enc.Walker()); err != nil {
		t.Fatal(err)
	}
}

// written is a report as the stream carries it.
func written(t *testing.T, r *fleet.Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := stream.NewEncoder(&out).Report(r); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// After a full report a viewer of the stream sees what a viewer of the store sees.
func TestRoundTrip(t *testing.T) {
	incidents, seeds := 0, uint64(20)
	if raceEnabled {
		seeds = 5
	}
	for seed := range seeds {
		h, r := newHistory(seed, 3+int(seed)), New()
		for range 10 {
			h.steps(300)
			if h.random.IntN(2) == 0 { // either may come first
				h.writeReport(t)
				h.writeEvents(t)
			} else {
				h.writeEvents(t)
				h.writeReport(t)
			}
			h.writeIncidents(t)
			feed(t, r, &h.out, h.now)
			want, got := written(t, h.store.Report(h.now, nil)), written(t, r.Report(h.now, nil))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d (-store +replica)\n%s", seed, diff)
			}
			h.compareOutcomes(t, r)
			incidents += h.compareIncidents(t, r)
		}
		h.compareEvents(t, r)
	}
	if incidents == 0 {
		t.Error("no incident in any history")
	}
}

// The last 60 fates are the store's, and the times those of the stream's characters.
func (h *history) compareOutcomes(t *testing.T, r *Replica) {
	t.Helper()
	for position := range r.Report(h.now, nil).Tunnels {
		want := h.store.Outcomes(position, nil)
		want = want[max(0, len(want)-60):]
		close := cmp.Comparer(func(a, b time.Duration) bool {
			return max(a, b) <= 30*time.Microsecond || max(a, b) <= min(a, b)*5/4
		})
		if diff := cmp.Diff(want, r.Outcomes(position, nil), close, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("position %d (-store +replica)\n%s", position, diff)
		}
	}
}

func (h *history) compareEvents(t *testing.T, r *Replica) {
	t.Helper()
	want, _ := h.store.EventsSince(0)
	got, missed := r.EventsSince(0)
	if diff := cmp.Diff(want, got); diff != "" || missed != 0 || len(want) == 0 {
		t.Errorf("%d events, %d missed (-store +replica)\n%s", len(want), missed, diff)
	}
}

// compareIncidents returns how many there are.
func (h *history) compareIncidents(t *testing.T, r *Replica) int {
	t.Helper()
	want, got := h.store.Incidents(nil), r.Incidents(nil)
	byNumber := cmpopts.SortSlices(func(a, b fleet.Incident) bool { return a.Number < b.Number })
	version := cmpopts.IgnoreFields(fleet.Incident{}, "Version")
	if diff := cmp.Diff(want, got, byNumber, version, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("(-store +replica)\n%s", diff)
	}
	return len(got)
}

// Between reports the events alone keep states and paths right, from the first
// report on.
func TestEventsKeepUp(t *testing.T) {
	for seed := range uint64(20) {
		h, r := newHistory(seed, 12), New()
		h.writeReport(t)
		for range 100 {
			h.steps(20)
			h.writeEvents(t)
			feed(t, r, &h.out, h.now)
			want, got := h.store.Report(h.now, nil), r.Report(h.now, nil)
			for i := range want.Tunnels {
				w, g := want.Tunnels[i], got.Tunnels[i]
				if w.State != g.State || !w.Since.Equal(g.Since) || w.Flaps != g.Flaps {
					t.Fatalf("seed %d, %s: %s since %v, want %s since %v", seed, w.Tunnel.Name, g.State, g.Since, w.State, w.Since)
				}
			}
			for i := range want.Spokes {
				w, g := want.Spokes[i], got.Spokes[i]
				if w.Path != g.Path || w.Active != g.Active || w.Rank != g.Rank || w.Protected != g.Protected || !w.Since.Equal(g.Since) {
					t.Fatalf("seed %d (-store +replica)\n%s", seed, cmp.Diff(w, g, addresses))
				}
			}
			if diff := cmp.Diff(want.Summary.Tunnels, got.Summary.Tunnels); diff != "" {
				t.Fatalf("seed %d: summary (-store +replica)\n%s", seed, diff)
			}
		}
	}
}
