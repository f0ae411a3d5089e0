package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"greylag/probe/netlab"
	"greylag/probe/simnet"
)

const (
	soakSlow = 2000 // tunnels at 1 s
	soakFast = 100  // tunnels at 100 ms
	// soakRetries is so many that the chance of a line that goes down by loss of
	// 3 % is one in some hundred soaks: all that go down do so by the cuts.
	soakRetries = 7
	soakCut     = 15 * time.Second
)

var soakFarEnds = netip.MustParsePrefix("10.200.0.0/16")

// soakNet is the tests' namespace with the soak's far ends, and what the kernel
// counted of the keepalives on their way.
type soakNet struct {
	ends map[[4]byte]*soakEnd
}

// soakEnd is a far end that notes when keepalives arrive.
type soakEnd struct {
	*simnet.FarEnd
	interval time.Duration

	mu          sync.Mutex // guards the rest
	from, till  time.Time  // arrivals outside do not count
	first, last time.Time
}

// Handle implements netlab.Responder.
func (e *soakEnd) Handle(packet []byte, now time.Time, emit func(time.Duration, []byte)) {
	if packet[9] == 47 {
		e.note(now)
	}
	if answer := e.FarEnd.Handle(nil, packet, now); answer != nil {
		emit(0, answer)
	}
}

func (e *soakEnd) note(now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case now.Before(e.from) || !e.till.IsZero() && now.After(e.till):
	case e.first.IsZero():
		e.first = now
	default:
		e.last = now
	}
}

func newSoakNet(t *testing.T) *soakNet {
	t.Helper()
	n := &soakNet{ends: map[[4]byte]*soakEnd{}}
	soakDo(t, theLab.FarPrefix(soakFarEnds))
	t.Cleanup(func() { soakDo(t, theLab.Underlay().RemoveRoute(soakFarEnds)) })
	for i := range soakSlow + soakFast {
		end, err := simnet.NewFarEnd(soakAddress(i), simnet.Plain, simnet.Tunnel{Remote: theLab.Underlay().Near().Addr()})
		soakDo(t, err)
		n.ends[soakAddress(i).As4()] = &soakEnd{FarEnd: end, interval: soakInterval(i)}
	}
	server, err := theLab.Serve(t.Context(), func(to [4]byte) netlab.Responder {
		if end := n.ends[to]; end != nil {
			return end
		}
		return nil
	})
	soakDo(t, err)
	t.Cleanup(func() { soakDo(t, server.Close()) })
	for _, side := range soakSides {
		side.nft(t, soakTable)
		t.Cleanup(func() { side.nft(t, "delete table ip soak") })
	}
	return n
}

func soakDo(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func soakAddress(i int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, 200, byte(i / 250), byte(i%250 + 1)})
}

func soakInterval(i int) time.Duration {
	if i < soakSlow {
		return time.Second
	}
	return 100 * time.Millisecond
}

// inventory writes the fleet: two tunnels for each spoke, four hubs.
func (n *soakNet) inventory(t *testing.T) (file string) {
	t.Helper()
	var text bytes.Buffer
	fmt.Fprintf(&text, "[defaults]\nsource = %q\nretries = %d\n", theLab.Underlay().Near().Addr(), soakRetries)
	for h := range 4 {
		fmt.Fprintf(&text, "[[hub]]\nname = \"hub%d\"\n", h)
	}
	for i := range len(n.ends) {
		if i%2 == 0 {
			fmt.Fprintf(&text, "[[spoke]]\nname = \"spoke%d\"\n", i/2)
		}
		fmt.Fprintf(&text, "[[tunnel]]\nname = \"t%d\"\ndestination = %q\ninterval = %q\nhub = \"hub%d\"\nspoke = \"spoke%d\"\nrank = %d\n",
			i, soakAddress(i), soakInterval(i), i%4, i/2, i%2+1)
	}
	file = filepath.Join(t.TempDir(), "soak.toml")
	soakDo(t, os.WriteFile(file, text.Bytes(), 0o644))
	return file
}

// soakSides are where keepalives are counted and lost: as they arrive at the far
// end, and as their answers arrive here.
var soakSides = []soakSide{soakFar, soakNear}

type soakSide string

const (
	soakFar  soakSide = "far"
	soakNear soakSide = "near"
)

const soakTable = `table ip soak {
	counter arrived {}
	counter lost {}
	chain weather {}
	chain in { type filter hook input priority 0; ip protocol gre counter name arrived jump weather; }
}`

