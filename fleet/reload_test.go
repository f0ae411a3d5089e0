package fleet

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"greylag/probe"
	"greylag/probe/session"
)

// reloaded is a store whose inventory changes, beside a ledger of each tunnel that
// knows nothing of that.
type reloaded struct {
	t       *testing.T
	random  *rand.Rand
	now     time.Time
	inv     *Inventory
	store   *Store
	ledgers map[string]*Ledger
	senders map[string]*sender
	want    []Event // of tunnels, by the ledgers and by what reloads should tell
}

func newReloaded(t *testing.T, seed uint64) *reloaded {
	r := &reloaded{t: t, random: rand.New(rand.NewPCG(seed, 11)), now: epoch,
		ledgers: map[string]*Ledger{}, senders: map[string]*sender{}}
	r.inv = r.draw()
	r.store = NewStore(r.inv, epoch)
	for _, t := range r.inv.Enabled() {
		r.begin(t)
	}
	return r
}

// begin begins a tunnel anew.
func (r *reloaded) begin(t *Tunnel) {
	r.ledgers[t.Name] = NewLedger(t, r.now)
	r.senders[t.Name] = &sender{random: r.random, line: session.Pending}
}

// draw is an inventory of some of 24 tunnels in any order, of spokes of three.
func (r *reloaded) draw() *Inventory {
	inv := &Inventory{}
	for _, i := range r.random.Perm(24) {
		if r.random.IntN(5) == 0 {
			continue
		}
		inv.Tunnels = append(inv.Tunnels, Tunnel{
			Name: fmt.Sprintf("t%d", i), Hub: fmt.Sprintf("h%d", i%3), Spoke: fmt.Sprintf("s%d", i/3), Rank: 1 + i%3,
			Tags: []string{fmt.Sprint("tag", r.random.IntN(3))}, Enabled: r.random.IntN(8) > 0,
			Source: netip.MustParseAddr("192.0.2.1"), Interval: time.Second, Retries: 3 + r.random.IntN(2)/1*r.random.IntN(2),
			DegradedLoss: 0.1, DegradedRTT: 10 * ms,
		})
	}
	for _, i := range r.random.Perm(8) {
		if r.random.IntN(8) > 0 {
			inv.Spokes = append(inv.Spokes, Spoke{Name: fmt.Sprintf("s%d", i)})
		}
	}
	for i := range inv.Tunnels {
		if inv.Tunnels[i].Enabled {
			inv.Order = append(inv.Order, int32(i))
		}
	}
	r.random.Shuffle(len(inv.Order), func(i, j int) { inv.Order[i], inv.Order[j] = inv.Order[j], inv.Order[i] })
	return inv
}

// happen has something happen to tunnels, by the numbers of an inventory.
func (r *reloaded) happen(inv *Inventory, times int) {
	enabled := inv.Enabled()
	for range times {
		r.now = r.now.Add(time.Duration(r.random.IntN(400)) * ms)
		number := r.random.IntN(len(enabled))
		name := enabled[number].Name
		m := r.senders[name]
		m.now, m.events = r.now, m.events[:0]
		m.step()
		r.now = m.now
		for i := range m.events {
			m.events[i].Tunnel = int32(number)
			r.want = r.ledgers[name].Record(&m.events[i], r.want)
		}
		r.store.Record(m.events)
	}
}

// reload draws another inventory; facts go on meanwhile.
func (r *reloaded) reload() {
	next := r.draw()
	from := make([]int32, 0, len(next.Order))
	was := r.inv.Enabled()
	for _, t := range next.Enabled() {
		from = append(from, int32(slices.IndexFunc(was, func(w *Tunnel) bool { return w.Name == t.Name && w.Retries == t.Retries })))
	}
	err := r.store.Reload(Reload{Inventory: next, From: from, Switch: func(switched func(time.Time)) error {
		r.happen(r.inv, 20)
		switched(r.now)
		r.expect(next, from)
		r.happen(next, 20)
		return nil
	}})
	if err != nil {
		r.t.Fatal(err)
	}
}

