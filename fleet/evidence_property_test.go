package fleet

import (
	"math/rand/v2"
	"reflect"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"greylag/probe"
	"greylag/probe/session"
)

// forged is any evidence at that moment; its counter and number are nonsense.
func forged(random *rand.Rand, now time.Time) probe.Event {
	kinds := [...]probe.EventKind{probe.Refused, probe.Asked, probe.Replied, probe.Altered}
	return probe.Event{
		Kind: kinds[random.IntN(len(kinds))], At: now.Add(time.Duration(random.IntN(20)-10) * time.Second),
		Seq: random.Uint32(), Counter: random.Uint32(), TTL: uint8(random.Uint32()), RTT: time.Hour,
		ICMPType: [...]uint8{3, 3, 3, 11, 12, 8, 255}[random.IntN(7)], ICMPCode: uint8(random.IntN(20)),
		Sender:     [...][4]byte{{198, 51, 100, 17}, {192, 0, 2, 10}, {203, 0, 113, 1}, {}}[random.IntN(4)],
		Alteration: probe.Alteration(random.IntN(5)),
	}
}

// Evidence explains and changes nothing: with any of it mixed into a history
// the states, times, counters and changes are those of the history without.
func TestEvidenceChangesNothing(t *testing.T) {
	explained := 0
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 11))
		m := &sender{random: random, now: epoch, line: session.Pending}
		for range 400 {
			m.step()
		}
		inv := oneTunnel(lossLimit(0.10), rttLimit(10*ms))
		plain, mixed := NewStore(inv, epoch), NewStore(inv, epoch)
		var was, is *Report
		for i := range m.events {
			e := m.events[i]
			plain.Record(m.events[i : i+1])
			for random.IntN(2) == 0 {
				mixed.Record([]probe.Event{forged(random, e.At)})
			}
			mixed.Record(m.events[i : i+1])
			now := e.At.Add(time.Second)
			was, is = plain.Report(now, was), mixed.Report(now, is)
			checkExplained(t, is.Tunnels[0])
			if is.Tunnels[0].Reason != was.Tunnels[0].Reason {
				explained++
			}
			if want, got := unexplained(was.Tunnels[0]), unexplained(is.Tunnels[0]); !reflect.DeepEqual(want, got) {
				t.Fatalf("seed %d, after fact %d %+v:\ngot  %+v\nwant %+v", seed, i, e, got, want)
			}
		}
		want, _ := plain.EventsSince(0)
		got, _ := mixed.EventsSince(0)
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Event{}, "Reason", "Detail")); diff != "" {
			t.Fatalf("seed %d: changes\n%s", seed, diff)
		}
	}
	if explained < 1000 {
		t.Errorf("only %d rows got another reason from the evidence", explained)
	}
}

// unexplained is the row without what explains it.
func unexplained(row TunnelReport) TunnelReport {
	row.Reason, row.Detail, row.Evidence = "", "", nil
	return row
}

// checkExplained holds a row to what is always so.
func checkExplained(t *testing.T, row TunnelReport) {
	t.Helper()
	if row.Reason != "" && (row.State != Down || row.Detail == "" || len(row.Evidence) == 0) {
		t.Fatalf("%s, %q, %q with %v", row.State, row.Reason, row.Detail, kindsOf(row))
	}
	for _, e := range row.Evidence {
		if e.Kind == "" || e.Text == "" {
			t.Fatalf("evidence without kind or text: %+v", e)
		}
	}
}

// A flood of forged errors takes no memory beyond that of the first.
func TestFloodOfRefusalsIsBounded(t *testing.T) {
	s := NewStore(oneTunnel(), epoch)
	s.Record(outage())
	random := rand.New(rand.NewPCG(1, 2))
	batch := make([]probe.Event, 100)
	for i := range batch {
		batch[i] = forged(random, at(41))
		batch[i].Kind = probe.Refused
	}
	s.Record(batch)
	if allocs := testing.AllocsPerRun(1000, func() { s.Record(batch) }); allocs != 0 {
		t.Errorf("%v allocations for 100 errors", allocs)
	}
	row := s.Report(at(42), nil).Tunnels[0]
	if len(row.Evidence) > int(refusalKinds) || row.State != Down || row.Counter != 4 {
		t.Errorf("%s with counter %d and %d observations", row.State, row.Counter, len(row.Evidence))
	}
}

// A fleet that is well is reported without an allocation for its evidence, and
// one that is not only for the texts; what a report held before is used again.
func TestHealthyReportDoesNotAllocate(t *testing.T) {
	s := NewStore(manyTunnels(200), epoch)
	s.SetAdvice(func(int) []Advice { return nil })
	s.SetPeers(hears(9, 42, 5*time.Second))
	for i := range int32(200) {
		s.Record(of(i, join(answeredAt(0, 1, 254), line(session.Pending, session.Up, at(0)))...))
		s.Record(of(i, refused(5, 3, 13, router), asked(6), replied(7)))
	}
	r := s.Report(at(45), nil)
	for range 3 { // some buffers may be made anew
		if allocs := testing.AllocsPerRun(10, func() { s.Report(at(45), r) }); allocs > 8 { // the summary's two maps
			t.Errorf("%v allocations", allocs)
		}
	}
	for _, row := range r.Tunnels {
		if len(row.Evidence) != 0 {
			t.Fatalf("%+v", row.Evidence)
		}
	}
}

// What one report holds is not changed by another that is made of it.
func TestEvidenceIsTheReports(t *testing.T) {
	s := NewStore(manyTunnels(100), epoch)
	for i := range int32(100) {
		if i%3 == 0 {
			s.Record(of(i, outage(refused(31, 3, 13, router))...))
		}
	}
	first := s.Report(at(45), nil)
	second := s.Report(at(45), nil)
	s.Record(of(0, recovery()...))
	s.Record(of(1, outage(refused(31, 3, 3, router), refused(31, 3, 1, router))...))
	s.Report(at(51), second)
	for i, row := range first.Tunnels {
		if want := min(1, 1-min(1, i%3)); len(row.Evidence) != want {
			t.Fatalf("row %d of the first report: %v", i, kindsOf(row))
		}
	}
	if got := second.Tunnels[0].Evidence; len(got) != 0 {
		t.Errorf("up again: %+v", got)
	}
	if got := second.Tunnels[1].Reason; got != ReasonUnreachable {
		t.Errorf("reason %q", got)
	}
	if got := second.Tunnels[3].Evidence; len(got) != 1 || got[0].Kind != EvidenceICMP {
		t.Errorf("%+v", got)
	}
}

// Readers see the evidence of one moment while it changes (for -race).
func TestEvidenceIsReadWhileItChanges(t *testing.T) {
	s := NewStore(manyTunnels(70), epoch)
	for i := range int32(70) {
		s.Record(of(i, outage(refused(31, 3, 13, router))...))
	}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			var r *Report
			for {
				select {
				case <-stop:
					return
				default:
				}
				r = s.Report(at(45), r)
				for _, row := range r.Tunnels {
					checkExplained(t, row)
				}
			}
		})
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		for i := range int32(70) {
			s.Record(of(i, forged(random, at(41))))
		}
		runtime.Gosched()
	}
	close(stop)
	readers.Wait()
}

func BenchmarkReportDown(b *testing.B) {
	s := NewStore(manyTunnels(10_000), epoch)
	for i := range int32(10_000) {
		s.Record(of(i, outage(asked(30), replied(30), asked(40), replied(40))...))
	}
	r := s.Report(at(45), nil)
	b.ReportAllocs()
	for b.Loop() {
		r = s.Report(at(45), r)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10_000, "ns/tunnel")
}
