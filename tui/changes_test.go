package tui

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/probe"
	"greylag/tui/query"
)

// arrangement is what a board says of the whole fleet: its counts, which rows are
// shown in which order, and each tunnel's sign.
func arrangement(b *board) string {
	sum := b.report.Summary
	text := fmt.Sprint(sum.Tunnels, sum.Spokes, sum.Unprotected, sum.Engine, " ", b.shown)
	for i := range b.rows {
		text += fmt.Sprint(" ", b.glance(i), b.rows[i].Path, b.rows[i].Tunnel.Reason)
	}
	return text
}

// happen lets something happen to a scene.
func happen(s *scene, random *rand.Rand) {
	for range random.IntN(4) {
		l := &s.lines[random.IntN(len(s.lines))]
		switch random.IntN(4) {
		case 0:
			l.cut = true
		case 1:
			l.cut = false
		case 2:
			l.rtt = time.Duration(random.IntN(400)) * time.Millisecond
		case 3:
			l.lossEvery = uint32(random.IntN(5))
		}
	}
	s.run(1 + random.IntN(3))
	for i := range s.lines { // why: found out later than that they are down
		if s.lines[i].state.String() == "down" && random.IntN(4) == 0 {
			s.Record([]probe.Event{{Kind: probe.Asked, Tunnel: int32(i), At: s.now}, {Kind: probe.Replied, Tunnel: int32(i), At: s.now}})
		}
	}
}

// TestBoardFollowsChanges: who took in change after change sees what somebody sees who
// has just come, with every order and filter.
func TestBoardFollowsChanges(t *testing.T) {
	if raceEnabled {
		t.Skip("long, and for one goroutine: -race has nothing to find")
	}
	filters := []string{"", "state:down", "path:backup", "black", "reason:black-hole", "rtt>100ms", "since<10s", "loss>10% hub:fra1", "flaps>1"}
	random := rand.New(rand.NewPCG(5, 5))
	s := night(60)
	m := openScene(s, 200, 50)
	orders := query.Orders()
	for step := range 400 {
		filter, order := filters[random.IntN(len(filters))], query.Order{By: orders[random.IntN(len(orders))], Reverse: step%2 == 0}
		m.setOrder(order)
		m.setFilter(filter)
		for range 3 {
			happen(s, random)
			m.lastKey = time.Time{}
			look(m)
			if m.board.measures() || m.board.explains() {
				continue // a sign's reason is known only where it matters
			}
		}
		m.show(step % len(m.views))
		fresh := openScene(s, 200, 50)
		fresh.setOrder(order)
		fresh.setFilter(filter)
		if !m.board.explains() && !m.board.measures() {
			m.board.readReasons()
		}
		if got, want := arrangement(&m.board), arrangement(&fresh.board); got != want {
			t.Fatalf("step %d, filter %q, order %s:\n%s, want\n%s", step, filter, order, got, want)
		}
	}
}

// TestRowsAreReadWhenShown: what is measured is read of the rows on the screen only,
// and is then as of the look.
func TestRowsAreReadWhenShown(t *testing.T) {
	s := calm(500)
	counted := &countedReads{scene: s, tunnels: map[int]int{}}
	m := open(counted, s, 120, 40)
	s.run(10)
	look(m)
	screenOf(m)
	if got := len(counted.tunnels); got != pageLines {
		t.Errorf("%d tunnels were read, want the %d on the screen", got, pageLines)
	}
	for _, key := range []string{"pgdown", "G", "g"} {
		press(m, key)
		screenOf(m)
	}
	if most := slices.Max(slices.Collect(maps.Values(counted.tunnels))); most != 1 {
		t.Errorf("a tunnel was read %d times for one look", most)
	}
	m.visible(func(position int) {
		if got, want := m.board.rows[position].Tunnel.Sent, uint64(40); got != want {
			t.Errorf("%s: %d sent, want %d", m.board.rows[position].Tunnel.Tunnel.Name, got, want)
		}
	})
	clear(counted.tunnels)
	press(m, "space")
	s.run(10)
	look(m)
	press(m, "pgdown")
	screenOf(m)
	if len(counted.tunnels) != 0 {
		t.Errorf("%d tunnels were read while the screen stands still", len(counted.tunnels))
	}
	m.visible(func(position int) {
		if got := m.board.rows[position].Tunnel.Sent; got != 40 {
			t.Errorf("%d sent on a screen that was frozen at 40", got)
		}
	})
}

// countedReads counts which rows are read.
type countedReads struct {
	*scene
	tunnels map[int]int
}

func (c *countedReads) Tunnel(position int, now time.Time, into *fleet.TunnelReport) bool {
	c.tunnels[position]++
	return c.scene.Tunnel(position, now, into)
}

// TestMarkKnowsEveryTunnel: counts begin at the mark also for tunnels that were not on
// the screen then.
func TestMarkKnowsEveryTunnel(t *testing.T) {
	s := calm(500)
	m := openScene(s, 120, 40)
	s.run(60)
	look(m)
	press(m, "z")
	s.run(5)
	look(m)
	press(m, "G")
	screenOf(m)
	m.visible(func(position int) {
		if got := m.board.counts(position).sent; m.board.rows[position].Tunnel.State == fleet.Up && got != 5 {
			t.Errorf("%d sent since the mark, want 5", got)
		}
	})
}

// TestWholeLooksAreRationed: where an order needs what is measured of a large fleet,
// reading it takes no more than its share.
func TestWholeLooksAreRationed(t *testing.T) {
	a := toll{tunnels: smallFleet + 1, cost: 10 * time.Millisecond, end: time.Now()}
	if a.mayPass() {
		t.Error("a look at the whole fleet that nobody needs")
	}
	a.wanted.Store(true)
	if a.mayPass() {
		t.Error("one right after another")
	}
	a.end = a.end.Add(-wholeShare * a.cost)
	if !a.mayPass() {
		t.Error("none after its time")
	}
	a.end, a.tunnels = time.Now(), smallFleet
	if !a.mayPass() {
		t.Error("a small fleet is waited for")
	}
}
