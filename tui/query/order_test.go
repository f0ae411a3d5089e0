package query

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"greylag/fleet"
)

// fleetOf is an inventory of tunnels and a row for each, up for an hour.
func fleetOf(names ...string) ([]fleet.Tunnel, []Row) {
	tunnels, rows := make([]fleet.Tunnel, len(names)), make([]Row, len(names))
	for i, name := range names {
		tunnels[i] = fleet.Tunnel{Name: name, Rank: 1, Source: addr("192.0.2.10"),
			Destination: netip.AddrFrom4([4]byte{198, 51, byte(i >> 8), byte(i)})}
		rows[i].Tunnel = &fleet.TunnelReport{Tunnel: &tunnels[i], Time: now, State: fleet.Up, Since: now.Add(-time.Hour)}
	}
	return tunnels, rows
}

// names are those of the rows selected, in order.
func names(x *Index, rows []Row, filter string, o Order) []string {
	q, _ := Parse(filter)
	var list []string
	for _, i := range x.Select(rows, &q, o, nil) {
		list = append(list, rows[i].Tunnel.Tunnel.Name)
	}
	return list
}

// TestProblemsFirst: worst state, muted last in it, latest change.
func TestProblemsFirst(t *testing.T) {
	tunnels, rows := fleetOf("off", "up-old", "up-new", "pending", "degraded", "down-muted", "down-old", "down-new", "down-new-too", "up-muted")
	set := func(i int, s fleet.State, age time.Duration) {
		rows[i].Tunnel.State, rows[i].Tunnel.Since = s, now.Add(-age)
	}
	set(0, fleet.Disabled, 0)
	set(1, fleet.Up, time.Hour)
	set(2, fleet.Up, time.Minute)
	set(3, fleet.Pending, time.Second)
	set(4, fleet.Degraded, 100*24*time.Hour)
	set(5, fleet.Down, time.Second)
	set(6, fleet.Down, time.Hour)
	set(7, fleet.Down, time.Minute)
	set(8, fleet.Down, time.Minute)
	set(9, fleet.Up, time.Second)
	rows[5].Muted, rows[9].Muted = true, true
	x := NewIndex(tunnels)
	want := []string{"down-new", "down-new-too", "down-old", "down-muted", "degraded", "pending", "up-new", "up-old", "up-muted", "off"}
	if diff := gocmp.Diff(want, names(x, rows, "", Order{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// Reversed, but for what is equal.
	want = []string{"off", "up-muted", "up-old", "up-new", "pending", "degraded", "down-muted", "down-old", "down-new", "down-new-too"}
	if diff := gocmp.Diff(want, names(x, rows, "", Order{Reverse: true})); diff != "" {
		t.Errorf("reversed (-want +got):\n%s", diff)
	}
	if got := names(x, rows, "down -muted:yes", Order{}); len(got) != 3 {
		t.Errorf("filtered: %q", got)
	}
}

// TestOrders: each order, there and back; what is not known is last both times.
func TestOrders(t *testing.T) {
	tunnels, rows := fleetOf("t10", "T2", "t1", "t2")
	for i, hub := range []string{"fra2", "", "fra10", "fra1"} {
		tunnels[i].Hub, tunnels[i].Spoke = hub, hub
	}
	for i, r := range []*fleet.TunnelReport{rows[0].Tunnel, rows[1].Tunnel, rows[2].Tunnel, rows[3].Tunnel} {
		n := []int{2, 0, 3, 1}[i] // T2 is not known, t2 least, t1 most
		tunnels[i].Rank = []int{2, 9, 3, 1}[i]
		tunnels[i].Source = []netip.Addr{addr("192.0.2.9"), {}, addr("192.0.2.10"), addr("10.0.0.1")}[i]
		tunnels[i].Destination = tunnels[i].Source
		r.Availability = []float64{0.5, -1, 0.9, 0}[i]
		r.Since = []time.Time{now.Add(-time.Minute), {}, now.Add(-time.Hour), now}[i]
		r.State = []fleet.State{fleet.Degraded, fleet.Disabled, fleet.Up, fleet.Down}[i]
		r.Reason = []fleet.Reason{fleet.ReasonUnreachable, "", fleet.ReasonSilent, fleet.ReasonLocal}[i]
		rows[i].Path = []fleet.Path{fleet.PathBackup, "", fleet.PathPrimary, fleet.PathNone}[i]
		r.Counter, r.Flaps = uint32(n), uint64(n)
		if n > 0 {
			d := time.Duration(n) * time.Millisecond
			r.Received, r.Loss = 1, float64(n)/100
			r.RTT = fleet.RTT{Samples: 1, Last: d, P99: d, Jitter: d}
		}
	}
	x := NewIndex(tunnels)
	up, down := "t2 t10 t1 T2", "t1 t10 t2 T2"
	want := map[string][2]string{ // forward, reversed
		"problems": {up, "T2 t1 t10 t2"}, "state": {up, "T2 t1 t10 t2"}, // disabled is known
		"name": {"t1 T2 t2 t10", "t10 t2 T2 t1"},
		"hub":  {"t2 t10 t1 T2", down}, "spoke": {"t2 t10 t1 T2", down},
		"rank": {up, "T2 t1 t10 t2"}, "path": {up, down}, "reason": {up, down}, "availability": {up, down}, "since": {up, down},
		"source": {"t2 t10 t1 T2", down}, "destination": {"t2 t10 t1 T2", down},
		"loss": {down, up}, "rtt": {down, up}, "p99": {down, up}, "jitter": {down, up},
		"counter": {"t1 t10 t2 T2", "T2 t2 t10 t1"}, "flaps": {"t1 t10 t2 T2", "T2 t2 t10 t1"}, // 0 is known
	}
	for _, by := range Orders() {
		for i, s := range []string{by, "-" + by} {
			o, err := ParseOrder(s)
			if err != nil || o.String() != s {
				t.Errorf("%q: %v, %v", s, o, err)
			}
			if got := strings.Join(names(x, rows, "", o), " "); got != want[by][i] {
				t.Errorf("by %s: %s, want %s", s, got, want[by][i])
			}
		}
	}
}

func TestParseOrder(t *testing.T) {
	if o, err := ParseOrder(" "); err != nil || o != (Order{}) || o.String() != "problems" {
		t.Errorf("%v, %v", o, err)
	}
	if o, err := ParseOrder("-LOSS"); err != nil || o != (Order{"loss", true}) {
		t.Errorf("%v, %v", o, err)
	}
	_, err := ParseOrder("-los")
	if e := new(Error); !errors.As(err, &e) || e.Error() != "1: no order los (did you mean loss?)" {
		t.Errorf("%v", err)
	}
	tunnels, rows := fleetOf("b", "a")
	if got := names(NewIndex(tunnels), rows, "", Order{By: "nonsense"}); !slices.Equal(got, []string{"b", "a"}) {
		t.Errorf("an order that does not exist: %q", got)
	}
}

// TestSelectKeeps: Select appends, and takes fewer or more rows than it knows.
func TestSelectKeeps(t *testing.T) {
	tunnels, rows := fleetOf("a", "b", "c")
	x := NewIndex(tunnels[:2])
	q := mustParse(t, "-b")
	if got := x.Select(rows, q, Order{}, []int32{9}); !slices.Equal(got, []int32{9, 0}) {
		t.Errorf("%v", got)
	}
	if got := x.Select(rows[:1], q, Order{}, nil); !slices.Equal(got, []int32{0}) {
		t.Errorf("%v", got)
	}
	if x.Text(1) != SearchText(&tunnels[1]) {
		t.Errorf("%q", x.Text(1))
	}
}

// TestSortKeyed: as the standard library sorts, and stable.
func TestSortKeyed(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 3, 255, 1000} {
		for _, limit := range []uint64{1, 2, 1 << 20, 1 << 63} {
			list := make([]keyed, n)
			for i := range list {
				list[i] = keyed{random.Uint64N(limit), int32(i)}
				if i%5 == 0 {
					list[i].key = unknown
				}
			}
			want := slices.Clone(list)
			slices.SortStableFunc(want, func(a, b keyed) int { return cmp.Compare(a.key, b.key) })
			if got, _ := sortKeyed(list, make([]keyed, n)); !slices.Equal(got, want) {
				t.Errorf("%d keys below %d are not sorted", n, limit)
			}
		}
	}
}

func TestCompareNatural(t *testing.T) {
	sorted := []string{"", "1", "01", "2", "10", "a", "A1", "a1b", "a2", "a10", "a10b", "B", "b", "서울2", "서울10"}
	for i, a := range sorted {
		for j, b := range sorted {
			got := compareNatural(a, b)
			switch {
			case i == j && got != 0, got != -compareNatural(b, a):
				t.Errorf("%q and %q: %d", a, b, got)
			case i < j && got >= 0 && !(a == "1" && b == "01"):
				t.Errorf("%q is not before %q", a, b)
			}
		}
	}
}

// BenchmarkKey is a key press with 100,000 tunnels: parsing, filtering, sorting.
func BenchmarkKey(b *testing.B) {
	tunnels, rows := bigFleet(100_000)
	x := NewIndex(tunnels)
	into := make([]int32, 0, len(rows))
	for _, c := range []struct{ filter, order string }{
		{"", "problems"}, {"", "name"}, {"", "rtt"}, {"s", "problems"}, {"frseo", "problems"}, {"198.51", "problems"},
		{"state:down,degraded hub:fra* rtt>100ms loss>1% tag:apac", "problems"}, {"name:*17* -muted:yes source:192.0.2.*", "-since"},
	} {
		b.Run(fmt.Sprintf("%s by %s", c.filter, c.order), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				q, _ := Parse(c.filter)
				o, _ := ParseOrder(c.order)
				into = x.Select(rows, &q, o, into[:0])
			}
			b.ReportMetric(float64(len(into)), "rows")
		})
	}
}

func BenchmarkNewIndex(b *testing.B) {
	tunnels, _ := bigFleet(100_000)
	b.ReportAllocs()
	for b.Loop() {
		NewIndex(tunnels)
	}
}

// bigFleet has n tunnels in every state, in no order.
func bigFleet(n int) ([]fleet.Tunnel, []Row) {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("%s-%s-%d", []string{"fra1", "ams2", "sin1"}[i%3], []string{"seoul", "busan", "lagos", "quito"}[i%4], i*7919%n)
	}
	tunnels, rows := fleetOf(list...)
	states := []fleet.State{fleet.Up, fleet.Up, fleet.Down, fleet.Degraded, fleet.Up}
	for i := range rows {
		tunnels[i].Hub, tunnels[i].Spoke, _ = strings.Cut(list[i], "-")
		tunnels[i].Tags = []string{"apac", "lte"}
		r := rows[i].Tunnel
		r.State, r.Since = states[i%5], now.Add(-time.Duration(i*104729%n)*time.Second)
		r.Received, r.Loss = 100, float64(i%100)/100
		r.RTT = fleet.RTT{Samples: 100, Last: time.Duration(i*31%500) * time.Millisecond}
	}
	return tunnels, rows
}
