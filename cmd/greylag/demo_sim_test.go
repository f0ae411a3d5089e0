package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"greylag/fleet"
	"greylag/fleet/stream"
)

var update = flag.Bool("update", false, "write the golden files")

// change is one that a tunnel or a spoke must show, or how it begins, and when: at
// the earliest and at the latest after the start.
type change struct {
	what        string
	after, till time.Duration
}

// The times follow from the script, R10 and R11 with 1 s and 3 retries: of what
// fails at F, the first keepalive without an answer is due within 1 s (less the
// way there), the fourth after it takes the line down; of what recovers at R a
// keepalive is due within 1 s, and its answer takes the round trip.
func contact() change { return change{"pending -> up", 0, 1200 * time.Millisecond} }

func down(from string, failed time.Duration, reason string) change {
	return change{strings.TrimSpace(from + " -> down " + reason), failed + 2900*time.Millisecond, failed + 4*time.Second}
}

func up(recovered time.Duration) change {
	return change{"down -> up", recovered, recovered + 1200*time.Millisecond}
}

// When the script acts.
const (
	urpfOn, urpfOff         = 5200 * time.Millisecond, 13200 * time.Millisecond
	providerOff, providerOn = 19200 * time.Millisecond, 27200 * time.Millisecond
	powerOff, powerOn       = 31200 * time.Millisecond, 56200 * time.Millisecond
	addressOff, addressOn   = 41200 * time.Millisecond, 49200 * time.Millisecond
)

func firstMinuteOfTunnels() map[string][]change {
	quiet := []change{contact()}
	provider := []change{contact(), down("up", providerOff, "silent"), up(providerOn)}
	return map[string][]change{
		"fra1-seoul":   {contact(), down("up", urpfOn, "black-hole"), up(urpfOff)},
		"iad1-seoul":   provider,
		"iad1-tokyo":   provider,
		"fra1-tokyo":   quiet,
		"lte-tokyo":    quiet,
		"fra1-lima":    {contact(), down("up", powerOff, "silent"), up(powerOn)},
		"iad1-lima":    append(slices.Clone(provider), down("up", powerOff, "silent"), up(powerOn)),
		"iad1-cairo":   {down("pending", 0, "black-hole")},
		"fra1-cairo":   quiet,
		"fra1-oslo":    quiet,
		"fra1-delhi":   quiet,
		"fra1-nairobi": quiet,
		"iad1-nairobi": provider,
		"iad1-boston": append(slices.Clone(provider),
			down("up", addressOff, "local EADDRNOTAVAIL: cannot assign requested address"), up(addressOn)),
		"fra1-boston": quiet,
		"fra1-sydney": quiet,
		"iad1-sydney": provider,
		"lte-sydney":  quiet,
		"iad1-quito":  provider,
		"fra1-quito":  quiet,
		"fra1-dakar":  quiet,
		"iad1-dakar":  provider,
	}
}

// firstMinuteOfSpokes are the changes of path, with the active tunnel. That lima
// loses its primary first follows from the places of its keepalives in the
// second; cairo's primary is still pending when the backup answers.
func firstMinuteOfSpokes() map[string][]string {
	return map[string][]string{
		"seoul":   {"pending -> primary fra1-seoul", "primary -> backup iad1-seoul", "backup -> primary fra1-seoul"},
		"tokyo":   {"pending -> primary iad1-tokyo", "primary -> backup fra1-tokyo", "backup -> primary iad1-tokyo"},
		"lima":    {"pending -> primary fra1-lima", "primary -> backup iad1-lima", "backup -> none", "none -> primary fra1-lima"},
		"cairo":   {"pending -> backup fra1-cairo"},
		"oslo":    {"pending -> primary fra1-oslo"},
		"delhi":   {"pending -> primary iad1-delhi", "primary -> backup fra1-delhi", "backup -> primary iad1-delhi"},
		"nairobi": {"pending -> primary fra1-nairobi"},
		"boston": {"pending -> primary iad1-boston", "primary -> backup fra1-boston", "backup -> primary iad1-boston",
			"primary -> backup fra1-boston", "backup -> primary iad1-boston"},
		"sydney": {"pending -> primary fra1-sydney"},
		"quito":  {"pending -> primary iad1-quito", "primary -> backup fra1-quito", "backup -> primary iad1-quito"},
		"dakar":  {"pending -> primary fra1-dakar"},
	}
}

