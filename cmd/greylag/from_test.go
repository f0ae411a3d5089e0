package main

import (
	"bytes"
	"context"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
	"greylag/probe"
	"greylag/probe/session"
)

// pastNight is when the recording of the tests begins.
var pastNight = time.Date(2025, 11, 22, 2, 50, 0, 0, time.UTC)

// pastFleet is the store of two tunnels that came up, and of which one failed ten
// seconds later.
func pastFleet() (store *fleet.Store, report func(seconds int) *fleet.Report) {
	inv := &fleet.Inventory{Spokes: []fleet.Spoke{{Name: "seoul"}}}
	for i, name := range []string{"fra1-seoul", "ams2-seoul"} {
		inv.Tunnels = append(inv.Tunnels, fleet.Tunnel{
			Name: name, Spoke: "seoul", Rank: i + 1, Enabled: true, Probe: fleet.Keepalive,
			Source: netip.MustParseAddr("192.0.2.10"), Destination: netip.AddrFrom4([4]byte{198, 51, 100, byte(i + 1)}),
			Interval: time.Second, Retries: 3, UpAfter: 1,
		})
	}
	store = fleet.NewStore(inv, pastNight)
	return store, func(seconds int) *fleet.Report {
		return store.Report(pastNight.Add(time.Duration(seconds)*time.Second), nil)
	}
}

// writeNight writes its stream: a report, a failure after ten seconds, and a report
// after a minute.
func writeNight(t *testing.T, w io.Writer) {
	t.Helper()
	store, report := pastFleet()
	line := func(tunnel int32, seconds int, from, to session.State) probe.Event {
		return probe.Event{Kind: probe.Line, Tunnel: tunnel, At: pastNight.Add(time.Duration(seconds) * time.Second), From: from, To: to}
	}
	enc := stream.NewEncoder(w)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	store.Record([]probe.Event{line(0, 0, session.Pending, session.Up), line(1, 0, session.Pending, session.Up)})
	before, _ := store.EventsSince(0)
	must(enc.Hello(stream.Hello{Time: pastNight, Version: "0.1.0", Host: "jump1", Tunnels: 2, Spokes: 1}))
	must(enc.Report(report(0)))
	store.Record([]probe.Event{line(0, 10, session.Up, session.Down)})
	events, _ := store.EventsSince(before[len(before)-1].Number)
	for i := range events {
		must(enc.Event(&events[i]))
	}
	must(enc.Report(report(60)))
}

// nightFile is a recording of it that anybody may read.
func nightFile(t *testing.T) (path string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "greylag")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	var b bytes.Buffer
	writeNight(t, &b)
	path = filepath.Join(dir, "night.ndjson")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// A recording is shown without any privilege, and without an inventory: it plays,
// steps to the failure, goes where it is told, and q leaves.
func TestFromRecording(t *testing.T) {
	t.Parallel()
	term := onTerminal(t, nil, "tui", "--from", nightFile(t), "--speed", "0.01x")
	term.await("recording from jump1")
	term.await("0.01x")
	term.await("fra1-seoul")
	term.await("2025-11-22 02:50:0")
	term.press(".")
	term.await("fra1-seoul: up > down")
	term.await("PAUSED")
	term.press(":seek 100%\r")
	term.await("END")
	term.press("p")
	term.await("this needs a live engine")
	term.press("q")
	term.quietly()
	if !strings.Contains(term.written(), "✗ 1") {
		t.Errorf("the header has nothing down: %q", term.written())
	}
}

// From standard input, keys come from the terminal all the same. When the stream
// ends, its last picture stays and says so.
func TestFromStandardInput(t *testing.T) {
	t.Parallel()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	term := onTerminal(t, out, "--from", "-")
	term.await("connecting for ")
	term.await(": nothing has come yet")
	term.await("Waiting for the first report.")
	writeNight(t, in)
	term.await("stream from jump1")
	term.await("ams2-seoul")
	in.Close()
	term.await("ended ")
	term.press("4")
	term.await("events ")
	if strings.Contains(term.written(), "PAUSED") || strings.Contains(term.written(), "02:51:00]") {
		t.Errorf("a stream has a time line: %q", term.written())
	}
	term.press("q")
	term.quietly()
}

// headless | tui --from -: q ends both.
func TestFromHeadless(t *testing.T) {
	t.Parallel()
	r := start(t, "headless", "-c", ownFleet(t, 28), "--every", "100ms")
	term := onTerminal(t, r.out, "tui", "--from", "-")
	r.out.Close()
	term.await("stream from ")
	term.await("✓ 1")
	term.press("q")
	term.quietly()
	r.quietly(t)
}

// A terminal that is asked to be the stream is none.
func TestFromTerminal(t *testing.T) {
	t.Parallel()
	term := onTerminal(t, nil, "--from", "-")
	term.await("standard input is a terminal or a device: pipe a stream into it")
	if err := <-term.ended; err == nil {
		t.Error("exit 0")
	}
}

// What makes no sense is said before anything is opened.
func TestFromCommandLine(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"--from a --from b --from a", "--from a is given twice: the same source sees the same"},
		{"--from a --from=", "--from is empty: want a recording, a pipe, a unix socket or -"},
		{"--from=", "--from is empty: want a recording, a pipe, a unix socket or -"},
		{"--from a -c b", "--from and --config exclude each other: what another greylag reports needs no inventory"},
		{"--speed 10x", "--speed needs --from FILE: only a recording has a speed"},
		{"--from a --speed fast", `--speed: "fast" is no speed: want a factor as in 10x or 0.5x, or max`},
		{"--from a --speed 0", `--speed: speed "0" is out of range: want 0.01x to 100000x, or max`},
		{"--from a --color pink", "--color pink is none of auto, 16, 256 and none"},
	} {
		for _, command := range []string{"greylag", "greylag tui"} {
			var stdout, stderr bytes.Buffer
			args := append(strings.Fields(command)[1:], strings.Fields(c.args)...)
			code := run(context.Background(), args, nil, &stdout, &stderr)
			if want := c.want + " (see: " + command + " --help)\n"; code != exitUsage || stderr.String() != want || stdout.Len() > 0 {
				t.Errorf("%v: exit %d, said %q; want 64, %q", args, code, stderr.String(), want)
			}
		}
	}
}
