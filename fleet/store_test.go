package fleet

import (
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
	"unsafe"

	"greylag/probe"
	"greylag/probe/session"
)

var _ probe.Sink = (*Store)(nil)

func TestEnabled(t *testing.T) {
	inv := manyTunnels(4)
	inv.Tunnels[0].Enabled, inv.Tunnels[2].Enabled = false, false
	var names []string
	for _, tunnel := range inv.Enabled() {
		names = append(names, tunnel.Name)
	}
	if !slices.Equal(names, []string{"t1", "t3"}) {
		t.Errorf("%v", names)
	}
	if inv.Enabled()[1] != &inv.Tunnels[3] {
		t.Error("a copy, not the inventory's own tunnel")
	}
	if got := (&Inventory{}).Enabled(); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

// Tunnel 1 of the engine is the fourth of the inventory.
func TestReport(t *testing.T) {
	inv := manyTunnels(4)
	inv.Tunnels[0].Enabled, inv.Tunnels[2].Enabled = false, false
	s := NewStore(inv, epoch)
	s.SetEngine(func() EngineReport { return EngineReport{Sent: 7, LateSends: 1} })
	s.SetPeers(func(tunnel int) (uint64, time.Time, time.Duration) {
		return uint64(100 + tunnel), at(1), 5 * time.Second
	})
	s.SetRoute(1, &Route{Device: "gre3"}, at(1))
	up := line(session.Pending, session.Up, at(2))
	up.Counter = 3
	s.Record(of(1, sent(1), answer(1, ms), up))
	s.Record(of(2, sent(1)))  // no such tunnel
	s.Record(of(-1, sent(1))) // no such tunnel

	r := s.Report(at(5), nil)
	states := []State{Disabled, Pending, Disabled, Up}
	since := []float64{0, 0, 0, 2}
	for i, row := range r.Tunnels {
		if row.Tunnel != &inv.Tunnels[i] || row.State != states[i] || !row.Since.Equal(at(since[i])) || !row.Time.Equal(at(5)) {
			t.Errorf("row %d: %+v", i, row)
		}
	}
	if off := r.Tunnels[2]; off.PeerReflected != 0 || off.Availability != -1 || off.Sent != 0 {
		t.Errorf("disabled: %+v", off)
	}
	got := r.Tunnels[3]
	if got.Sent != 1 || got.Counter != 3 || got.PeerReflected != 101 || !got.PeerLast.Equal(at(1)) || got.PeerInterval != 5*time.Second {
		t.Errorf("%+v", got)
	}
	if sp := r.Spokes[1]; sp.Spoke != &inv.Spokes[1] || sp.Path != PathBackup || sp.Active != "t3" || sp.Rank != 2 || !sp.Ranked || sp.Route.Device != "gre3" || r.Spokes[0].Route != nil {
		t.Errorf("%+v", sp)
	}
	checkSummary(t, r.Summary)
}

func checkSummary(t *testing.T, sum Summary) {
	t.Helper()
	states := map[State]int{Pending: 1, Up: 1, Degraded: 0, Down: 0, Disabled: 2}
	paths := map[Path]int{PathPending: 1, PathPrimary: 0, PathBackup: 1, PathNone: 0}
	if len(sum.Tunnels) != 5 || len(sum.Spokes) != 4 {
		t.Errorf("states %v, paths %v: all must be there", sum.Tunnels, sum.Spokes)
	}
	for state, want := range states {
		if sum.Tunnels[state] != want {
			t.Errorf("%s: %d, want %d", state, sum.Tunnels[state], want)
		}
	}
	for path, want := range paths {
		if sum.Spokes[path] != want {
			t.Errorf("%s: %d, want %d", path, sum.Spokes[path], want)
		}
	}
	if sum.Engine != (EngineReport{Sent: 7, LateSends: 1}) || !sum.Time.Equal(at(5)) {
		t.Errorf("%+v", sum)
	}
}

func TestUnprotected(t *testing.T) {
	s := NewStore(manyTunnels(6), epoch)
	for _, up := range []int32{0, 1, 2} { // s0 protected, s1 not, s2 not reached
		s.Record(of(up, line(session.Pending, session.Up, at(1))))
	}
	if got := s.Report(at(2), nil).Summary.Unprotected; got != 1 {
		t.Errorf("%d unprotected, want s1 only", got)
	}
}

func TestReportIsReused(t *testing.T) {
	s := NewStore(manyTunnels(200), epoch)
	r := s.Report(at(1), nil)
	first := &r.Tunnels[0]
	s.Record(of(199, line(session.Pending, session.Down, at(2))))
	allocs := testing.AllocsPerRun(10, func() { s.Report(at(3), r) })
	if &r.Tunnels[0] != first || allocs > 8 { // the summary's two maps, whatever the fleet's size
		t.Errorf("%v allocations", allocs)
	}
	if r.Tunnels[199].State != Down || r.Summary.Tunnels[Down] != 1 || r.Summary.Tunnels[Pending] != 199 {
		t.Errorf("%+v", r.Summary)
	}
	s.SetPeers(nil)
	s.SetEngine(nil)
	r.Summary = Summary{Tunnels: map[State]int{}} // another's report
	s.Report(at(3), r)
}

// A fleet larger than a reader's chunk, with disabled tunnels in between.
func TestReportAcrossChunks(t *testing.T) {
	inv := manyTunnels(300)
	for i := range inv.Tunnels {
		inv.Tunnels[i].Enabled = i%7 != 0
	}
	s := NewStore(inv, epoch)
	for i := range s.rows {
		s.Record(of(int32(i), silence(1, uint32(i+1))...))
	}
	number := uint64(0)
	for i, row := range s.Report(at(1), nil).Tunnels {
		if !inv.Tunnels[i].Enabled {
			continue
		}
		number++
		if row.Tunnel != &inv.Tunnels[i] || row.Sent != number {
			t.Fatalf("row %d: %s sent %d, want %d", i, row.Tunnel.Name, row.Sent, number)
		}
	}
}

// A reader that never returns from its own function does not stop the engine,
// nor other readers.
func TestStuckReaderDoesNotStopRecord(t *testing.T) {
	s := NewStore(manyTunnels(10), epoch)
	stuck, free := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.SetPeers(func(int) (uint64, time.Time, time.Duration) {
		once.Do(func() { close(stuck); <-free })
		return 0, time.Time{}, 0
	})
	var done sync.WaitGroup
	done.Go(func() { s.Report(at(1), nil) })
	<-stuck
	s.Record(of(3, exchange(1, 1000, ms)...))
	s.SetPeers(nil)
	if got := s.Report(at(2), nil).Tunnels[3].Received; got != 1000 {
		t.Errorf("received %d", got)
	}
	close(free)
	done.Wait()
}

// A reader that lost the processor while it held the rows does not stop Record;
// what waited is applied in order when it lets go.
func TestRecordDoesNotWaitForTheRows(t *testing.T) {
	s := NewStore(oneTunnel(), epoch)
	s.Record(exchange(1, 10, ms))
	s.mu.Lock() // as a reader that is not scheduled
	for seq := uint32(11); seq <= 5000; seq++ {
		s.Record([]probe.Event{sent(seq)})
		s.Record([]probe.Event{answer(seq, ms)})
	}
	if s.rows[0].sent != 10 || s.queue.empty() {
		t.Errorf("%d sent: the rows changed under the reader", s.rows[0].sent)
	}
	s.release()
	if !s.queue.empty() || s.rows[0].sent != 5000 || s.rows[0].received() != 5000 || s.rows[0].lost != 0 {
		t.Errorf("sent %d, received %d, lost %d", s.rows[0].sent, s.rows[0].received(), s.rows[0].lost)
	}
}

// Whoever lets go last finds what was queued at that moment: nothing waits for
// the next event of a quiet fleet.
func TestNothingStaysQueued(t *testing.T) {
	s := NewStore(oneTunnel(), epoch)
	s.queue.add([]probe.Event{comesUp})
	s.readers.mu.Lock() // stops the reader after it unlocked, before it leaves
	var reader sync.WaitGroup
	reader.Go(s.Flush)
	for told := uint64(0); told == 0; runtime.Gosched() {
		s.mu.Lock()
		told = s.told
		s.mu.Unlock()
	}
	s.queue.add([]probe.Event{sent(1)}) // as a writer that found the rows locked
	s.readers.mu.Unlock()
	reader.Wait()
	if !s.queue.empty() || s.rows[0].sent != 1 {
		t.Errorf("%d sent; an event is still queued", s.rows[0].sent)
	}
}

// Past its limit the queue makes Record wait, rather than grow for ever.
func TestQueueIsBounded(t *testing.T) {
	s := NewStore(oneTunnel(), epoch)
	batch := make([]probe.Event, queueLimit/4)
	for i := range batch {
		batch[i] = fact(probe.Unmatched, 0)
	}
	s.mu.Lock()
	for range 4 {
		s.Record(batch)
	}
	returned := make(chan struct{})
	go func() {
		s.Record([]probe.Event{fact(probe.Unmatched, 0)})
		close(returned)
	}()
	for s.queue.length.Load() <= queueLimit {
		runtime.Gosched() // until it has queued its event
	}
	for range 1000 {
		runtime.Gosched() // time to return, if it does not wait
	}
	select {
	case <-returned:
		t.Error("Record did not wait for a full queue")
	default:
	}
	s.release()
	<-returned
	if got := s.Report(at(1), nil).Tunnels[0].Unmatched; got != queueLimit+1 {
		t.Errorf("%d, want %d", got, queueLimit+1)
	}
	if s.queue.spares != spareBlocks {
		t.Errorf("%d blocks are kept for reuse, want %d", s.queue.spares, spareBlocks)
	}
}

// Readers of every kind beside one writer: every row that is seen is sound, and
// nothing is lost at the end.
func TestReadersAndWriter(t *testing.T) {
	const tunnels, rounds = 200, 300
	s := NewStore(manyTunnels(tunnels), epoch)
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() { readUntil(t, s, stop) })
	}
	for seq := uint32(1); seq <= rounds; seq++ {
		var batch []probe.Event
		for i := range int32(tunnels) {
			state := session.Up + session.State(seq%2)
			batch = append(batch, of(i, sent(seq), answer(seq, ms), line(0, state, at(float64(seq))))...)
		}
		s.Record(batch)
	}
	close(stop)
	readers.Wait()
	for _, row := range s.Report(at(rounds), nil).Tunnels {
		if row.Sent != rounds || row.Received != rounds {
			t.Fatalf("%s: %s", row.Tunnel.Name, counts(row))
		}
	}
}