// simulate runs the simulated demo headless and returns its stream and what was
// said beside it.
func simulate(t *testing.T, o demonstrating) (records []stream.Record, said string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{stdout: &stdout, stderr: &stderr}
	if err := a.simDemo(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	return decodeAll(t, &stdout), stderr.String()
}

func decodeAll(t *testing.T, r io.Reader) (records []stream.Record) {
	t.Helper()
	d := stream.NewDecoder(r)
	for {
		rec, err := d.Next()
		if errors.Is(err, io.EOF) {
			return records
		}
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, rec)
	}
}

func headlessDemo(tunnels int, length time.Duration) demonstrating {
	return demonstrating{tunnels: tunnels, headless: true, reporting: reporting{every: 10 * time.Second, length: length}}
}

func TestSimulatedFirstMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		records, said := simulate(t, headlessDemo(24, 58*time.Second))
		if took := time.Since(start); took != 58*time.Second {
			t.Errorf("ran %v, want 58 s", took)
		}
		tunnels, spokes := changes(records, start)
		checkLossy(t, tunnels["iad1-delhi"])
		delete(tunnels, "iad1-delhi")
		checkTunnels(t, tunnels, firstMinuteOfTunnels())
		if diff := cmp.Diff(firstMinuteOfSpokes(), spokes); diff != "" {
			t.Errorf("paths of spokes (-want +got):\n%s", diff)
		}
		if n := strings.Count(said, "\n") - 2; n != 8 { // under two headlines
			t.Errorf("%d steps were said, want 8:\n%s", n, said)
		}
		checkLast(t, records)
	})
}

// seen is a change as the stream has it.
type seen struct {
	what  string
	after time.Duration
}

func changes(records []stream.Record, start time.Time) (tunnels map[string][]seen, spokes map[string][]string) {
	tunnels, spokes = map[string][]seen{}, map[string][]string{}
	for _, r := range records {
		e := r.Event
		switch {
		case e == nil:
		case e.Tunnel != "":
			what := strings.TrimSpace(fmt.Sprintf("%s -> %s %s %s", e.From, e.To, e.Reason, e.Detail))
			tunnels[e.Tunnel] = append(tunnels[e.Tunnel], seen{what, e.Time.Sub(start)})
		case e.FromPath != e.ToPath:
			what := strings.TrimSpace(fmt.Sprintf("%s -> %s %s", e.FromPath, e.ToPath, e.Active))
			spokes[e.Spoke] = append(spokes[e.Spoke], what)
		}
	}
	return tunnels, spokes
}

func checkTunnels(t *testing.T, got map[string][]seen, want map[string][]change) {
	t.Helper()
	for name := range got {
		if want[name] == nil {
			t.Errorf("%s changes, and should not: %v", name, got[name])
		}
	}
	for name, list := range want {
		if len(got[name]) != len(list) {
			t.Errorf("%s: got %v, want %v", name, got[name], list)
			continue
		}
		for i, w := range list {
			if g := got[name][i]; !strings.HasPrefix(g.what, w.what) || g.after < w.after || g.after > w.till {
				t.Errorf("%s: change %d is %q at %v, want %q between %v and %v", name, i, g.what, g.after, w.what, w.after, w.till)
			}
		}
	}
}

// checkLossy: the lossy tunnel is degraded before the provider fails, and goes
// down with it, later than the others for its retries.
func checkLossy(t *testing.T, got []seen) {
	t.Helper()
	want := []string{"pending -> up", "up -> degraded", "degraded -> down silent", "down -> up"}
	for i, w := range want {
		if i >= len(got) || !strings.HasPrefix(got[i].what, w) {
			t.Fatalf("iad1-delhi: got %v, want it to begin with %v", got, want)
		}
	}
	if at := got[2].after; at < providerOff || at > providerOff+(lossyRetries+1)*time.Second {
		t.Errorf("iad1-delhi goes down at %v, want within 7 s of %v", at, providerOff)
	}
}