// nft changes or reads the firewall of one side.
func (s soakSide) nft(t *testing.T, args ...string) (out []byte) {
	t.Helper()
	run := func() (err error) {
		out, err = exec.Command("nft", args...).CombinedOutput()
		return err
	}
	err := run
	if s == soakFar {
		err = func() error { return theLab.InFar(run) }
	}
	if failed := err(); failed != nil {
		t.Fatalf("nft %q: %v: %s", args, failed, out)
	}
	return out
}

// lose loses that many of a thousand keepalives from now on.
func (s soakSide) lose(t *testing.T, ofThousand int) {
	t.Helper()
	rules := "flush chain ip soak weather\n"
	switch {
	case ofThousand >= 1000:
		rules += "add rule ip soak weather counter name lost drop"
	case ofThousand > 0:
		rules += fmt.Sprintf("add rule ip soak weather numgen random mod 1000 < %d counter name lost drop", ofThousand)
	}
	s.nft(t, rules)
}

// counted is what the kernel saw arrive so far, and what it lost of that.
func (s soakSide) counted(t *testing.T) (arrived, lost uint64) {
	t.Helper()
	var list struct {
		Nftables []struct {
			Counter struct {
				Name    string
				Packets uint64
			}
		}
	}
	soakDo(t, json.Unmarshal(s.nft(t, "-j", "list", "counters", "table", "ip", "soak"), &list))
	for _, entry := range list.Nftables {
		switch c := entry.Counter; c.Name {
		case "arrived":
			arrived = c.Packets
		case "lost":
			lost = c.Packets
		}
	}
	return arrived, lost
}

// suffer lets the network change until the soak is over: a cut before the first
// sixth is over, and one in the middle; loss every other thirtieth after the
// first sixth, on either side in turn.
func (n *soakNet) suffer(t *testing.T, start time.Time, length time.Duration) {
	t.Helper()
	type change struct {
		at   time.Duration
		side soakSide
		lost int
	}
	var plan []change
	for _, cut := range []time.Duration{length / 15, length / 2} {
		plan = append(plan, change{cut, soakFar, 1000}, change{cut + soakCut, soakFar, 0})
	}
	step := length / 30
	for k := 5; k < 28; k += 2 {
		if at := step * time.Duration(k); at < length/2-step || at > length/2+soakCut {
			side := soakSides[k/2%2]
			plan = append(plan, change{at, side, 10 + k}, change{at + step, side, 0})
		}
	}
	slices.SortStableFunc(plan, func(a, b change) int { return int(a.at - b.at) })
	n.watchFrom(start.Add(length / 6))
	for _, c := range plan {
		time.Sleep(time.Until(start.Add(c.at)))
		c.side.lose(t, c.lost)
	}
	time.Sleep(time.Until(start.Add(length)))
}

// watchFrom has arrivals count from then on.
func (n *soakNet) watchFrom(from time.Time) {
	for _, e := range n.ends {
		e.mu.Lock()
		e.from = from
		e.mu.Unlock()
	}
}

// mark ends that.
func (n *soakNet) mark(start time.Time, length time.Duration) {
	for _, e := range n.ends {
		e.mu.Lock()
		e.till = start.Add(length)
		e.mu.Unlock()
	}
}

// checkDrift: after as many intervals as fit, keepalives arrive at the same
// place of their interval. That of a single one is as late as this machine was
// busy; the median is not.
func (n *soakNet) checkDrift(t *testing.T, b *soakBook) {
	t.Helper()
	drifts := map[time.Duration][]time.Duration{}
	for _, e := range n.ends {
		span := e.last.Sub(e.first)
		drift := span - span.Round(e.interval)
		drifts[e.interval] = append(drifts[e.interval], drift)
	}
	for interval, list := range drifts {
		slices.Sort(list)
		median, least, most := list[len(list)/2], list[0], list[len(list)-1]
		t.Logf("drift of those at %v: median %v, from %v to %v", interval, median, least, most)
		if median.Abs() > 2*time.Millisecond {
			t.Errorf("those at %v have drifted by %v; want under 2 ms", interval, median)
		}
		if limit := 40 * time.Millisecond; b.late == 0 && (-least > limit || most > limit) {
			t.Errorf("one at %v has drifted by %v or %v; none was sent late", interval, least, most)
		}
	}
}
