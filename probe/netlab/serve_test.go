//go:build linux

package netlab_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"greylag/probe/awake"
	"greylag/probe/netlab"
	"greylag/probe/netlab/netlabtest"
)

// A responder that knows ICMP: type 8 becomes 0, and the checksum gets back what
// the type lost (RFC 792; RFC 1624 for the checksum).
func echoReply(packet []byte, now time.Time, emit func(time.Duration, []byte)) {
	mirror(0)(packet, now, func(d time.Duration, answer []byte) {
		answer[20] = 0
		binary.BigEndian.PutUint16(answer[22:], binary.BigEndian.Uint16(answer[22:])+0x0800)
		emit(d, answer)
	})
}

func TestEchoThroughAResponder(t *testing.T) {
	lab := netlabtest.Lab(t)
	must(t, lab.FarPrefix(netip.MustParsePrefix("198.51.100.0/24")))
	serve(t, lab, everywhere(respond(echoReply)))
	answer := nearSocket(t, "1").exchange(farHost, echoRequest(5))
	// 0x1234 + 5 = 0x1239, complemented.
	if want := []byte{0, 0, 0xed, 0xc6, 0x12, 0x34, 0, 5}; !bytes.Equal(answer[20:], want) {
		t.Errorf("answer % x; want % x", answer[20:], want)
	}
	if from := netip.AddrFrom4([4]byte(answer[12:16])); from.String() != farHost || answer[8] != 64 {
		t.Errorf("answer from %v, TTL %d; want %s and 64", from, answer[8], farHost)
	}
}

// The responder sees the whole packet, header first, and what it sends keeps its
// own header: identification, TOS, TTL, and the inner header untouched.
func TestGREKeepsItsHeaders(t *testing.T) {
	lab := netlabtest.Lab(t)
	must(t, lab.FarPrefix(netip.MustParsePrefix("198.51.100.0/24")))
	inner := packetOf(gre, 4599, farHost, "192.0.2.1", []byte{0, 0, 0, 0})
	requests := newRecorder()
	serve(t, lab, everywhere(respond(func(packet []byte, now time.Time, emit func(time.Duration, []byte)) {
		requests.Handle(packet, now, emit)
		answer := bytes.Clone(packet[24:]) // as a far end does: decapsulate and forward (R4)
		answer[1], answer[8] = 0xc0, 254
		emit(0, answer)
	})))
	answer := nearSocket(t, "47").exchange(farHost, append([]byte{0, 0, 8, 0}, inner...))
	request := requests.next(t)
	if len(request) != 48 || request[0] != 0x45 || request[9] != gre || !bytes.Equal(request[24:], inner) {
		t.Errorf("request % x; want a header, GRE and % x", request, inner)
	}
	if id := binary.BigEndian.Uint16(answer[4:]); id != 4599 || answer[1] != 0xc0 || answer[8] != 254 {
		t.Errorf("identification %d, TOS %#x, TTL %d; want 4599, 0xc0, 254", id, answer[1], answer[8])
	}
	if !bytes.Equal(answer[12:], inner[12:]) {
		t.Errorf("answer % x; want % x", answer[12:], inner[12:])
	}
}

func TestResponderByDestination(t *testing.T) {
	lab := netlabtest.Lab(t)
	must(t, lab.FarPrefix(netip.MustParsePrefix("198.51.100.0/24")))
	server := serve(t, lab, func(destination [4]byte) netlab.Responder {
		if destination == [4]byte{198, 51, 100, 7} {
			return mirror(0)
		}
		return nil
	})
	n := nearSocket(t, "47")
	must(t, n.send("198.51.100.8", keepaliveLike))
	n.exchange(farHost, keepaliveLike)
	n.quiet()
	must(t, server.Close()) // an answer may arrive before it is counted
	if got, want := server.Counts(), (netlab.Counts{Received: 2, Emitted: 1, Answered: 1}); got != want {
		t.Errorf("counts %+v; want %+v", got, want)
	}
}

// Answers leave in the order in which they are due, none of them early.
func TestDelays(t *testing.T) {
	lab := netlabtest.Lab(t)
	delays := map[byte]time.Duration{'a': 30 * time.Millisecond, 'b': 0, 'c': 15 * time.Millisecond}
	var mu sync.Mutex
	due := map[byte]time.Time{} // a machine may be late, and another one first
	serve(t, lab, everywhere(respond(func(packet []byte, now time.Time, emit func(time.Duration, []byte)) {
		mu.Lock()
		due[packet[24]] = now.Add(delays[packet[24]])
		mu.Unlock()
		mirror(delays[packet[24]])(packet, now, emit)
	})))
	n := nearSocket(t, "47")
	start := time.Now()
	for _, c := range []byte("abc") {
		must(t, n.send("192.0.2.2", []byte{0, 0, 8, 0, c}))
	}
	var order []byte
	for range 3 {
		c := n.receive()[24]
		if took := time.Since(start); took < delays[c] {
			t.Errorf("%c came after %v; want %v", c, took, delays[c])
		}
		order = append(order, c)
	}
	mu.Lock()
	defer mu.Unlock()
	if !slices.IsSortedFunc(order, func(a, b byte) int { return due[a].Compare(due[b]) }) {
		t.Errorf("order %s; due at %v", order, due)
	}
}

