package fleet

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/session"
)

// seconds makes a window.
func seconds(from, to float64) window { return window{at(from).Sub(epoch), at(to).Sub(epoch)} }

func TestNear(t *testing.T) {
	for _, tt := range []struct {
		a, b window
		want bool
	}{
		{seconds(90, 100), seconds(95, 105), true},
		{seconds(90, 100), seconds(92, 94), true},
		{seconds(90, 100), seconds(102, 112), true}, // the slack is 2 s
		{seconds(90, 100), seconds(102.1, 112), false},
		{seconds(90, 100).narrow(seconds(102, 112)), seconds(101, 101), true},
		{seconds(90, 100).narrow(seconds(102, 112)), seconds(80, 99), false}, // not near the second
		{seconds(90, 100).narrow(seconds(102, 112)), seconds(103, 120), false},
	} {
		if got := tt.a.near(tt.b); got != tt.want || tt.b.near(tt.a) != tt.want {
			t.Errorf("%v near %v: %v", tt.a, tt.b, got)
		}
	}
}

// 10 s and 3 retries: answered at 92, not at 102, 112 and 122, down at 132.
func TestFailureLiesBeforeTheFirstMiss(t *testing.T) {
	inv := oneTunnel(func(t *Tunnel) { t.Interval, t.Retries = 10*time.Second, 3 })
	for _, tt := range []struct {
		name  string
		facts []probe.Event
		want  window
	}{
		{"answered before", []probe.Event{
			{Kind: probe.Line, From: session.Pending, To: session.Up, At: at(82)},
			{Kind: probe.Sent, Seq: 1, Counter: 1, At: at(92)}, {Kind: probe.Answered, Seq: 1, At: at(92.1)},
			{Kind: probe.Line, From: session.Up, To: session.Down, Counter: 3, At: at(132)},
		}, seconds(92.1, 102)},
		{"never answered", []probe.Event{
			{Kind: probe.Line, From: session.Pending, To: session.Down, Counter: 3, At: at(34)},
		}, seconds(0, 4)},
		{"up, and no answer on record", []probe.Event{
			{Kind: probe.Line, From: session.Pending, To: session.Up, At: at(50)},
			{Kind: probe.Line, From: session.Up, To: session.Down, At: at(70)},
		}, seconds(50, 70)},
		{"a counter that cannot be", []probe.Event{
			{Kind: probe.Line, From: session.Pending, To: session.Up, At: at(50)},
			{Kind: probe.Line, From: session.Up, To: session.Down, Counter: 1 << 31, At: at(70)},
		}, seconds(50, 50)},
	} {
		s := NewStore(inv, epoch)
		s.Record(tt.facts)
		if got := s.incidents.falls[0].window; got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Without a miss, or before it is late, nothing is overdue.
func TestOverdue(t *testing.T) {
	for _, tt := range []struct {
		interval time.Duration
		counter  uint32
		silent   time.Duration
		want     bool
	}{
		{10 * time.Second, 1, 12 * time.Second, false},
		{10 * time.Second, 1, 12*time.Second + 1, true},
		{10 * time.Second, 0, time.Hour, false},
		{100 * ms, 1, 150 * ms, false},
		{100 * ms, 1, 151 * ms, true},
	} {
		r := row{tunnel: &Tunnel{Interval: tt.interval}, counter: tt.counter}
		if got := overdue(&r, time.Minute, time.Minute+tt.silent); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}

func TestHighestPeak(t *testing.T) {
	within := seconds(90, 100)
	for _, tt := range []struct {
		name string
		add  func(*peaks)
		want window // in which the peak must lie; windows are a second longer on both sides
	}{
		{"one", func(p *peaks) { p.add(within, within, 1) }, seconds(89, 101)},
		{"overlap", func(p *peaks) {
			p.add(within, within, 1)
			p.add(seconds(97, 107), within, 1)
			p.add(seconds(99, 109), within, 1)
		}, seconds(98, 101)},
		{"most win", func(p *peaks) {
			p.add(within, within, 1)
			p.add(seconds(80, 90), within, 1)
			p.add(seconds(96, 97), within, 1)
			p.add(seconds(96, 97), within, 1)
		}, seconds(95, 98)},
		{"weight wins", func(p *peaks) {
			p.add(seconds(80, 90), within, 3)
			p.add(seconds(96, 97), within, 1)
			p.add(seconds(96, 97), within, 1)
		}, seconds(89, 91)},
	} {
		var p peaks
		tt.add(&p)
		got := p.highest(within)
		if step := stepOf(within); got < tt.want.from-step || got > tt.want.to+step {
			t.Errorf("%s: %v, want within %v", tt.name, got, tt.want)
		}
	}
}

// Of ten that are known, so many failed, survived, or had failed before.
func TestFit(t *testing.T) {
	for _, tt := range []struct {
		fit
		explains bool
		cost     int
	}{
		{fit{500, 0, 0}, true, 2},
		{fit{500, 1, 0}, true, 6},
		{fit{3, 0, 0}, true, 2},
		{fit{2, 0, 0}, false, 2},
		{fit{3, 3, 0}, true, 5},
		{fit{3, 4, 0}, false, 5},
		{fit{10, 40, 0}, true, 12},
		{fit{9, 36, 0}, false, 11},
		{fit{40, 60, 0}, true, 42},
		{fit{40, 161, 0}, false, 42},
		{fit{3, 0, 12}, true, 5},
		{fit{3, 0, 13}, false, 5},
		{fit{50, 0, 9}, true, 11},
		{fit{50, 1, 9}, true, 15},
	} {
		if got := tt.fit.explains(); got != tt.explains || tt.fit.cost() != tt.cost {
			t.Errorf("%+v: %v, %d; want %v, %d", tt.fit, got, tt.fit.cost(), tt.explains, tt.cost)
		}
	}
}

// What tunnels have in common, that of the fewest first; what fewer than three
// share and what says no more than "all" is left out.
func TestCommons(t *testing.T) {
	inv := &Inventory{}
	for i := range 6 {
		inv.Tunnels = append(inv.Tunnels, Tunnel{
			Name: fmt.Sprint(i), Enabled: true, Hub: "fra1", Spoke: fmt.Sprintf("s%d", i/3), Device: []string{"", "eth0"}[i%2],
			Tags: [][]string{{"gold", "gold"}, {"gold", "lte"}, {"gold", "lte"}, {"gold"}, nil, nil}[i], Source: netip.MustParseAddr("192.0.2.10"),
		})
	}
	s := NewStore(inv, epoch)
	c := &s.incidents.commons
	want := []string{
		"spoke s0 3, tag gold 4, hub fra1 6, all  6",
		"spoke s0 3, device eth0 3, tag gold 4, hub fra1 6, all  6",
		"spoke s0 3, tag gold 4, hub fra1 6, all  6",
		"spoke s1 3, device eth0 3, tag gold 4, hub fra1 6, all  6",
		"spoke s1 3, hub fra1 6, all  6",
		"spoke s1 3, device eth0 3, hub fra1 6, all  6",
	}
	for tunnel := range int32(6) {
		got := ""
		for i, place := range c.of(tunnel) {
			v := &c.list[place]
			got += fmt.Sprintf("%s%s %s %d", []string{"", ", "}[min(i, 1)], kinds[v.kind], v.value, len(v.tunnels))
			if !slices.Contains(v.tunnels, tunnel) || !c.has(tunnel, v) {
				t.Errorf("tunnel %d is not among those of %s", tunnel, v.value)
			}
		}
		if got != want[tunnel] {
			t.Errorf("tunnel %d: %s\nwant %s", tunnel, got, want[tunnel])
		}
	}
	if kinds[kindAll] != FactorAll {
		t.Errorf("kindAll is %s", kinds[kindAll])
	}
	if small := NewStore(manyTunnels(2), epoch); len(small.incidents.commons.list) != 0 {
		t.Errorf("of two tunnels: %+v", small.incidents.commons.list)
	}
}

func TestStrideVisitsAll(t *testing.T) {
	for n := 1; n <= 300; n++ {
		step, place, visited := strideOf(n), 0, map[int]bool{}
		for range n {
			visited[place] = true
			place = (place + step) % n
		}
		if len(visited) != n {
			t.Errorf("%d places by steps of %d: %d visited", n, step, len(visited))
		}
	}
}
