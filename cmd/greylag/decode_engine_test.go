package main

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"greylag/fleet"
	"greylag/fleet/decode"
	"greylag/probe/capture"
	"greylag/probe/rawsock"
)

// capturing is a simulated network that is captured on this host: what is sent,
// before anything happens to it, and what arrives, as the engine takes it in.
type capturing struct {
	simNetwork
	take func(at time.Time, packet []byte)
}

func (n capturing) engineConn(o rawsock.Options) (engineConn, error) {
	c, err := n.simNetwork.engineConn(o)
	return capturedConn{c, n.take}, err
}

type capturedConn struct {
	engineConn
	take func(at time.Time, packet []byte)
}

// Receive implements probe.Conn.
func (c capturedConn) Receive(handle func(packet []byte, at time.Time)) (more bool, err error) {
	return c.engineConn.Receive(func(packet []byte, at time.Time) {
		c.take(at, packet)
		handle(packet, at)
	})
}

// captured is a fleet that was probed for some time, and everything that is known
// of it.
type captured struct {
	station *station
	pcap    bytes.Buffer
	debug   bytes.Buffer
	end     time.Time
}

// capture probes the demo's fleet for 60 s: with keys, checksums, losses; a hub's
// ways break after 10 s and carry again after 25 s; one spoke's far ends drop
// answers from 30 s on.
func captureFleet(t *testing.T) *captured {
	t.Helper()
	c := &captured{}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	st := demoStage(t, 24)
	w, err := capture.NewWriter(&c.pcap, capture.LinkRaw)
	do(err)
	take := func(at time.Time, packet []byte) { do(w.Write(at, packet)) }
	st.net.Tap(func(packet []byte, at time.Time) { take(at, packet) })
	c.station, err = openStation(st.fleet.inv, stationOptions{
		network: capturing{simNetwork{st.host}, take}, reflect: true, debug: true, stderr: &c.debug,
	})
	do(err)
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second+30*time.Millisecond)
	defer cancel()
	for _, step := range []struct {
		at time.Duration
		do func()
	}{
		{10 * time.Second, func() { st.setUnderlay("iad1", false) }},
		{25 * time.Second, func() { st.setUnderlay("iad1", true) }},
		{30 * time.Second, func() { do(st.setSpoke(st.fleet.inv.Spokes[0].Name, "urpf")) }},
	} {
		time.AfterFunc(step.at, step.do)
	}
	do(c.station.run(ctx))
	c.end = time.Now()
	return c
}

// What is found in the capture of a fleet is what the engine did: every send, every
// answer, every change of every line, with its counter; and the debug lines are
// the same.
func TestDecodeFindsWhatTheEngineDid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := captureFleet(t)
		replay := decode.New(decode.Options{Inventory: c.station.inv})
		var changes []fleet.Event
		d := decoder{replay: replay, teller: collectingTeller{func(_ *fleet.Sighting, more []fleet.Event) {
			changes = append(changes, more...)
		}}}
		if err := d.read(t.Context(), bytes.NewReader(c.pcap.Bytes())); err != nil {
			t.Fatal(err)
		}
		compareTunnels(t, c.station.store.Report(c.end, nil), replay)
		compareChanges(t, c.station, changes)
	})
}

// collectingTeller hands on the keepalives.
type collectingTeller struct {
	see func(s *fleet.Sighting, changes []fleet.Event)
}

func (c collectingTeller) keepalive(s *fleet.Sighting, changes []fleet.Event) error {
	c.see(s, changes)
	return nil
}
func (collectingTeller) tunnel(*decode.Tunnel) error { return nil }
func (collectingTeller) end(decode.Counts) error     { return nil }
func (collectingTeller) flush()                      {}