// checkLast looks at the last report, 58 s after the start.
func checkLast(t *testing.T, records []stream.Record) {
	t.Helper()
	last := map[string]*fleet.TunnelReport{}
	for i := range records {
		if r := records[i].Tunnel; r != nil {
			last[r.Tunnel.Name] = r
		}
	}
	if r := last["fra1-nairobi"]; r.PeerReflected != 29 || r.PeerInterval != 2*time.Second {
		t.Errorf("nairobi's own keepalives: %d every %v, want 29 every 2 s", r.PeerReflected, r.PeerInterval)
	}
	if r := last["fra1-oslo"]; r.Sent != 58 || r.Received != 58 || r.RTT.Mean != 12*time.Millisecond || r.ReplyTTL != 254 {
		t.Errorf("fra1-oslo: %d of %d answered in %v with TTL %d, want 58 of 58 in 12 ms with TTL 254",
			r.Received, r.Sent, r.RTT.Mean, r.ReplyTTL)
	}
	if r := last["lte-sydney"]; r.Tunnel.Probe != fleet.Echo || r.RTT.Mean != 180*time.Millisecond {
		t.Errorf("lte-sydney by %s in %v, want icmp in 180 ms", r.Tunnel.Probe, r.RTT.Mean)
	}
	if r := last["lte-quito"]; r.State != fleet.Disabled {
		t.Errorf("lte-quito is %s, want disabled", r.State)
	}
	if r := last["iad1-cairo"]; r.State != fleet.Down || r.Received != 0 {
		t.Errorf("iad1-cairo is %s with %d answers, want down with none", r.State, r.Received)
	}
	hello, end := records[0].Hello, records[len(records)-1].Summary
	if hello == nil || hello.Tunnels != 24 || hello.Spokes != 11 {
		t.Errorf("the stream begins with %+v, want a hello of 24 tunnels and 11 spokes", hello)
	}
	if end == nil || end.Tunnels[fleet.Down] != 1 || end.Spokes[fleet.PathBackup] != 1 || end.Spokes[fleet.PathPrimary] != 10 {
		t.Errorf("the stream ends with %+v, want a summary of 1 tunnel down, 1 spoke on its backup and 10 on the primary", end)
	}
}

// A fleet of one has a single path: its failure leaves the spoke without any.
func TestSimulatedSingleTunnel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		records, _ := simulate(t, headlessDemo(1, 18*time.Second))
		tunnels, spokes := changes(records, start)
		checkTunnels(t, tunnels, map[string][]change{
			"fra1-seoul": {contact(), down("up", urpfOn, "black-hole"), up(urpfOff)},
		})
		want := map[string][]string{"seoul": {"pending -> primary fra1-seoul", "primary -> none", "none -> primary fra1-seoul"}}
		if diff := cmp.Diff(want, spokes); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSimulatedDemoForAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stdout, stderr bytes.Buffer
		a := &app{stdout: &stdout, stderr: &stderr}
		st := demoStage(t, 24)
		teller := newTeller(a, st.headlines())
		teller.zone = time.UTC
		o := reporting{every: 10 * time.Second, length: 58 * time.Second}
		if err := play(t.Context(), st, teller.audience(o)); err != nil {
			t.Fatal(err)
		}
		if stderr.Len() > 0 {
			t.Errorf("stderr: %s", stderr.String())
		}
		compareGolden(t, "testdata/demo.txt", stdout.Bytes())
	})
}

func compareGolden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got; -update writes it):\n%s", file, diff)
	}
}

// An end from outside, as by a signal, is no failure.
func TestSimulatedDemoEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond)
		defer cancel()
		var stdout, stderr bytes.Buffer
		a := &app{stdout: &stdout, stderr: &stderr}
		if err := a.simDemo(ctx, headlessDemo(3, 0)); err != nil {
			t.Fatal(err)
		}
		records := decodeAll(t, &stdout)
		if end := records[len(records)-1].Summary; end == nil || end.Tunnels[fleet.Up] != 3 {
			t.Errorf("the stream ends with %+v, want a summary with 3 tunnels up", records[len(records)-1])
		}
	})
}
