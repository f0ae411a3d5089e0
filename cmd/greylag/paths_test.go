package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"greylag/fleet"
	"greylag/probe/awake"
	"greylag/probe/netlab"
	"greylag/probe/routes"
	"greylag/probe/simnet"
)

// spokeFarEnds is where the three tunnels of the spoke below end.
var spokeFarEnds = netip.MustParsePrefix("198.18.0.0/24")

// realSpoke is a spoke with three tunnels, ranked 1 to 3, that a station probes by
// real packets in the tests' namespace.
type realSpoke struct {
	t       *testing.T
	clock   *awake.Clock
	station *station
	changed <-chan struct{}
	told    uint64 // number of the last event that was looked at
	cut     [3]atomic.Bool
	up      [3]bool
	last    fleet.SpokeReport
}

func newRealSpoke(t *testing.T) *realSpoke {
	t.Helper()
	needSockets(t)
	r := &realSpoke{t: t, clock: awake.Start(t)}
	r.do(theLab.FarPrefix(spokeFarEnds))
	t.Cleanup(func() { r.do(theLab.Underlay().RemoveRoute(spokeFarEnds)) })
	inv := &fleet.Inventory{
		Engine: fleet.EngineOptions{MaxRate: 50_000},
		Spokes: []fleet.Spoke{{Name: "seoul", Watch: netip.MustParsePrefix("10.17.0.0/16")}},
	}
	far := map[[4]byte]netlab.Responder{}
	for i := range 3 {
		tunnel := fleet.Tunnel{
			Name: fmt.Sprintf("rank%d", i+1), Spoke: "seoul", Rank: i + 1, Enabled: true, Probe: fleet.Keepalive,
			Source: theLab.Underlay().Near().Addr(), Destination: farAddress(i), TTL: 255, TOS: 192,
			Interval: 50 * time.Millisecond, Retries: 4, UpAfter: 1, Match: fleet.MatchID, Payload: fleet.Bare,
		}
		end, err := simnet.NewFarEnd(tunnel.Destination, simnet.Plain, simnet.Tunnel{Remote: tunnel.Source})
		r.do(err)
		far[tunnel.Destination.As4()] = &cuttable{end, &r.cut[i]}
		inv.Tunnels = append(inv.Tunnels, tunnel)
	}
	server, err := theLab.Serve(t.Context(), func(to [4]byte) netlab.Responder { return far[to] })
	r.do(err)
	t.Cleanup(func() { r.do(server.Close()) })
	r.station, err = openStation(inv, stationOptions{network: sharedNetwork{}})
	r.do(err)
	return r
}

func farAddress(i int) netip.Addr { return netip.AddrFrom4([4]byte{198, 18, 0, byte(i + 1)}) }

// run probes until the test ends, and returns when all three tunnels are up.
func (r *realSpoke) run() {
	r.t.Helper()
	ctx, cancel := context.WithCancel(r.t.Context())
	var unsubscribe func()
	r.changed, unsubscribe = r.station.store.Subscribe()
	done := make(chan error, 1)
	go func() { done <- r.station.run(ctx) }()
	r.t.Cleanup(func() {
		cancel()
		unsubscribe()
		r.do(<-done)
		r.do(r.station.close())
	})
	r.up = [3]bool{true, true, true}
	r.await(func(*fleet.Event) bool { return r.report().Summary.Tunnels[fleet.Up] == 3 })
	r.last = r.report().Spokes[0]
	r.events() // have been looked at
}

