package history

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"greylag/fleet"
	"greylag/fleet/journal"
	"greylag/fleet/stream"
)

// month is a journal of many tunnels, two a spoke, each of which fails five times a
// day. A file a day, each but the last compressed.
type month struct {
	random *rand.Rand
	at     time.Time
	w      *bufio.Writer
	line   []byte
	rows   []fleet.TunnelReport
	spokes []fleet.SpokeReport
	back   map[int64][]int // which tunnels come up again in that minute

	outages int
	down    time.Duration
	bytes   int64
}

func newMonth(tunnels int) *month {
	m := &month{random: rand.New(rand.NewPCG(1, 2)), at: epoch, back: map[int64][]int{}}
	for n := range tunnels {
		spoke := fmt.Sprintf("spoke-%05d", n/2)
		m.rows = append(m.rows, fleet.TunnelReport{
			Tunnel: &fleet.Tunnel{Name: fmt.Sprintf("hub%02d-%s", n%20, spoke), Hub: fmt.Sprintf("hub%02d", n%20), Spoke: spoke, Rank: 1 + n%2,
				Tags: []string{[]string{"mpls", "lte"}[n%2], fmt.Sprintf("region%d", n%7)}, Enabled: true, Interval: 10 * time.Second, Retries: 3,
				Source: netip.MustParseAddr("192.0.2.10"), Destination: netip.MustParseAddr("198.51.100.17"), Probe: fleet.Keepalive},
			State: fleet.Up, Since: epoch, Sent: 1_000_000, Received: 999_990, Lost: 9, InFlight: 1, Availability: 0.9991,
			RTT:       fleet.RTT{Samples: 9, Last: 812345, Min: 640123, Mean: 790123, P50: 788123, P99: 1410123, Max: 2210123, Jitter: 41123},
			LastReply: epoch, ReplyTTL: 254,
		})
		if n%2 == 0 {
			m.spokes = append(m.spokes, fleet.SpokeReport{Spoke: &fleet.Spoke{Name: spoke}, Path: fleet.PathPrimary, Since: epoch,
				Active: m.rows[n].Tunnel.Name, Rank: 1, Protected: true, Ranked: true})
		}
	}
	return m
}

// write writes that many days into dir, and returns the journal's path.
func (m *month) write(dir string, days int) string {
	path := filepath.Join(dir, "journal")
	for n := range days {
		name := path
		if n < days-1 {
			name += "." + m.at.AddDate(0, 0, 1).Format("20060102T150405.000Z") + ".zst"
		}
		f, err := os.Create(name)
		must(err)
		var to io.WriteCloser = f
		if n < days-1 {
			to, err = zstd.NewWriter(f, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(1<<20))
			must(err)
		}
		m.w = bufio.NewWriterSize(to, 1<<20)
		m.day(n == 0)
		must(m.w.Flush())
		must(to.Close())
	}
	return path
}

func (m *month) put(line []byte) {
	m.line = line[:0]
	m.bytes += int64(len(line))
	_, err := m.w.Write(line)
	must(err)
}

func (m *month) event(e *fleet.Event) {
	e.Time = m.at
	m.put(stream.AppendEvent(m.line, e))
}

// day writes one file.
func (m *month) day(first bool) {
	m.put(stream.AppendHello(m.line, &stream.Hello{Time: m.at, Host: "jump1", Version: "0", Tunnels: len(m.rows), Spokes: len(m.spokes)}))
	if first {
		m.event(&fleet.Event{Service: "journal", Was: "none", Is: "writing"})
	}
	sum := fleet.NewSummary(m.at)
	for i := range m.rows {
		m.rows[i].Time = m.at
		sum.Tunnels[m.rows[i].State]++
		m.put(stream.AppendTunnel(m.line, &m.rows[i]))
	}
	for i := range m.spokes {
		m.spokes[i].Time = m.at
		sum.Spokes[m.spokes[i].Path]++
		m.put(stream.AppendSpoke(m.line, &m.spokes[i]))
	}
	m.put(stream.AppendSummary(m.line, &sum))
	each := 24 * time.Hour / time.Duration(5*len(m.rows)) // a failure
	for end := m.at.Add(24*time.Hour - each); m.at.Before(end); m.at = m.at.Add(each) {
		m.tick()
	}
}

// tick lets one tunnel fail, and those come up that do in this minute.
func (m *month) tick() {
	minute := m.at.Unix() / 60
	if list, new := m.back[minute]; new {
		for _, n := range list {
			m.change(n, fleet.Up)
		}
		delete(m.back, minute)
		m.put(stream.AppendSummary(m.line, &fleet.Summary{Time: m.at}))
	}
	if n := m.random.IntN(len(m.rows)); m.rows[n].State == fleet.Up {
		m.change(n, fleet.Down)
		again := minute + 1 + m.random.Int64N(40)
		m.back[again] = append(m.back[again], n)
		m.outages++
	}
}

