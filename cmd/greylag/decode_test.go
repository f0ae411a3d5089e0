package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"greylag/probe/capture"
	"greylag/probe/gre"
)

// referenceCapture is the reference's router A, `keepalive 5 4`: answered, then not
// for a while, with a stray and another tunnel beside it.
func referenceCapture(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := capture.NewWriter(&b, capture.LinkRaw)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 11, 28, 1, 18, 1, 19e6, time.UTC)
	write := func(after time.Duration, packet []byte) {
		if err := w.Write(start.Add(after), packet); err != nil {
			t.Fatal(err)
		}
	}
	a := gre.Spec{Source: netip.MustParseAddr("192.168.1.1"), Destination: netip.MustParseAddr("192.168.1.2"), TTL: 255, TOS: 0xc0}
	other := a
	other.Destination, other.Key, other.HasKey = netip.MustParseAddr("198.51.100.17"), 40, true
	answer := func(s gre.Spec, id uint16) []byte {
		p := s.AppendRequest(nil, gre.Marks{ID: id})
		p = p[len(p)-s.AnswerLen():]
		gre.DecrementTTL(p)
		return p
	}
	for i := range 20 {
		at, id := time.Duration(i)*5*time.Second, uint16(4599+i)
		write(at, a.AppendRequest(nil, gre.Marks{ID: id}))
		if i < 2 || i > 18 {
			write(at+812*time.Microsecond, answer(a, id))
		}
		if i == 1 {
			write(at+900*time.Microsecond, answer(a, id))
			write(at+time.Second, other.AppendRequest(nil, gre.Marks{ID: 7}))
			write(at+2*time.Second, []byte{0x45, 0, 0, 20, 0, 0, 0, 0, 64, 6, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2})
		}
	}
	return b.Bytes()
}

func TestDecodeGolden(t *testing.T) {
	pcap := referenceCapture(t)
	for name, args := range map[string][]string{
		"text": {"--retries", "4"}, "json": {"--json", "--retries", "4"}, "debug": {"--debug"},
		"inventory": {"-c", packetConfig(t)},
	} {
		stdout, stderr := runs(t, 0, pcap, append([]string{"decode", "-"}, args...)...)
		compareGolden(t, "testdata/decode/"+name+".txt", []byte(stdout+stderr))
	}
	debug, _ := runs(t, 0, pcap, "decode", "--debug", "-")
	for _, line := range []string{ // R21's own
		"01:19:16.019: Tunnel0: sending keepalive, 192.168.1.1->192.168.1.2 (len=24 ttl=0), counter=14\n",
		"01:19:21.019: Tunnel0: sending keepalive, 192.168.1.1->192.168.1.2 (len=24 ttl=0), counter=15\n",
		"01:19:26.019: Tunnel0: sending keepalive, 192.168.1.1->192.168.1.2 (len=24 ttl=0), counter=16\n",
	} {
		if !strings.Contains(debug, line) {
			t.Errorf("no %q", line)
		}
	}
}

// Files that are damaged, cut off, foreign or empty: what could be read, and one
// line that says what is wrong.
func TestDecodeDamaged(t *testing.T) {
	pcap := referenceCapture(t)
	dir := t.TempDir()
	file := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	whole, cut := file("whole.pcap", pcap), file("cut.pcap", pcap[:200])
	empty, foreign := file("empty", nil), file("foreign", []byte("GIF89a........................."))
	nothing := file("nothing.pcap", pcap[:24])
	wifi := bytes.Clone(pcap)
	wifi[20] = 105
	for _, c := range []struct {
		code         int
		files        []string
		found, wrong string
	}{
		{0, []string{whole, whole}, "\n52 frames: 42 requests, 8 answers; 2 other\n", ""},
		{0, []string{nothing}, "no keepalive in 0 frames\n", ""},
		{1, []string{cut}, "3 frames: 2 requests, 1 answer\n", cut + ": cut off in the middle of a record at octet 200\n"},
		{1, []string{cut, whole}, "29 frames: 23 requests, 5 answers; 1 other\n", cut + ": cut off in the middle of a record at octet 200\n"},
		{1, []string{empty}, "", empty + ": empty: not even the header of a capture\n"},
		{1, []string{foreign}, "", foreign + ": not a capture: it begins with 47 49 46 38 (want a pcap or pcapng file, as tcpdump -w and Wireshark write)\n"},
		{1, []string{dir + "/none"}, "", "open " + dir + "/none: no such file or directory\n"},
		{1, []string{file("wifi.pcap", wifi)}, "", dir + "/wifi.pcap: link type 105 is not read (want Ethernet, raw IP, Linux cooked, PPP, Cisco HDLC or loopback) at octet 20\n"},
		{1, []string{dir}, "", "read " + dir + ": is a directory\n"},
	} {
		stdout, stderr := runs(t, c.code, nil, append([]string{"decode"}, c.files...)...)
		if !strings.HasSuffix(stdout, c.found) || (c.found == "") != (stdout == "") || !strings.HasSuffix(stderr, c.wrong) || (c.wrong == "") != (stderr == "") {
			t.Errorf("%v: found %q, want %q\nsaid %q, want %q", c.files, stdout[max(0, len(stdout)-100):], c.found, stderr, c.wrong)
		}
	}
}

