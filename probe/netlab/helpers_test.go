//go:build linux

package netlab_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"golang.org/x/net/ipv4"

	"greylag/probe/netlab"
)

const (
	icmp = 1
	gre  = 47
	// patience bounds what must come; nothing waits that long when all is well.
	patience = time.Minute
)

// headerOf returns an IPv4 header without options as RFC 791 section 3.1 has it;
// the kernel fills in the checksum.
func headerOf(protocol byte, id uint16, from, to string, payload int) []byte {
	h := make([]byte, 20, 20+payload)
	h[0], h[8], h[9] = 0x45, 255, protocol
	binary.BigEndian.PutUint16(h[2:], uint16(20+payload))
	binary.BigEndian.PutUint16(h[4:], id)
	copy(h[12:], netip.MustParseAddr(from).AsSlice())
	copy(h[16:], netip.MustParseAddr(to).AsSlice())
	return h
}

func packetOf(protocol byte, id uint16, from, to string, payload []byte) []byte {
	return append(headerOf(protocol, id, from, to, len(payload)), payload...)
}

// respond is a Responder that is a function.
type respond func(packet []byte, now time.Time, emit func(time.Duration, []byte))

func (r respond) Handle(packet []byte, now time.Time, emit func(time.Duration, []byte)) {
	r(packet, now, emit)
}

// mirror sends everything back: source and destination exchanged, TTL 64, the
// rest as it came.
func mirror(delay time.Duration) respond {
	return func(packet []byte, _ time.Time, emit func(time.Duration, []byte)) {
		answer := bytes.Clone(packet)
		copy(answer[12:16], packet[16:20])
		copy(answer[16:20], packet[12:16])
		answer[8] = 64
		emit(delay, answer)
	}
}

// everywhere puts one responder on every address.
func everywhere(r netlab.Responder) func([4]byte) netlab.Responder {
	return func([4]byte) netlab.Responder { return r }
}

// recorder keeps what reached the far side.
type recorder struct{ packets chan []byte }

func newRecorder() *recorder { return &recorder{packets: make(chan []byte, 100)} }

func (r *recorder) Handle(packet []byte, _ time.Time, _ func(time.Duration, []byte)) {
	r.packets <- bytes.Clone(packet)
}

// next returns the next packet.
func (r *recorder) next(t *testing.T) []byte {
	t.Helper()
	select {
	case p := <-r.packets:
		return p
	case <-time.After(patience):
		t.Fatal("no packet reached the far side")
		return nil
	}
}

func serve(t testing.TB, lab *netlab.Lab, r func([4]byte) netlab.Responder) *netlab.Server {
	t.Helper()
	s, err := lab.Serve(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// near is a raw socket of the near side. The kernel builds the header of what it
// sends; what it receives has it.
type near struct {
	*net.IPConn
	t testing.TB
}

func nearSocket(t testing.TB, protocol string) near {
	t.Helper()
	conn, err := net.ListenPacket("ip4:"+protocol, "0.0.0.0")
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return near{conn.(*net.IPConn), t}
}

func (n near) send(to string, payload []byte) error {
	_, err := n.WriteTo(payload, &net.IPAddr{IP: net.ParseIP(to)})
	return err
}

func (n near) receive() []byte {
	n.t.Helper()
	p, err := n.receiveWithin(patience)
	must(n.t, err)
	return p
}

func (n near) receiveWithin(d time.Duration) ([]byte, error) {
	must(n.t, n.SetReadDeadline(time.Now().Add(d)))
	batch := []ipv4.Message{{Buffers: [][]byte{make([]byte, 2048)}}}
	if _, err := ipv4.NewPacketConn(n).ReadBatch(batch, 0); err != nil {
		return nil, err
	}
	return batch[0].Buffers[0][:batch[0].N], nil
}

// quiet fails the test if something comes. A short look is enough: veth delivers
// during the system call that sends.
func (n near) quiet() {
	n.t.Helper()
	if p, err := n.receiveWithin(20 * time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		n.t.Fatalf("received % x, %v; want silence", p, err)
	}
}

// exchange sends payload and returns the answer.
func (n near) exchange(to string, payload []byte) []byte {
	n.t.Helper()
	must(n.t, n.send(to, payload))
	return n.receive()
}
