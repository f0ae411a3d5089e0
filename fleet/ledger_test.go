package fleet

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"greylag/probe"
	"greylag/probe/session"
)

// A ledger comes to what a store comes to, whatever happens to the tunnel.
func TestLedgerIsAStoreOfOne(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	inv := &Inventory{Tunnels: []Tunnel{{
		Name: "a", Enabled: true, Probe: Keepalive, Interval: time.Second, Retries: 3, UpAfter: 1,
		Source: netip.MustParseAddr("192.0.2.1"), Destination: netip.MustParseAddr("192.0.2.2"),
		DegradedLoss: 0.1, DegradedRTT: 300 * time.Millisecond,
	}}}
	start := time.Now()
	store, ledger := NewStore(inv, start), NewLedger(&inv.Tunnels[0], start)
	s := session.New(session.Config{Retries: 3, UpAfter: 1}, make([]time.Duration, session.Window(3)))
	var changes []Event
	record := func(e probe.Event) {
		store.Record([]probe.Event{e})
		changes = ledger.Record(&e, changes)
	}
	for i := range 4000 {
		now := time.Duration(i) * time.Second
		at := start.Add(now)
		due := s.Advance(now)
		if due.From != due.To {
			record(probe.Event{At: at, Kind: probe.Line, From: due.From, To: due.To, Seq: due.Seq, Counter: s.Counter() - 1})
		}
		record(probe.Event{At: at, Kind: probe.Sent, Seq: due.Seq, Counter: s.Counter()})
		for range random.IntN(3) * (i / 20 % 3 / 2 * 2) / 2 { // none, one or two; at times none for long
			rtt := time.Duration(random.IntN(600)) * time.Millisecond
			r := s.ReturnedNumber(now+rtt, due.Seq)
			kind := map[session.Verdict]probe.EventKind{session.Answered: probe.Answered, session.Duplicate: probe.Duplicate}[r.Verdict]
			e := probe.Event{At: at.Add(rtt), Kind: kind, Seq: r.Seq, RTT: r.RTT, TTL: 254, Counter: s.Counter()}
			record(e)
			if r.From != r.To {
				e.Kind, e.From, e.To = probe.Line, r.From, r.To
				record(e)
			}
		}
	}
	now := start.Add(4000 * time.Second)
	want := store.Report(now, nil).Tunnels[0]
	got := ledger.Report(now)
	if len(got.Recent) != recentFates || got.Flaps < 5 || got.Duplicate < 5 {
		t.Errorf("little has happened: %+v", got)
	}
	options := cmp.Options{
		cmpopts.EquateComparable(netip.Addr{}), cmpopts.IgnoreFields(TunnelReport{}, "Recent"), cmpopts.EquateEmpty(),
	}
	if diff := cmp.Diff(want, got, options); diff != "" {
		t.Errorf("(-store +ledger)\n%s", diff)
	}
	events, _ := store.EventsSince(0)
	times := cmpopts.EquateApproxTime(0)
	if diff := cmp.Diff(events, changes, times, cmpopts.IgnoreFields(Event{}, "Number")); diff != "" || len(events) < 10 {
		t.Errorf("%d events (-store +ledger)\n%s", len(events), diff)
	}
}

func TestAppendDebug(t *testing.T) {
	const want = "Tunnel0: sending keepalive, 192.168.1.1->192.168.1.2 (len=24 ttl=0), counter=15" // R21
	got := AppendDebug([]byte("x"), "Tunnel0", netip.MustParseAddr("192.168.1.1"), netip.MustParseAddr("192.168.1.2"), 24, 15)
	if string(got) != "x"+want {
		t.Errorf("%q, want %q", got, want)
	}
}