func TestSend(t *testing.T) {
	lab := netlabtest.Lab(t)
	must(t, lab.FarPrefix(netip.MustParsePrefix("198.51.100.0/24")))
	server := serve(t, lab, everywhere(nil))
	n := nearSocket(t, "47")
	must(t, server.Send(packetOf(gre, 77, farHost, "192.0.2.1", keepaliveLike)))
	if got := n.receive(); binary.BigEndian.Uint16(got[4:]) != 77 || !bytes.Equal(got[20:], keepaliveLike) {
		t.Errorf("received % x; want identification 77 and % x", got, keepaliveLike)
	}
	for _, bad := range [][]byte{nil, make([]byte, 20), packetOf(gre, 1, farHost, "192.0.2.1", nil)[:19], {0x4f, 19: 0}} {
		if err := server.Send(bad); err == nil || !strings.Contains(err.Error(), "not an IPv4 packet") {
			t.Errorf("Send(% x) = %v", bad, err)
		}
	}
	if err := server.Send(packetOf(gre, 1, farHost, "203.0.113.1", nil)); err == nil {
		t.Error("sent to where no route goes")
	}
}

// What cannot be sent is counted and stops nothing behind it.
func TestRefusedAnswers(t *testing.T) {
	lab := netlabtest.Lab(t)
	server := serve(t, lab, everywhere(respond(func(packet []byte, now time.Time, emit func(time.Duration, []byte)) {
		emit(0, []byte("no packet"))
		emit(0, packetOf(gre, 1, "192.0.2.2", "203.0.113.1", nil)) // no route
		mirror(0)(packet, now, emit)
	})))
	nearSocket(t, "47").exchange("192.0.2.2", keepaliveLike)
	must(t, server.Close()) // an answer may arrive before it is counted
	if got, want := server.Counts(), (netlab.Counts{Received: 1, Emitted: 3, Answered: 1, Failed: 2}); got != want {
		t.Errorf("counts %+v; want %+v", got, want)
	}
}

func TestServerEndsWithItsContext(t *testing.T) {
	lab := netlabtest.Lab(t)
	ctx, cancel := context.WithCancel(t.Context())
	server, err := lab.Serve(ctx, everywhere(mirror(time.Hour)))
	must(t, err)
	n := nearSocket(t, "47")
	must(t, n.send("192.0.2.2", keepaliveLike))
	cancel()
	must(t, server.Close())
	n.quiet()
	if _, err := lab.Serve(t.Context(), everywhere(mirror(0))); err != nil {
		t.Error("serving again: ", err)
	}
}

// A burst of a whole fleet, as a program that starts badly would send it. An
// ordinary user's receive buffers may be too small for it: then, and only then,
// packets may be missing, and the server has to say which.
func TestBurst(t *testing.T) {
	const burst = 10000
	lab := netlabtest.Lab(t)
	far := serve(t, lab, everywhere(mirror(0)))
	n := nearSocket(t, "47")
	must(t, n.SetReadBuffer(64<<20))
	clock, start, sent := awake.Start(t), time.Now(), make(chan struct{})
	go func() {
		defer close(sent)
		for i := range burst {
			if err := n.send("192.0.2.2", binary.BigEndian.AppendUint32(nil, uint32(i))); err != nil {
				t.Error(err)
			}
		}
	}()
	seen := make(map[string]bool)
	for len(seen) < burst {
		begun := time.Now()
		p, err := n.receiveWithin(time.Second)
		if err != nil && clock.Stolen(begun, time.Now()) > 100*time.Millisecond {
			continue
		}
		if err != nil {
			break
		}
		seen[string(p[20:24])] = true
	}
	<-sent
	n.exchange("192.0.2.2", keepaliveLike) // the kernel tells of drops with the next packet
	must(t, far.Close())
	counts := far.Counts()
	t.Logf("%d of %d answered in %v, %+v, rmem_max %d", len(seen), burst, time.Since(start), counts, rmemMax(t))
	if counts.Received+counts.Dropped != burst+1 || counts.Answered != counts.Received || counts.Failed != 0 {
		t.Errorf("counts %+v; want %d received or dropped, and all that were received answered", counts, burst+1)
	}
	if len(seen) != burst && rmemMax(t) > burst*876 {
		t.Errorf("%d of %d came back, although the buffers have room for all", len(seen), burst)
	}
}

// rmemMax is what an ordinary user's sockets get for a receive buffer, in bytes.
func rmemMax(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/sys/net/core/rmem_max")
	if errors.Is(err, os.ErrNotExist) {
		return 0 // it is not shown in this namespace
	}
	must(t, err)
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	must(t, err)
	return n
}

// TestResponderIsNotShared would fail under -race if two readers called one
// responder at once.
func TestResponderIsNotShared(t *testing.T) {
	lab := netlabtest.Lab(t)
	calls := 0
	server := serve(t, lab, everywhere(respond(func(packet []byte, now time.Time, emit func(time.Duration, []byte)) {
		calls++
		if packet[9] == icmp {
			echoReply(packet, now, emit)
			return
		}
		mirror(0)(packet, now, emit)
	})))
	g, e := nearSocket(t, "47"), nearSocket(t, "1")
	for range 100 {
		must(t, g.send("192.0.2.2", keepaliveLike))
		must(t, e.send("192.0.2.2", echoRequest(1)))
	}
	for range 100 {
		g.receive()
		e.receive()
	}
	must(t, server.Close())
	if calls != 200 {
		t.Errorf("%d calls; want 200", calls)
	}
	if err := server.Send(packetOf(gre, 1, "192.0.2.2", "192.0.2.1", nil)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Send on a closed server: %v", err)
	}
}

// BenchmarkExchange is one packet there and back, this side's system calls
// included: what a lab costs beside the program that it is for.
func BenchmarkExchange(b *testing.B) {
	lab := netlabtest.Lab(b)
	serve(b, lab, everywhere(mirror(0)))
	n := nearSocket(b, "47")
	b.ReportAllocs()
	for b.Loop() {
		n.exchange("192.0.2.2", keepaliveLike)
	}
}
