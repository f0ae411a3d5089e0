package stream

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"syscall"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/probe/alloctest"
)

// Each case changes the full tunnel and names what must then be there, or not.
func TestAbsentIsNotZero(t *testing.T) {
	cases := []struct {
		name    string
		change  func(*fleet.TunnelReport)
		without string
		with    string
	}{
		{"no answers", func(t *fleet.TunnelReport) { t.RTT.Samples = 0 }, `rtt_us`, `"loss":0.01,"flaps"`},
		{"one answer", func(t *fleet.TunnelReport) { t.RTT.Samples = 1 }, `jitter`, `"max":2210}`},
		{"nothing settled", func(t *fleet.TunnelReport) { t.Received, t.Lost = 0, 0 }, `"loss"`, `"lost":0`},
		{"nothing but losses", func(t *fleet.TunnelReport) { t.Received, t.Loss = 0, 1 }, `"loss":0`, `"loss":1,`},
		{"loss of none", func(t *fleet.TunnelReport) { t.Loss = 0 }, `"loss":0.`, `"loss":0,`},
		{"availability unknown", func(t *fleet.TunnelReport) { t.Availability = -1 }, `availability`, `"flaps":1,"last_reply"`},
		{"availability no number", func(t *fleet.TunnelReport) { t.Availability = math.NaN() }, `availability`, `"flaps":1,"last_reply"`},
		{"never available", func(t *fleet.TunnelReport) { t.Availability = 0 }, `availability":0.`, `"availability":0,`},
		{"no reply", func(t *fleet.TunnelReport) { t.LastReply, t.ReplyTTL = time.Time{}, 0 }, `reply`, `0.9991,"peer"`},
		{"since unknown", func(t *fleet.TunnelReport) { t.Since = time.Time{} }, `since`, `"state":"up","reason"`},
		{"no key", func(t *fleet.TunnelReport) { t.Tunnel.HasKey = false }, `"key"`, `"probe"`},
		{"key 0", func(t *fleet.TunnelReport) { t.Tunnel.Key = 0 }, `"key":1`, `"key":0,`},
		{"largest key", func(t *fleet.TunnelReport) { t.Tunnel.Key = math.MaxUint32 }, `"key":1`, `"key":4294967295,`},
		{"no hub", func(t *fleet.TunnelReport) { t.Tunnel.Hub = "" }, `"hub"`, `"spoke"`},
		{"no spoke", func(t *fleet.TunnelReport) { t.Tunnel.Spoke, t.Tunnel.Rank = "", 0 }, `"rank"`, `"hub":"fra1","tags"`},
		{"no tags", func(t *fleet.TunnelReport) { t.Tunnel.Tags = nil }, `"tags"`, `"rank":1,"source"`},
		{"no advice", func(t *fleet.TunnelReport) { t.Advice = nil }, `"advice"`, `"interval_ms":5000}}`},
		{"peer silent", func(t *fleet.TunnelReport) { t.PeerReflected = 0 }, `"peer"`, `254,"advice"`},
		{"peer's interval", func(t *fleet.TunnelReport) { t.PeerInterval = 0 }, `000Z","interval_ms"`, `"reflected":12,"last"`},
		{"down, unexplained", func(t *fleet.TunnelReport) { t.State = fleet.Down }, `"up"`, `"reason":"","detail":"","counter"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			row := fullTunnel()
			c.change(row)
			line := string(AppendTunnel(nil, row))
			if strings.Contains(line, c.without) {
				t.Errorf("%s is there: %s", c.without, line)
			}
			if !strings.Contains(line, c.with) {
				t.Errorf("%s is missing: %s", c.with, line)
			}
		})
	}
}

// A spoke without an active tunnel has no rank, and a summary of nothing has
// every state and path.
func TestSpokeAndSummaryOfNothing(t *testing.T) {
	spoke := string(AppendSpoke(nil, spokeOn(fleet.PathNone, "", 3)))
	if strings.Contains(spoke, "active") || strings.Contains(spoke, `"rank"`) {
		t.Errorf("active or rank of no tunnel: %s", spoke)
	}
	want := `{"type":"summary","time":"2026-11-22T19:00:00.000Z",` +
		`"tunnels":{"up":0,"degraded":0,"down":0,"pending":0,"disabled":0},` +
		`"spokes":{"primary":0,"backup":0,"none":0,"pending":0,"unprotected":0},` +
		`"engine":{"sent":0,"received":0,"late_sends":0,"dropped":0,"send_errors":0}}` + "\n"
	if got := string(AppendSummary(nil, &fleet.Summary{Time: at(0)})); got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}

func TestAppendKeepsWhatIsThere(t *testing.T) {
	got := string(AppendPeer([]byte("before\n"), fullPeer()))
	if want := "before\n" + string(AppendPeer(nil, fullPeer())); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// writes remembers each Write.
type writes [][]byte

func (w *writes) Write(b []byte) (int, error) {
	*w = append(*w, bytes.Clone(b))
	return len(b), nil
}

func TestOneWritePerRecord(t *testing.T) {
	for _, ex := range examples() {
		var out writes
		if err := encode(NewEncoder(&out), ex.Record); err != nil {
			t.Fatal(err)
		}
		if len(out) != 1 || bytes.Count(out[0], []byte("\n")) != 1 || !bytes.HasSuffix(out[0], []byte("}\n")) {
			t.Errorf("%s: not one write of one line: %q", ex.name, out)
		}
	}
}

func manyTunnels(n int) *fleet.Report {
	report := &fleet.Report{Time: at(0), Summary: *fullSummary()}
	for i := range n {
		row := fullTunnel()
		row.Tunnel.Name = fmt.Sprintf("hub%d-spoke%d", i%7, i)
		report.Tunnels = append(report.Tunnels, *row)
		report.Spokes = append(report.Spokes, *routedSpoke())
	}
	return report
}

func TestReportIsWrittenInWholeLines(t *testing.T) {
	var out writes
	if err := NewEncoder(&out).Report(manyTunnels(1000)); err != nil {
		t.Fatal(err)
	}
	lines, size := 0, 0
	for i, b := range out {
		if !bytes.HasSuffix(b, []byte("}\n")) {
			t.Errorf("write %d ends within a line: %q", i, b[max(0, len(b)-40):])
		}
		lines += bytes.Count(b, []byte("\n"))
		size += len(b)
	}
	if lines != 2001 {
		t.Errorf("%d lines, want 1000 tunnels, 1000 spokes and a summary", lines)
	}
	if len(out) > size/50_000 {
		t.Errorf("%d writes for %d bytes, want over 50,000 bytes in each", len(out), size)
	}
}

// failing takes some writes, then fails each with another error.
type failing struct {
	good  int
	calls int
}

func (w *failing) Write(b []byte) (int, error) {
	w.calls++
	switch w.calls - w.good {
	case 1:
		return len(b) / 2, syscall.ENOSPC
	case 2:
		return 0, syscall.EPIPE
	}
	return len(b), nil
}

func TestWriteErrorStays(t *testing.T) {
	w := &failing{good: 1}
	enc := NewEncoder(w)
	if err := enc.Hello(*fullHello()); err != nil {
		t.Fatal(err)
	}
	calls := map[string]func() error{
		"Report":   func() error { return enc.Report(manyTunnels(500)) },
		"Tunnel":   func() error { return enc.Tunnel(fullTunnel()) },
		"Spoke":    func() error { return enc.Spoke(routedSpoke()) },
		"Event":    func() error { return enc.Event(upEvent()) },
		"Summary":  func() error { return enc.Summary(fullSummary()) },
		"Incident": func() error { return enc.Incident(openIncident()) },
		"Peer":     func() error { return enc.Peer(fullPeer()) },
		"Hello":    func() error { return enc.Hello(*fullHello()) },
	}
	for name, call := range calls {
		if err := call(); err != error(syscall.ENOSPC) {
			t.Errorf("%s: got %v, want the first error as it was, ENOSPC", name, err)
		}
	}
	if w.calls != 2 {
		t.Errorf("%d writes, want none after the one that failed", w.calls)
	}
}

// halfWriter breaks the promise of io.Writer.
type halfWriter struct{}

func (halfWriter) Write(b []byte) (int, error) { return len(b) / 2, nil }

func TestShortWrite(t *testing.T) {
	if err := NewEncoder(halfWriter{}).Event(upEvent()); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("got %v, want %v", err, io.ErrShortWrite)
	}
}

func TestAppendTunnelDoesNotAllocate(t *testing.T) {
	row, buf := fullTunnel(), make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { buf = AppendTunnel(buf[:0], row) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

// No record allocates once the buffer has room, neither alone nor in a report;
// but for an incident, whose sentence is made for it: it is one for many tunnels.
func TestEncoderDoesNotAllocate(t *testing.T) {
	enc, report := NewEncoder(io.Discard), manyTunnels(500)
	tunnel, spoke, event, incident, peer, summary := fullTunnel(), routedSpoke(), upEvent(), openIncident(), fullPeer(), fullSummary()
	for name, call := range map[string]func() error{
		"Report":   func() error { return enc.Report(report) },
		"Tunnel":   func() error { return enc.Tunnel(tunnel) },
		"Spoke":    func() error { return enc.Spoke(spoke) },
		"Event":    func() error { return enc.Event(event) },
		"Incident": func() error { return enc.Incident(incident) },
		"Peer":     func() error { return enc.Peer(peer) },
		"Summary":  func() error { return enc.Summary(summary) },
	} {
		n := testing.AllocsPerRun(20, func() {
			if err := call(); err != nil {
				t.Fatal(err)
			}
		})
		if n != 0 && (name != "Incident" || n > 20) {
			t.Errorf("%s: %v allocations, want none", name, n)
		}
	}
}

func BenchmarkAppendTunnel(b *testing.B) {
	row, buf := fullTunnel(), make([]byte, 0, 4096)
	check := alloctest.Forbid(b)
	for b.Loop() {
		buf = AppendTunnel(buf[:0], row)
	}
	check()
	b.SetBytes(int64(len(buf)))
}

func BenchmarkReport10000(b *testing.B) {
	report := manyTunnels(10000)
	enc := NewEncoder(io.Discard)
	check := alloctest.Forbid(b)
	for b.Loop() {
		if err := enc.Report(report); err != nil {
			b.Fatal(err)
		}
	}
	check()
}

func BenchmarkAppendEvent(b *testing.B) {
	event, buf := upEvent(), make([]byte, 0, 4096)
	check := alloctest.Forbid(b)
	for b.Loop() {
		buf = AppendEvent(buf[:0], event)
	}
	check()
	b.SetBytes(int64(len(buf)))
}

// Many events at a time are the same lines in fewer writes.
func TestEncoderEvents(t *testing.T) {
	var one, many writes
	var list []fleet.Event
	each := NewEncoder(&one)
	for i := range 1000 {
		list = append(list, *downEvent())
		list[i].Counter = uint32(i)
		if err := each.Event(&list[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := NewEncoder(&many).Events(list); err != nil {
		t.Fatal(err)
	}
	want := bytes.Join(one, nil)
	if got := bytes.Join(many, nil); !bytes.Equal(got, want) || len(many) > len(want)/flushAt+1 {
		t.Errorf("%d bytes in %d writes, want %d, the same, in %d at most", len(got), len(many), len(want), len(want)/flushAt+1)
	}
}