func TestDecodeUsage(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"", "decode needs a capture"}, {"- --json --debug", "--json and --debug exclude each other"},
		{"- --retries 256", "--retries 256 is out of range"}, {"- --interval -1s", "--interval -1s is out of range"},
		{"- --match port", `--match "port" is neither id nor address`},
	} {
		if _, stderr := runs(t, exitUsage, nil, append([]string{"decode"}, strings.Fields(c.args)...)...); !strings.HasPrefix(stderr, c.want) {
			t.Errorf("%s: %q, want %q", c.args, stderr, c.want)
		}
	}
	if _, stderr := runs(t, exitInventory, nil, "decode", "-c", "/nowhere", "-"); stderr == "" {
		t.Error("nothing is said of an inventory that is not there")
	}
}

// A pipe that stands still shows what it has brought, and an end from outside does
// not wait for more.
func TestDecodeOfALivePipe(t *testing.T) {
	in, feed := io.Pipe()
	show, out := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan int)
	go func() {
		ended <- run(ctx, []string{"decode", "--debug", "-"}, in, out, io.Discard)
		out.Close()
	}()
	pcap := referenceCapture(t)
	go func() { _, _ = feed.Write(pcap) }() // and never closes it
	b := make([]byte, 1<<20)
	n, lines := 0, 0
	for lines < 21 {
		more, err := show.Read(b[n:])
		if err != nil {
			t.Fatal(err)
		}
		n += more
		lines = bytes.Count(b[:n], []byte("\n"))
	}
	cancel()
	if code := <-ended; code != 0 || lines != 21 {
		t.Errorf("exit %d after %d lines", code, lines)
	}
}

// growing makes a capture of that many keepalives as it is read, and looks at the
// memory meanwhile.
type growing struct {
	left    int
	spec    gre.Spec
	b       []byte
	at      time.Time
	mostMem uint64
}

func (g *growing) Read(p []byte) (int, error) {
	if len(g.b) == 0 {
		if g.left == 0 {
			return 0, io.EOF
		}
		g.refill()
	}
	n := copy(p, g.b)
	g.b = g.b[n:]
	return n, nil
}

// refill writes a second of 1,000 tunnels, of which every seventh is not answered.
func (g *growing) refill() {
	var b bytes.Buffer
	w, _ := capture.NewWriter(&b, capture.LinkRaw) // a buffer does not fail
	if g.at.IsZero() {
		g.at = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	} else {
		b.Reset() // the header is there
	}
	g.at = g.at.Add(time.Second)
	for i := range 1000 {
		g.spec.Key = uint32(i)
		p := g.spec.AppendRequest(nil, gre.Marks{ID: uint16(g.left)})
		_ = w.Write(g.at.Add(time.Duration(i)*time.Millisecond), p)
		if i%7 != 0 {
			_ = w.Write(g.at.Add(time.Duration(i)*time.Millisecond+500*time.Microsecond), p[len(p)-g.spec.AnswerLen():])
		}
	}
	g.b = b.Bytes()
	if g.left--; g.left%16 == 0 {
		g.mostMem = max(g.mostMem, heap())
	}
}

// heap is how many octets are in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Memory does not grow with the capture. GREYLAG_CAPTURE_MIB makes it longer.
func TestDecodeInBoundedMemory(t *testing.T) {
	mib := 4
	if s := os.Getenv("GREYLAG_CAPTURE_MIB"); s != "" {
		var err error
		if mib, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	const perSecond = 1000*(16+56) + 857*(16+28)
	g := &growing{left: mib << 20 / perSecond}
	g.spec = gre.Spec{Source: netip.MustParseAddr("192.0.2.1"), Destination: netip.MustParseAddr("192.0.2.2"), TTL: 255, HasKey: true}
	seconds := g.left
	lines := countLines{}
	before, start := heap(), time.Now() // other tests have left something
	a := &app{stdin: g, stdout: &lines, stderr: io.Discard}
	if err := a.runDecode(t.Context(), decoding{json: true}, []string{"-"}); err != nil {
		t.Fatal(err)
	}
	if want := seconds*1857 + 1000; lines.n != want {
		t.Errorf("%d records, want %d", lines.n, want)
	}
	t.Logf("%d MiB, %d keepalives in %v; at most %d KiB of memory over %d before",
		mib, seconds*1857, time.Since(start).Round(time.Millisecond), int64(g.mostMem-before)>>10, before>>10)
	if g.mostMem > before+8<<20 {
		t.Errorf("%d octets of memory, %d before", g.mostMem, before)
	}
}

type countLines struct{ n int }

func (c *countLines) Write(b []byte) (int, error) {
	c.n += bytes.Count(b, []byte("\n"))
	return len(b), nil
}

// An output that is gone is not a failure; one that fails is.
func TestDecodeOutput(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
	}{{os.ErrClosed, 1}, {errors.New("full"), 1}} {
		if got := run(t.Context(), []string{"decode", "-"}, bytes.NewReader(referenceCapture(t)), failingOutput{c.err}, io.Discard); got != c.code {
			t.Errorf("%v: exit %d, want %d", c.err, got, c.code)
		}
	}
}

type failingOutput struct{ error }

func (f failingOutput) Write([]byte) (int, error) { return 0, f.error }