func (m *month) change(n int, to fleet.State) {
	t, s := &m.rows[n], &m.spokes[n/2]
	e := fleet.Event{Tunnel: t.Tunnel.Name, From: t.State, To: to}
	if to == fleet.Down {
		e.Reason, e.Counter = fleet.ReasonSilent, 3
		e.Detail = "neither the keepalive nor an ICMP echo to 198.51.100.17 comes back; look at the path"
	} else {
		e.Outage = m.at.Sub(t.Since)
		m.down += e.Outage
	}
	t.State, t.Since, t.Reason, t.Detail = to, m.at, e.Reason, e.Detail
	m.event(&e)
	was := s.Path
	m.reach(s, n&^1)
	m.event(&fleet.Event{Spoke: s.Spoke.Name, FromPath: was, ToPath: s.Path, Active: s.Active, Protected: s.Protected})
}

// reach finds how a spoke is reached; its tunnels are that one and the next.
func (m *month) reach(s *fleet.SpokeReport, n int) {
	was := s.Path
	first, second := m.rows[n].State == fleet.Up, m.rows[n+1].State == fleet.Up
	s.Path, s.Active, s.Protected = fleet.PathNone, "", first && second
	switch {
	case first:
		s.Path, s.Active, s.Rank = fleet.PathPrimary, m.rows[n].Tunnel.Name, 1
	case second:
		s.Path, s.Active, s.Rank = fleet.PathBackup, m.rows[n+1].Tunnel.Name, 2
	}
	if s.Path != was {
		s.Since = m.at
	}
}

// recall reads a journal, and returns its report and the most heap that was alive.
func recall(path string, o Options) (*Report, uint64) {
	names, err := journal.Files(path)
	must(err)
	var most uint64
	h := New(o)
	for _, name := range names {
		f, err := journal.Open(name)
		must(err)
		must(h.Read(name, f))
		must(f.Close())
		var mem runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&mem)
		most = max(most, mem.HeapAlloc)
	}
	r, err := h.Report()
	must(err)
	return r, most
}

// TestMonth: a month adds up, and its memory does not go with its length. By default it
// is 300 tunnels for three days; GREYLAG_MONTH=10000x30 is as many tunnels and days, and
// GREYLAG_MONTH_DIR keeps the journal.
func TestMonth(t *testing.T) {
	tunnels, days := 300, 3
	if text := os.Getenv("GREYLAG_MONTH"); text != "" {
		if _, err := fmt.Sscanf(text, "%dx%d", &tunnels, &days); err != nil {
			t.Fatal(err)
		}
	}
	dir := os.Getenv("GREYLAG_MONTH_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	m := newMonth(tunnels)
	path := m.write(dir, days)
	outages := 0
	start := time.Now()
	before := liveHeap()
	r, most := recall(path, Options{Outage: func(*Outage) error { outages++; return nil }})
	t.Logf("%d tunnels, %d days, %d MB as text: %v, %.1f MB of heap", tunnels, days, m.bytes>>20, time.Since(start), float64(most-before)/1e6)
	var open time.Duration
	for i := range m.rows {
		if m.rows[i].State == fleet.Down {
			open += r.Last.Sub(m.rows[i].Since)
		}
	}
	if got, want := r.Fleet.Down.Duration(), m.down+open; outages != m.outages+r.Spoked.Outages || r.Fleet.Outages != m.outages || (got-want).Abs() > time.Duration(2*outages)*time.Millisecond {
		t.Errorf("%d outages, %v down, want %d, %v", outages, got, m.outages, want)
	}
	if r.Fleet.Up+r.Fleet.Down != r.Fleet.Observed || !(r.Fleet.Ratio > 0.9 && r.Fleet.Ratio < 1) {
		t.Errorf("up %d, down %d of %d ms: %v", r.Fleet.Up, r.Fleet.Down, r.Fleet.Observed, r.Fleet.Ratio)
	}
	if r.Runs != 1 || r.Gaps != 0 || r.Unwritten != 0 || r.Problems != 0 {
		t.Errorf("%d runs, %d gaps, %d unwritten, %d problems", r.Runs, r.Gaps, r.Unwritten, r.Problems)
	}
	if limit := uint64(3<<20 + 1500*tunnels); most-before > limit {
		t.Errorf("%d bytes of heap for %d tunnels, more than %d", most-before, tunnels, limit)
	}
}

func liveHeap() uint64 {
	var mem runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&mem)
	return mem.HeapAlloc
}

func BenchmarkHistory(b *testing.B) {
	for _, tunnels := range []int{100, 10_000} {
		b.Run(strconv.Itoa(tunnels), func(b *testing.B) {
			m := newMonth(tunnels)
			path := m.write(b.TempDir(), 1)
			b.SetBytes(m.bytes)
			b.ReportAllocs()
			for b.Loop() {
				h := New(Options{})
				f, err := os.Open(path)
				must(err)
				must(h.Read(path, f))
				_, err = h.Report()
				must(err)
				must(f.Close())
			}
			b.ReportMetric(float64(m.outages*4), "events")
		})
	}
}