// expect is what a reload should tell, and do to the ledgers.
func (r *reloaded) expect(next *Inventory, from []int32) {
	states := map[string]State{}
	for i := range next.Tunnels {
		states[next.Tunnels[i].Name] = Disabled
	}
	goesOn := map[string]bool{}
	for i, t := range next.Enabled() {
		states[t.Name], goesOn[t.Name] = Pending, from[i] >= 0
	}
	for i := range r.inv.Tunnels {
		name, e := r.inv.Tunnels[i].Name, Event{From: Disabled, To: Removed, Time: r.now, Tunnel: r.inv.Tunnels[i].Name}
		if to, known := states[name]; known {
			e.To = to
		}
		if r.inv.Tunnels[i].Enabled {
			row := r.ledgers[name].Report(r.now)
			e.From, e.Counter = row.State, row.Counter
		}
		if e.Detail = whyOther[e.To]; !goesOn[name] && e.From != e.To {
			r.want = append(r.want, e)
		}
	}
	for i, t := range next.Enabled() {
		if from[i] < 0 {
			r.begin(t)
		}
	}
	r.inv = next
}

// check compares the store with the ledgers, and its spokes with those of a store that
// knows the lines' states only.
func (r *reloaded) check(report *Report) {
	r.t.Helper()
	fresh := NewStore(r.inv, epoch)
	options := cmp.Options{cmpopts.EquateComparable(netip.Addr{}), cmpopts.EquateEmpty(),
		cmpopts.IgnoreFields(TunnelReport{}, "Recent", "Incident", "Tunnel")}
	for i := range report.Tunnels {
		got := report.Tunnels[i]
		if got.Tunnel != &r.inv.Tunnels[i] {
			r.t.Fatalf("row %d is %s, want %s as it is declared now", i, got.Tunnel.Name, r.inv.Tunnels[i].Name)
		}
		if !got.Tunnel.Enabled {
			if got.State != Disabled {
				r.t.Fatalf("%s is %s", got.Tunnel.Name, got.State)
			}
			continue
		}
		want := r.ledgers[got.Tunnel.Name].Report(report.Time)
		if diff := cmp.Diff(want, got, options); diff != "" {
			r.t.Fatalf("%s (-ledger +store)\n%s", got.Tunnel.Name, diff)
		}
		if line := r.senders[got.Tunnel.Name].line; line != session.Pending {
			number := int32(slices.Index(r.inv.Order, int32(i)))
			fresh.Record([]probe.Event{{Kind: probe.Line, Tunnel: number, From: session.Pending, To: line, At: epoch}})
		}
	}
	spokes := cmpopts.IgnoreFields(SpokeReport{}, "Since", "OnBackup", "Unprotected")
	if diff := cmp.Diff(fresh.Report(report.Time, nil).Spokes, report.Spokes, spokes, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		r.t.Fatalf("spokes (-fresh +reloaded)\n%s", diff)
	}
}

// Whatever reloads come, each tunnel that goes on has all its facts and no other's,
// each event is told once, and spokes are what their tunnels make of them.
func TestReloads(t *testing.T) {
	seeds := uint64(10)
	if raceEnabled {
		seeds = 2
	}
	for seed := range seeds {
		r := newReloaded(t, seed)
		var changes *Changes
		for range 6 {
			r.happen(r.inv, 300)
			changes = r.store.Changes(r.now, changes.orVersion(), changes)
			r.reload()
			changes = r.store.Changes(r.now, changes.Version, changes)
			if !changes.Whole {
				t.Fatal("the first changes after a reload are not a whole report")
			}
			r.check(r.store.Report(r.now, nil))
			changes = r.store.Changes(r.now, changes.Version, changes)
			if changes.Whole || len(changes.Tunnels) > 0 {
				t.Fatalf("nothing has happened since: %+v", changes)
			}
			r.happen(r.inv, 100)
			r.check(r.store.Report(r.now, nil))
		}
		r.checkEvents()
	}
}

// orVersion is what to ask with at first.
func (c *Changes) orVersion() uint64 {
	if c == nil {
		return 0
	}
	return c.Version
}

func (r *reloaded) checkEvents() {
	r.t.Helper()
	events, _ := r.store.EventsSince(0)
	var got []Event
	paths := map[string]Path{}
	for i, e := range events {
		if e.Number != uint64(i+1) {
			r.t.Fatalf("event %d has number %d", i+1, e.Number)
		}
		switch known, path := paths[e.Spoke], e.Spoke != ""; {
		case !path:
			got = append(got, e)
		case known != "" && known != e.FromPath && known != PathRemoved:
			r.t.Fatalf("%+v, but it was %s", e, known)
		default:
			paths[e.Spoke] = e.ToPath
		}
	}
	if diff := cmp.Diff(r.want, got, cmpopts.IgnoreFields(Event{}, "Number"), cmpopts.EquateApproxTime(0)); diff != "" {
		r.t.Fatalf("events (-want +got)\n%s", diff)
	}
	for i := range r.inv.Spokes {
		var s SpokeReport
		if r.store.Spoke(i, r.now, &s); paths[s.Spoke.Name] != s.Path && paths[s.Spoke.Name] != "" && paths[s.Spoke.Name] != PathRemoved {
			r.t.Fatalf("%s is %s, and the last event said %s", s.Spoke.Name, s.Path, paths[s.Spoke.Name])
		}
	}
}

