package rawsock

import (
	"net/netip"
	"testing"
	"time"

	"greylag/probe/netlab/netlabtest"
)

var loopback = netip.MustParseAddr("127.0.0.1")

// loop is a connection to this host itself, and a batch of 64.
func loop(tb testing.TB, payload []byte) (c *Conn, queue func()) {
	tb.Helper()
	netlabtest.Lab(tb) // brings lo up
	c = open(tb, Options{ReceiveBuffer: 1 << 20})
	way := egressOf(tb, c, 47, loopback, "", 255, 0xc0)
	return c, func() {
		for range batch {
			c.Queue(way, loopback.As4(), payload)
		}
	}
}

// A keepalive's request, which the filter does not let back in, and an answer.
var (
	requestPayload = requestCases[0].packet[20:]
	answerPayload  = answerCases[0].packet[20:]
)

func failure64(tb testing.TB) func(int, error) {
	return func(place int, err error) { tb.Errorf("packet %d: %v", place, err) }
}

// Sending and receiving allocate nothing for a packet, and next to nothing for a
// system call.
func TestNoAllocation(t *testing.T) {
	c, queue := loop(t, answerPayload)
	failed, got := failure64(t), 0
	handle := func([]byte, time.Time) { got++ }
	for name, f := range map[string]func(){
		"64 packets out and in": func() {
			queue()
			c.Flush(failed)
			must(t, drain(c, handle))
		},
		"looking for packets": func() { must(t, drain(c, handle)) },
	} {
		f()
		if n := testing.AllocsPerRun(100, f); n > 0 {
			t.Errorf("%s: %v allocations; want none", name, n)
		}
	}
	if got != 102*batch {
		t.Errorf("%d packets received; want %d", got, 102*batch)
	}
}

// BenchmarkFlush64 sends a batch, which the kernel filters out on its way back.
func BenchmarkFlush64(b *testing.B) {
	c, queue := loop(b, requestPayload)
	failed := failure64(b)
	b.ReportAllocs()
	for b.Loop() {
		queue()
		c.Flush(failed)
	}
	perPacket(b)
}

// BenchmarkReceive64 reads a batch with its timestamps.
func BenchmarkReceive64(b *testing.B) {
	c, queue := loop(b, answerPayload)
	failed, got := failure64(b), 0
	handle := func([]byte, time.Time) { got++ }
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		queue()
		c.Flush(failed)
		b.StartTimer()
		if err := drain(c, handle); err != nil {
			b.Fatal(err)
		}
	}
	if got != b.N*batch {
		b.Errorf("%d packets received; want %d", got, b.N*batch)
	}
	perPacket(b)
}

func perPacket(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*batch), "ns/packet")
}
