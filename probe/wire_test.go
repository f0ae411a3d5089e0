package probe_test

import (
	"encoding/binary"
	"testing"

	"greylag/probe"
)

// What goes out is what a router sends (R4, R5): both headers with TOS 0xc0, TTL
// 255 and DF clear, the inner one 24 octets long, 28 with the key, which is on
// both GRE headers. The identifications alone are drawn.
func TestBytesOnTheWire(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		keyed := tunnelTo(far(2), n.interval())
		keyed.HasKey, keyed.Key, keyed.ReplyTo, keyed.TTL, keyed.TOS = true, 1017, nearOther, 99, 0x28
		plainSeen, keyedSeen := n.arrivals(far(1)), n.arrivals(far(2))
		start(t, n.conn(), []probe.Tunnel{tunnelTo(far(1), n.interval()), keyed}, probe.Options{})

		plain := keepalive{source: near, destination: far(1), innerSource: far(1), innerDestination: near,
			outer: header{tos: 0xc0, ttl: 255, protocol: 47}, inner: header{tos: 0xc0, ttl: 255, protocol: 47}, protocol: 0x0800}
		seen := map[uint16]bool{}
		for range 5 {
			id := sentAs(t, plain, nextKeepalive(t, n, plainSeen, "plain"), 24)
			if seen[id] || id == 0 {
				t.Errorf("identification %#x: want another each time, and not 0", id)
			}
			seen[id] = true
		}

		h, key := header{tos: 0x28, ttl: 99, protocol: 47}, []byte{0, 0, 0x03, 0xf9}
		sentAs(t, keepalive{source: near, destination: far(2), innerSource: far(2), innerDestination: nearOther,
			outer: h, inner: h, protocol: 0x0800, flags: 0x2000, options: key, innerFlags: 0x2000, trailing: key,
		}, nextKeepalive(t, n, keyedSeen, "keyed"), 28)
	})
}

// sentAs checks that a packet is the keepalive, but for the identifications, and
// returns the inner one, whose header is at the given place.
func sentAs(t *testing.T, k keepalive, packet []byte, at int) (id uint16) {
	t.Helper()
	if len(packet) < at+20 {
		t.Fatalf("sent % x", packet)
	}
	k.outer.id = binary.BigEndian.Uint16(packet[4:])
	k.inner.id = binary.BigEndian.Uint16(packet[at+4:])
	if want := k.bytes(); string(packet) != string(want) {
		t.Errorf("sent\n% x; want\n% x", packet, want)
	}
	return k.inner.id
}

// nextKeepalive returns the next packet that is no diagnostic echo.
func nextKeepalive(t *testing.T, n network, seen <-chan []byte, what string) []byte {
	t.Helper()
	for {
		if p := next(t, n, seen, what); p[9] != probe.ProtocolICMP {
			return p
		}
	}
}
