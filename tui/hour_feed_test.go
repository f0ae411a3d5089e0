package tui

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync/atomic"
	"time"

	"greylag/fleet"
	"greylag/probe"
	"greylag/probe/session"
)

// The feed of the hour: tunnels at 1 s, sends spread evenly, as the engine does it.
const (
	hourTunnels = 10_000
	hourTick    = 10 * time.Millisecond
	hourTicks   = int(time.Second / hourTick) // in an interval
	hourRetries = 3
)

// feed is what an engine would tell of a fleet in which something is always lost,
// tunnels fail now and then, and half of them at once in a storm.
type feed struct {
	store *fleet.Store
	rand  *rand.Rand
	lines []fedLine
	wheel [hourTicks][]probe.Event // the answers that are due, by tick
	batch []probe.Event

	sent, received atomic.Uint64
}

// fedLine is one tunnel of a feed.
type fedLine struct {
	seq, counter uint32
	state        session.State
	cutUntil     time.Time // nothing comes back before
	stormed      bool      // nothing comes back while there is a storm
	base         time.Duration
}

// newFeed is the feed of n tunnels, two for each spoke, from now on. It is the same
// each time.
func newFeed(n int, now time.Time) *feed {
	f := &feed{rand: rand.New(rand.NewPCG(1, 2)), lines: make([]fedLine, n)}
	inv := &fleet.Inventory{}
	for i := range n {
		spoke := fmt.Sprintf("site-%04d", i/2)
		if i%2 == 0 {
			inv.Spokes = append(inv.Spokes, fleet.Spoke{Name: spoke})
		}
		hub := hubs[i%len(hubs)]
		inv.Tunnels = append(inv.Tunnels, fleet.Tunnel{
			Name: hub + "-" + spoke, Hub: hub, Spoke: spoke, Rank: i%2 + 1, Enabled: true,
			Source: netip.MustParseAddr("192.0.2.10"), Destination: netip.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)}),
			Probe: fleet.Keepalive, Interval: time.Second, Retries: hourRetries, UpAfter: 1,
			DegradedLoss: 0.05, DegradedRTT: 250 * time.Millisecond,
		})
		f.lines[i] = fedLine{state: session.Pending, base: time.Duration(200+f.rand.IntN(150_000)) * time.Microsecond}
	}
	f.store = fleet.NewStore(inv, now)
	f.store.SetEngine(func() fleet.EngineReport {
		return fleet.EngineReport{Sent: f.sent.Load(), Received: f.received.Load()}
	})
	return f
}

// run feeds the store for that long. The plan says when there is a storm.
func (f *feed) run(length time.Duration, plan func(at time.Duration) phase) {
	begin := time.Now()
	for i := range int(length / hourTick) {
		time.Sleep(time.Until(begin.Add(time.Duration(i) * hourTick)))
		f.tick(i, time.Now(), plan(time.Since(begin)) == cutting)
	}
}

// tick is what happens in 10 ms: answers that are due, and the sends of a
// hundredth of the fleet.
func (f *feed) tick(i int, now time.Time, storm bool) {
	slot := &f.wheel[i%hourTicks]
	f.batch = f.batch[:0]
	for _, answer := range *slot {
		f.answer(answer, now)
	}
	*slot = (*slot)[:0]
	for n := i % hourTicks; n < len(f.lines); n += hourTicks {
		f.send(n, i, now, storm)
	}
	f.store.Record(f.batch)
}

// send is a keepalive of a tunnel: R9, R10. One of 500 is lost, and every 30 s a tunnel
// fails, for a minute at most.
func (f *feed) send(n, tick int, now time.Time, storm bool) {
	l := &f.lines[n]
	if l.counter >= hourRetries && l.state == session.Up {
		f.line(n, now, session.Down)
	}
	l.seq++
	l.counter++
	f.sent.Add(1)
	f.fact(n, probe.Event{Kind: probe.Sent, At: now, Seq: l.seq})
	if f.rand.IntN(300_000) == 0 {
		l.cutUntil = now.Add(time.Duration(5+f.rand.IntN(60)) * time.Second)
	}
	if storm && n%2 == 0 || now.Before(l.cutUntil) || f.rand.IntN(500) == 0 {
		return
	}
	rtt := l.base + time.Duration(f.rand.IntN(int(l.base)/4+1))
	due := tick + 1 + int(rtt/hourTick)
	f.wheel[due%hourTicks] = append(f.wheel[due%hourTicks],
		probe.Event{Kind: probe.Answered, Tunnel: int32(n), Seq: l.seq, RTT: rtt, TTL: 254})
}

// answer is one: R11.
func (f *feed) answer(e probe.Event, now time.Time) {
	n := int(e.Tunnel)
	e.At = now
	f.lines[n].counter = 0
	f.received.Add(1)
	f.fact(n, e)
	if f.lines[n].state != session.Up {
		f.line(n, now, session.Up)
	}
}

func (f *feed) line(n int, now time.Time, to session.State) {
	f.fact(n, probe.Event{Kind: probe.Line, At: now, From: f.lines[n].state, To: to, Seq: f.lines[n].seq})
	f.lines[n].state = to
}

func (f *feed) fact(n int, e probe.Event) {
	e.Tunnel, e.Counter = int32(n), f.lines[n].counter
	f.batch = append(f.batch, e)
}