func (r *realSpoke) do(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// cuttable is a far end whose line can be cut.
type cuttable struct {
	*simnet.FarEnd
	cut *atomic.Bool
}

// Handle implements netlab.Responder.
func (c *cuttable) Handle(packet []byte, now time.Time, emit func(time.Duration, []byte)) {
	if c.cut.Load() {
		return
	}
	if answer := c.FarEnd.Handle(nil, packet, now); answer != nil {
		emit(0, answer)
	}
}

func (r *realSpoke) report() *fleet.Report { return r.station.store.Report(time.Now(), nil) }

// events returns those that have not been looked at.
func (r *realSpoke) events() []fleet.Event {
	events, _ := r.station.store.EventsSince(r.told)
	if n := len(events); n > 0 {
		r.told = events[n-1].Number
	}
	return events
}

// await looks at events until one is wanted, and returns it and those before it.
func (r *realSpoke) await(wanted func(*fleet.Event) bool) (seen []fleet.Event) {
	r.t.Helper()
	limit := time.After(soon)
	for {
		for _, e := range r.events() {
			seen = append(seen, e)
			if wanted(&e) {
				r.told = e.Number
				return seen
			}
		}
		select {
		case <-r.changed:
		case <-limit:
			r.t.Fatalf("what was to happen did not, within %v: %+v", soon, seen)
		}
	}
}

// move makes a tunnel fail or recover, and returns the events that this made: the
// tunnel's, and what follows from it.
func (r *realSpoke) move(i int, up bool) []fleet.Event {
	r.t.Helper()
	r.up[i] = up
	r.cut[i].Store(!up)
	want := map[bool]fleet.State{true: fleet.Up, false: fleet.Down}[up]
	seen := r.await(func(e *fleet.Event) bool { return e.Tunnel == fmt.Sprintf("rank%d", i+1) && e.To == want })
	return append(seen, r.events()...)
}

// wantSpoke is how a spoke must be reached if these of its tunnels are up.
func wantSpoke(up [3]bool) (s fleet.SpokeReport) {
	s.Path = fleet.PathNone
	for i := range 3 {
		name := fmt.Sprintf("rank%d", i+1)
		switch {
		case up[i] && s.Active == "":
			s.Active, s.Rank = name, i+1
		case up[i] && s.Next == "":
			s.Next, s.Protected = name, true
		case !up[i] && s.Active != "":
			s.DeadBackups = append(s.DeadBackups, name)
		}
	}
	switch s.Rank {
	case 1:
		s.Path = fleet.PathPrimary
	case 2, 3:
		s.Path = fleet.PathBackup
	}
	return s
}

func standingText(s *fleet.SpokeReport) string {
	return fmt.Sprintf("%s by %q rank %d, protected %v, next %q, dead %q", s.Path, s.Active, s.Rank, s.Protected, s.Next, s.DeadBackups)
}

// check compares the spoke, and the events that came with the last change.
func (r *realSpoke) check(events []fleet.Event) {
	r.t.Helper()
	got, want := r.report().Spokes[0], wantSpoke(r.up)
	if standingText(&got) != standingText(&want) {
		r.t.Fatalf("up %v: %s\nwant %s", r.up, standingText(&got), standingText(&want))
	}
	var changes []string
	for _, e := range events {
		if e.Spoke != "" {
			changes = append(changes, fmt.Sprintf("%s>%s %s %v", e.FromPath, e.ToPath, e.Active, e.Protected))
		}
	}
	var wanted []string
	if was := &r.last; was.Path != want.Path || was.Active != want.Active || was.Protected != want.Protected {
		wanted = append(wanted, fmt.Sprintf("%s>%s %s %v", was.Path, want.Path, want.Active, want.Protected))
	}
	if strings.Join(changes, ", ") != strings.Join(wanted, ", ") {
		r.t.Fatalf("up %v: events %q, want %q", r.up, changes, wanted)
	}
	r.last = got
}

// TestPathsOfRealTunnels has three real tunnels fail in every order, and recover in
// every order.
func TestPathsOfRealTunnels(t *testing.T) {
	r := newRealSpoke(t)
	r.run()
	orders := [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}
	for n, order := range orders {
		for _, i := range order {
			r.check(r.move(i, false))
		}
		for _, i := range orders[(n*5+3)%6] { // each once, and not the order of failing
			r.check(r.move(i, true))
		}
	}
	if got := r.report().Spokes[0]; got.OnBackup <= 0 || got.Unprotected <= 0 || got.OnBackup > 30*time.Second {
		t.Errorf("%v on backup, %v unprotected", got.OnBackup, got.Unprotected)
	}
}

// tunnelDevice makes an interface for a tunnel, up, and returns its index.
type tunnelDevice func(r *realSpoke, name string, i int) int

// TestBlackHoleOfARealRoute has the kernel's own route point into tunnels that die.
// It needs ip_gre for the tunnels' own interfaces; elsewhere a veth pair stands for
// each, which is said to be the tunnel's by its name.
func TestBlackHoleOfARealRoute(t *testing.T) {
	for name, device := range map[string]tunnelDevice{"gre": greDevice, "veth": vethDevice} {
		t.Run(name, func(t *testing.T) { blackHoleOfARealRoute(t, device) })
	}
}

func greDevice(r *realSpoke, name string, i int) int {
	tunnel := &r.station.inv.Tunnels[i]
	err := netlink.LinkAdd(&netlink.Gretun{LinkAttrs: netlink.LinkAttrs{Name: name},
		Local: tunnel.Source.AsSlice(), Remote: tunnel.Destination.AsSlice()})
	if errors.Is(err, unix.EOPNOTSUPP) {
		r.t.Skip("this kernel has no ip_gre (modprobe ip_gre)")
	}
	r.do(err)
	return r.raise(name)
}

func vethDevice(r *realSpoke, name string, i int) int {
	r.do(netlink.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: name}, PeerName: name + "p"}))
	r.station.routes.tunnel = func(c *routes.Change) string {
		return map[string]string{"gre1": "rank1", "gre2": "rank2"}[c.Route.Device]
	}
	return r.raise(name)
}

