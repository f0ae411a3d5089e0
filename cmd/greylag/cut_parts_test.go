package main

import (
	"bytes"
	"context"
	"io"
	"sync"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
	"greylag/probe/rawsock"
)

// timetable is the real network, and notes when each tunnel's keepalives leave.
type timetable struct {
	sharedNetwork
	mu    sync.Mutex
	sends [cutTunnels]departures
}

// departures are a tunnel's: when its second one left (the first is early), and how
// early one was at most since, against the second's beat.
type departures struct {
	n      int
	second time.Time
	early  time.Duration
}

func (n *timetable) engineConn(o rawsock.Options) (engineConn, error) {
	c, err := n.rawNetwork.engineConn(o)
	return &notingConn{engineConn: c, table: n}, err
}

type notingConn struct {
	engineConn
	table  *timetable
	queued [][4]byte
}

// Queue implements probe.Conn.
func (c *notingConn) Queue(egress int, destination [4]byte, payload []byte) {
	if payload[0] != 8 { // a diagnostic echo
		c.queued = append(c.queued, destination)
	}
	c.engineConn.Queue(egress, destination, payload)
}

// Flush implements probe.Conn.
func (c *notingConn) Flush(failed func(place int, err error)) {
	c.table.note(c.queued, time.Now())
	c.queued = c.queued[:0]
	c.engineConn.Flush(failed)
}

func (n *timetable) note(destinations [][4]byte, now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, to := range destinations {
		d := &n.sends[cutNumber(to)]
		if d.n++; d.n == 2 {
			d.second = now
		}
		if d.n > 2 {
			off := now.Sub(d.second) % cutInterval
			if off > cutInterval/2 {
				off -= cutInterval
			}
			d.early = min(d.early, off)
		}
	}
}

// schedule is when tunnel i's second keepalive was due, by the earliest of all.
func (n *timetable) schedule(i int) time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.sends[i].second.Add(n.sends[i].early)
}

// severable is all far ends: they forward what is inside (R4), but for when the
// line is cut.
type severable struct {
	mu     sync.Mutex
	cut    bool
	losses [cutTunnels]time.Time // when the first keepalive of each was lost
}

func (f *severable) set(cut bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cut = cut; cut {
		f.losses = [cutTunnels]time.Time{}
	}
}

// first is when the first keepalive of tunnel i was lost.
func (f *severable) first(i int) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.losses[i]
}

// Handle implements netlab.Responder. The kernel writes the inner header's checksum.
func (f *severable) Handle(packet []byte, now time.Time, emit func(time.Duration, []byte)) {
	if packet[9] != 47 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cut {
		if at := &f.losses[cutNumber([4]byte(packet[16:]))]; at.IsZero() {
			*at = now
		}
		return
	}
	inner := bytes.Clone(packet[24:])
	inner[8]--
	emit(0, inner)
}

// listener is a reader of changes of tunnels, and when it had each.
type listener struct {
	news chan struct{} // holds one where there is more

	mu     sync.Mutex
	times  map[heard]time.Time
	counts map[fleet.State]int
	delays []time.Duration // only once nothing more comes
}

// heard is a change of a tunnel.
type heard struct {
	tunnel string
	to     fleet.State
}

func newListener() *listener {
	l := &listener{news: make(chan struct{}, 1)}
	l.forget()
	return l
}

// forget begins anew.
func (l *listener) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.times, l.counts, l.delays = map[heard]time.Time{}, map[fleet.State]int{}, nil
}

func (l *listener) take(e *fleet.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.delays = append(l.delays, time.Since(e.Time))
	l.times[heard{e.Tunnel, e.To}] = e.Time
	l.counts[e.To]++
	select {
	case l.news <- struct{}{}:
	default:
	}
}

// await waits until there were n changes to a state.
func (l *listener) await(t *testing.T, what string, to fleet.State, n int) {
	t.Helper()
	deadline := time.After(soon)
	for l.count(to) < n {
		select {
		case <-l.news:
		case <-deadline:
			t.Fatalf("%d of %d are %s", l.count(to), n, what)
		}
	}
}

// count is how many changes to a state there were.
func (l *listener) count(to fleet.State) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts[to]
}

// at is when a tunnel changed to a state.
func (l *listener) at(tunnel string, to fleet.State) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.times[heard{tunnel, to}]
}

// follow reads a store until ctx ends.
func (l *listener) follow(ctx context.Context, store *fleet.Store, changed <-chan struct{}) {
	var told uint64
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
		events, _ := store.EventsSince(told)
		for i := range events {
			told = events[i].Number
			l.take(&events[i])
		}
	}
}

// read reads a stream to its end.
func (l *listener) read(t *testing.T, r io.Reader) {
	d := stream.NewDecoder(r)
	for {
		record, err := d.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Errorf("the stream: %v", err)
			_, _ = io.Copy(io.Discard, r)
			return
		}
		if record.Event != nil {
			l.take(record.Event)
		}
	}
}