// A switch that fails changes nothing, and loses no fact.
func TestReloadThatFails(t *testing.T) {
	inv := manyTunnels(2)
	s := NewStore(inv, epoch)
	why := errors.New("why")
	err := s.Reload(Reload{Inventory: manyTunnels(1), From: []int32{0}, Switch: func(func(time.Time)) error {
		s.Record(of(1, exchange(1, 3, ms)...))
		return why
	}})
	r := s.Report(at(1), nil)
	if !errors.Is(err, why) || s.Inventory() != inv || len(r.Tunnels) != 2 || r.Tunnels[1].Received != 3 || r.Tunnels[0].Received != 0 {
		t.Errorf("%v; %d tunnels, %+v", err, len(r.Tunnels), r.Tunnels)
	}
}

// reloadOf puts another inventory in the place of a store's; tunnels of the same name
// and retries go on.
func reloadOf(t *testing.T, s *Store, next *Inventory, when time.Time) {
	t.Helper()
	was := s.Inventory().Enabled()
	var from []int32
	for _, tunnel := range next.Enabled() {
		from = append(from, int32(slices.IndexFunc(was, func(w *Tunnel) bool { return w.Name == tunnel.Name && w.Retries == tunnel.Retries })))
	}
	err := s.Reload(Reload{Inventory: next, From: from, Switch: func(switched func(time.Time)) error { switched(when); return nil }})
	if err != nil {
		t.Fatal(err)
	}
}

// interrupted is a Walker that something happens to on the way.
type interrupted struct {
	collector
	at int
	do func()
}

func (w *interrupted) Tunnel(t *TunnelReport) error {
	if w.at--; w.at == 0 {
		w.do()
	}
	return w.collector.Tunnel(t)
}

// Who is shown the fleet while it is reloaded is shown it as it was, to the end.
func TestWalkDuringReload(t *testing.T) {
	inv := manyTunnels(300)
	s := NewStore(inv, epoch)
	for i := range 300 {
		s.Record(of(int32(i), exchange(1, uint32(i+1), ms)...))
	}
	next := manyTunnels(200)
	slices.Reverse(next.Tunnels)
	var r Report
	r.Tunnels, r.Spokes = make([]TunnelReport, 0, 300), make([]SpokeReport, 0, 150)
	err := s.Walk(at(10), &interrupted{collector{&r}, 100, func() {
		reloadOf(t, s, next, at(10))
		s.Record(of(0, sent(201)))
	}})
	if err != nil || len(r.Tunnels) != 300 || len(r.Spokes) != 150 {
		t.Fatalf("%v; %d tunnels, %d spokes", err, len(r.Tunnels), len(r.Spokes))
	}
	for i := range r.Tunnels {
		if row := &r.Tunnels[i]; row.Tunnel != &inv.Tunnels[i] || row.Received != uint64(i+1) || row.Sent != row.Received {
			t.Fatalf("row %d: %s with %d sent, %d received", i, row.Tunnel.Name, row.Sent, row.Received)
		}
	}
	if now := s.Report(at(11), nil); len(now.Tunnels) != 200 || now.Tunnels[0].Tunnel.Name != "t199" || now.Tunnels[0].Sent != 201 {
		t.Errorf("afterwards: %d tunnels, %+v", len(now.Tunnels), now.Tunnels[0])
	}
}

// Limits that change are judged at once; those that vanish hold nobody down.
func TestReloadOfLimits(t *testing.T) {
	s := NewStore(oneTunnel(rttLimit(10*ms)), epoch)
	s.Record(join(line(session.Pending, session.Up, at(1)), exchange(1, 9, 30*ms)))
	steps := []time.Duration{100 * ms, 20 * ms, 0, 30 * ms, 0}
	for i, limit := range steps {
		reloadOf(t, s, oneTunnel(rttLimit(limit)), at(float64(i+2)))
	}
	want := []string{"pending>up", "up>degraded", "degraded>up", "up>degraded", "degraded>up"}
	if got := changesOf(t, s); !slices.Equal(got, want) {
		t.Errorf("%q; want %q", got, want)
	}
}