func (r *realSpoke) raise(name string) int {
	r.t.Helper()
	link, err := netlink.LinkByName(name)
	r.do(err)
	r.t.Cleanup(func() { r.do(netlink.LinkDel(link)) })
	r.do(netlink.LinkSetUp(link))
	return link.Attrs().Index
}

// within is what the requirement allows from a change to its event, and to who reads it.
const within = time.Second

// blackHole waits for the next event of the route, and compares it. It must be of
// within a second after since, of the time in which this process runs.
func (r *realSpoke) blackHole(since time.Time, begins bool, device, detail string) {
	r.t.Helper()
	seen := r.await(func(e *fleet.Event) bool { return e.Route != nil })
	e := seen[len(seen)-1]
	if e.BlackHole != begins || e.Route.Device != device || !strings.Contains(e.Detail, detail) {
		r.t.Fatalf("%+v, route %+v\nwant a black hole: %v, by %s: %s", e, e.Route, begins, device, detail)
	}
	if e.Spoke != "seoul" || e.FromPath != e.ToPath || e.ToPath != r.report().Spokes[0].Path {
		r.t.Errorf("%+v", e)
	}
	after, read := r.clock.Between(since, e.Time), r.clock.Between(since, time.Now())
	if e.Time.Before(since) || after > within || read > within {
		r.t.Errorf("the event is %v, and was seen %v, after the change", after, read)
	}
	if got := r.report().Spokes[0]; got.BlackHole != begins || begins && !got.BlackHoleSince.Equal(e.Time) {
		r.t.Errorf("the report says %v since %v", got.BlackHole, got.BlackHoleSince)
	}
}

// lineChange returns when the line changed, by the events of move, which are to be
// looked at again.
func (r *realSpoke) lineChange(events []fleet.Event) time.Time {
	r.t.Helper()
	for _, e := range events {
		if e.Tunnel != "" {
			r.told = e.Number
			return e.Time
		}
	}
	r.t.Fatalf("no line changed: %+v", events)
	return time.Time{}
}

func blackHoleOfARealRoute(t *testing.T, device tunnelDevice) {
	r := newRealSpoke(t)
	one, two := device(r, "gre1", 0), device(r, "gre2", 1)
	r.run()
	_, watched, err := net.ParseCIDR("10.17.0.0/16")
	r.do(err)
	route := func(index, metric int) *netlink.Route {
		return &netlink.Route{Dst: watched, LinkIndex: index, Priority: metric, Scope: unix.RT_SCOPE_LINK}
	}
	r.do(netlink.RouteAdd(route(one, 100)))

	down := r.lineChange(r.move(0, false))
	r.blackHole(down, true, "gre1", "the route 10.17.0.0/16 points into gre1, which is rank1, down since "+
		down.UTC().Format("15:04:05")+" UTC: its traffic is lost (R2)")
	now := time.Now()
	r.do(netlink.RouteAdd(route(two, 50)))
	r.blackHole(now, false, "gre2", "points into gre2, which is rank2, and no longer into rank1, which is down")
	now = time.Now()
	r.do(netlink.RouteDel(route(two, 50)))
	r.blackHole(now, true, "gre1", "its traffic is lost (R2)")
	r.blackHole(r.lineChange(r.move(0, true)), false, "gre1", "rank1 and no longer down")
	r.blackHole(r.lineChange(r.move(0, false)), true, "gre1", "its traffic is lost (R2)")
	now = time.Now()
	link, err := netlink.LinkByIndex(one)
	r.do(err)
	r.do(netlink.LinkSetDown(link))
	r.blackHole(now, false, "gre1", "the route is withdrawn: nothing points into rank1, which is down, any more")
	r.move(0, true)
	if got := r.report().Spokes[0]; got.Route != nil || got.BlackHole {
		t.Errorf("in the end: %+v", got)
	}
}
