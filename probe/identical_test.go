package probe_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"greylag/probe"
	"greylag/probe/simnet"
)

// step is an event of the state machine, as far as time and chance allow to
// compare runs.
type step struct {
	after    time.Duration
	tunnel   int32
	kind     probe.EventKind
	seq      uint32
	counter  uint32
	from, to any
}

// steps returns the state machine's events since begun.
func (h history) steps(begun time.Time) (s []step) {
	for _, e := range h.protocol() {
		s = append(s, step{e.At.Sub(begun), e.Tunnel, e.Kind, e.Seq, e.Counter, e.From, e.To})
	}
	return s
}

// evidenceless is a Conn on which diagnostic echoes cannot be sent and no evidence
// arrives.
type evidenceless struct {
	probe.Conn
	places []int // of the echoes in the batch
	queued int
}

var errNoEcho = errors.New("no echoes here")

// EvidenceEgress implements probe.Conn.
func (c *evidenceless) EvidenceEgress(_ netip.Addr, _ string, _, _ uint8) (int, error) {
	return -1, nil
}

// Queue implements probe.Conn.
func (c *evidenceless) Queue(egress int, destination [4]byte, payload []byte) {
	if egress < 0 {
		c.places = append(c.places, c.queued)
	} else {
		c.Conn.Queue(egress, destination, payload)
	}
	c.queued++
}

// Flush implements probe.Conn. The echoes are the last of the batch.
func (c *evidenceless) Flush(failed func(place int, err error)) {
	c.Conn.Flush(failed)
	for _, place := range c.places {
		failed(place, errNoEcho)
	}
	c.places, c.queued = c.places[:0], 0
}

// ReceiveEvidence implements probe.Conn.
func (c *evidenceless) ReceiveEvidence(func(packet []byte, at time.Time)) error { return nil }

// The state machine is the same, to the nanosecond, whatever evidence there is:
// none, echoes that are answered or not, ICMP errors or none, a flood of forged
// ones; with a grid of turns and without, unlimited and under max_rate.
func TestEvidenceLeavesTheStateMachineAlone(t *testing.T) {
	for name, c := range map[string]struct {
		tunnels, maxRate int
		interval         time.Duration
	}{
		"few":             {7, 0, 3 * time.Second},
		"few, little":     {7, 3, 3 * time.Second},
		"overloaded":      {7, 2, 3 * time.Second},
		"many":            {300, 0, time.Second},
		"many, limited":   {300, 350, time.Second},
		"many, 50,000":    {300, 50_000, time.Second},
		"many, too many":  {300, 200, time.Second},
		"fast":            {3, 0, 100 * time.Millisecond},
		"fast, just fits": {3, 30, 100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			tunnels := fleet(c.tunnels, c.interval)
			for i := range tunnels {
				tunnels[i].Retries, tunnels[i].UpAfter = 1+i%4, 1+i%3
				tunnels[i].Interval += time.Duration(i%3) * c.interval / 7
			}
			run := func(s simnet.Scenario, without, flood bool) (steps []step) {
				synctest.Test(t, func(t *testing.T) {
					steps = evidenceRun(t, tunnels, c.maxRate, s, without, flood)
				})
				return steps
			}
			want := run(simnet.ACL, true, false)
			if len(want) < c.tunnels*10 {
				t.Fatalf("%d steps only", len(want))
			}
			for _, s := range []simnet.Scenario{simnet.ACL, simnet.NoTunnel, simnet.NoHost, simnet.Silent} {
				same(t, string(s), run(s, false, false), want)
			}
			same(t, "flood", run(simnet.NoTunnel, false, true), want)
		})
	}
}

// evidenceRun has half of the far ends stop answering in the way of a scenario,
// for a while, over ways that lose and delay, and returns what the state machine
// did.
func evidenceRun(t *testing.T, tunnels []probe.Tunnel, maxRate int, s simnet.Scenario, without, flood bool) []step {
	n := newSimulated(t)
	n.net.SetDefault(simnet.Impairment{Delay: 10 * time.Millisecond, Jitter: 20 * time.Millisecond, Loss: 0.1})
	var ends []*simnet.FarEnd
	for i := range tunnels {
		ends = append(ends, n.farEnd(tunnels[i].Destination, simnet.Tunnel{}))
	}
	conn := n.conn()
	if without {
		conn = &evidenceless{Conn: conn}
	}
	sink, begun := newRecorder(), time.Now()
	e := startInto(t, conn, sink, tunnels, probe.Options{MaxRate: maxRate})
	// Off the beat: two things at one instant happen in any order.
	time.Sleep(6*time.Second + 123456)
	for i := range ends[:(len(ends)+1)/2] {
		must(t, ends[i].SetScenario(s))
	}
	for range 150 {
		if flood {
			n.inject(icmpError(near, 3, 1, quote(tunnels[0], 1)[:28]))
		}
		time.Sleep(100 * time.Millisecond)
	}
	setAll(t, ends, simnet.Plain)
	time.Sleep(15 * time.Second)
	e.stop(t)
	return sink.all().steps(begun)
}

func same(t *testing.T, name string, got, want []step) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Errorf("%s: step %d is %+v; without evidence %+v", name, i, got[i], want[i])
			return
		}
	}
	t.Errorf("%s: %d steps; without evidence %d", name, len(got), len(want))
}