// readUntil reads in every way until stop.
func readUntil(t *testing.T, s *Store, stop chan struct{}) {
	changed, cancel := s.Subscribe()
	defer cancel()
	var r *Report
	var number uint64
	for {
		select {
		case <-stop:
			return
		case <-changed:
		default:
		}
		r = s.Report(at(1000), r)
		for _, row := range r.Tunnels {
			if row.Sent != row.Received+row.Lost+row.Excused+row.InFlight {
				t.Errorf("%s", counts(row))
				return
			}
		}
		events, missed := s.EventsSince(number)
		if len(events) > 0 {
			if events[0].Number != number+missed+1 {
				t.Errorf("number %d after %d with %d missed", events[0].Number, number, missed)
				return
			}
			number = events[len(events)-1].Number
		}
		s.Outcomes(0, nil)
		s.Flush()
	}
}

// 100,000 tunnels must fit beside everything else.
func TestMemoryOfARow(t *testing.T) {
	size := unsafe.Sizeof(row{})
	t.Logf("%d bytes", size)
	if size > 700 {
		t.Errorf("a row takes %d bytes, want at most 700", size)
	}
}

// Disabled by the operator, and enabled again: a state like any other, that is
// neither up nor down time, and takes the tunnel out of its spoke's paths.
func TestDisabledWhileRunning(t *testing.T) {
	inv := &Inventory{Spokes: []Spoke{{Name: "seoul"}}, Tunnels: []Tunnel{
		{Name: "a", Spoke: "seoul", Rank: 1, Enabled: true, Interval: time.Second, Retries: 3},
		{Name: "b", Spoke: "seoul", Rank: 2, Enabled: true, Interval: time.Second, Retries: 3},
	}}
	s := NewStore(inv, epoch)
	up := line(session.Pending, session.Up, epoch)
	s.Record(append(of(0, up), of(1, up)...))
	s.Record(of(0, line(session.Up, session.Disabled, epoch.Add(10*time.Second))))
	r := s.Report(epoch.Add(20*time.Second), nil)
	a, sp := &r.Tunnels[0], &r.Spokes[0]
	if a.State != Disabled || !a.Since.Equal(epoch.Add(10*time.Second)) || a.Availability != 1 {
		t.Errorf("disabled: %s since %v, available %v", a.State, a.Since, a.Availability)
	}
	if sp.Path != PathBackup || sp.Active != "b" || sp.Protected {
		t.Errorf("the spoke: %s by %s, protected %v", sp.Path, sp.Active, sp.Protected)
	}
	if r.Summary.Tunnels[Disabled] != 1 || a.Flaps != 0 {
		t.Errorf("summary %v, %d flaps", r.Summary.Tunnels, a.Flaps)
	}
	s.Record(of(0, line(session.Disabled, session.Pending, epoch.Add(30*time.Second)),
		line(session.Pending, session.Up, epoch.Add(31*time.Second))))
	r = s.Report(epoch.Add(40*time.Second), r)
	if a := &r.Tunnels[0]; a.State != Up || a.Availability != 1 || r.Spokes[0].Path != PathPrimary {
		t.Errorf("enabled: %s, available %v, path %s", a.State, a.Availability, r.Spokes[0].Path)
	}
	var states []State
	events, _ := s.EventsSince(0)
	for _, e := range events {
		if e.Tunnel == "a" {
			states = append(states, e.To)
		}
	}
	if want := []State{Up, Disabled, Pending, Up}; !slices.Equal(states, want) {
		t.Errorf("events to %v, want %v", states, want)
	}
}