func compareTunnels(t *testing.T, want *fleet.Report, replay *decode.Replay) {
	t.Helper()
	found := map[string]decode.Tunnel{}
	if err := replay.Tunnels(func(d *decode.Tunnel) error { found[d.Report.Tunnel.Name] = *d; return nil }); err != nil {
		t.Fatal(err)
	}
	lost := uint64(0)
	for i := range want.Tunnels {
		w := &want.Tunnels[i]
		if w.Tunnel.Probe == fleet.Echo || !w.Tunnel.Enabled {
			continue // no keepalives
		}
		got := found[w.Tunnel.Name].Report
		type facts struct {
			State                                 fleet.State
			Counter                               uint32
			Sent, Received, Lost, InFlight, Flaps uint64
			Late, Duplicate                       uint64
			TTL                                   uint8
			Last, Min, Max                        time.Duration
		}
		of := func(r *fleet.TunnelReport) facts {
			us := func(d time.Duration) time.Duration { return d.Round(2 * time.Microsecond) } // the capture's are whole ones
			return facts{r.State, r.Counter, r.Sent, r.Received, r.Lost, r.InFlight, r.Flaps, r.Late, r.Duplicate, r.ReplyTTL,
				us(r.RTT.Last), us(r.RTT.Min), us(r.RTT.Max)}
		}
		near := cmp.Comparer(func(a, b time.Duration) bool { return (a - b).Abs() <= 4*time.Microsecond })
		if diff := cmp.Diff(of(w), of(&got), near); diff != "" {
			t.Errorf("%s (-engine +capture)\n%s", w.Tunnel.Name, diff)
		}
		lost += got.Lost
	}
	if lost < 100 {
		t.Errorf("%d lost: little has happened", lost)
	}
	counts := replay.Counts()
	if counts.Requests < 21*60 || counts.OtherGRE+counts.Damaged+counts.Unfollowed > 0 {
		t.Errorf("%+v", counts)
	}
}

// compareChanges: the same ones with the same counters; when, to a microsecond.
func compareChanges(t *testing.T, s *station, got []fleet.Event) {
	t.Helper()
	var want []fleet.Event
	events, _ := s.store.EventsSince(0)
	for _, e := range events {
		echo := slices.ContainsFunc(s.inv.Tunnels, func(t fleet.Tunnel) bool { return t.Name == e.Tunnel && t.Probe == fleet.Echo })
		if e.Tunnel != "" && !echo {
			want = append(want, e)
		}
	}
	// The far ends' own keepalives are tunnels too, which greylag only answers.
	got = slices.DeleteFunc(got, func(e fleet.Event) bool { return strings.HasSuffix(e.Tunnel, " (far end)") })
	order := func(a, b fleet.Event) int {
		if a.Tunnel != b.Tunnel {
			return strings.Compare(a.Tunnel, b.Tunnel)
		}
		return a.Time.Compare(b.Time)
	}
	slices.SortStableFunc(want, order)
	slices.SortStableFunc(got, order)
	explained := cmpopts.IgnoreFields(fleet.Event{}, "Number", "Reason", "Detail", "Outage")
	if diff := cmp.Diff(want, got, explained, cmpopts.EquateApproxTime(2*time.Microsecond)); diff != "" || len(want) < 40 {
		t.Errorf("%d changes (-engine +capture)\n%s", len(want), diff)
	}
}

// The engine's debug lines and those of the capture are the same: one for each
// keepalive that was sent, and nothing else.
func TestDebugLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := captureFleet(t)
		var fromCapture, stderr bytes.Buffer
		a := &app{stdin: &c.pcap, stdout: &fromCapture, stderr: &stderr}
		o := decoding{debug: true, Options: decode.Options{Inventory: c.station.inv}}
		if err := a.runDecode(t.Context(), o, []string{"-"}); err != nil || stderr.Len() > 0 {
			t.Fatal(err, stderr.String())
		}
		// Their times are the same but for the rounding; the far ends' own are in the capture only.
		clock := regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d\.\d\d\d: `)
		live := clock.ReplaceAllString(c.debug.String(), "")
		seen := regexp.MustCompile(`(?m)^\S+ \(far end\): .*\n`).ReplaceAllString(clock.ReplaceAllString(fromCapture.String(), ""), "")
		if diff := cmp.Diff(sortedLines(live), sortedLines(seen)); diff != "" {
			t.Errorf("(-live +capture)\n%s", diff)
		}
		sent := uint64(0)
		for _, row := range c.station.store.Report(c.end, nil).Tunnels {
			if row.Tunnel.Probe != fleet.Echo {
				sent += row.Sent
			}
		}
		if n := uint64(strings.Count(live, "\n")); n != sent || n < 21*60 {
			t.Errorf("%d lines for %d keepalives", n, sent)
		}
		line := regexp.MustCompile(`^[\w-]+: sending keepalive, [\d.]+->[\d.]+ \(len=(24|28|32|40) ttl=0\), counter=\d+$`)
		for l := range strings.Lines(live) {
			if !line.MatchString(strings.TrimSuffix(l, "\n")) {
				t.Fatalf("not R21's line: %q", l)
			}
		}
		if !strings.Contains(live, "counter=13") {
			t.Error("no counter rose to 13 in 15 s of outage (R11)")
		}
	})
}

func sortedLines(s string) []string {
	lines := strings.Split(s, "\n")
	slices.Sort(lines)
	return lines
}
