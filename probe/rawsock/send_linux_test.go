package rawsock

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
)

// Each way out shows in the IP header: protocol, source, TTL, TOS; DF is clear.
func TestEgressOnTheWire(t *testing.T) {
	f := newFar(t)
	other := netip.MustParseAddr("192.0.2.77")
	must(t, f.Underlay().AddAddress(other))
	c := open(t, Options{ReceiveBuffer: 1 << 20, Echo: true})
	for _, w := range []struct {
		protocol uint8
		source   netip.Addr
		device   string
		ttl, tos uint8
	}{
		{47, nearAddress, "", 255, 0xc0},
		{47, other, "", 255, 0xc0},
		{47, nearAddress, "near0", 255, 0xc0},
		{47, nearAddress, "", 1, 0xc0},
		{47, nearAddress, "", 255, 0},
		{47, other, "near0", 64, 0x28},
		{1, nearAddress, "", 255, 0xc0},
		{1, other, "near0", 9, 0x10},
	} {
		way := egressOf(t, c, w.protocol, w.source, w.device, w.ttl, w.tos)
		c.Queue(way, farAddress.As4(), []byte{0, 0, 8, 0, 0xaa, 0xbb, 0xcc, 0xdd})
		if errs := flushed(c); len(errs) > 0 {
			t.Fatalf("%+v: %v", w, errs)
		}
		p := f.next(t)
		source, df := netip.AddrFrom4([4]byte(p[12:16])), p[6]&0x40 != 0
		if p[9] != w.protocol || source != w.source || p[8] != w.ttl || p[1] != w.tos || df {
			t.Errorf("%+v: sent protocol %d, source %v, TTL %d, TOS %#x, DF %v", w, p[9], source, p[8], p[1], df)
		}
		if !bytes.Equal(p[20:], []byte{0, 0, 8, 0, 0xaa, 0xbb, 0xcc, 0xdd}) {
			t.Errorf("%+v: payload % x", w, p[20:])
		}
	}
}

// A batch of many goes out whole and in order, though packets in it fail, with
// both protocols mixed.
func TestFlushOfMany(t *testing.T) {
	f := newFar(t)
	c := open(t, Options{ReceiveBuffer: 1 << 20, Echo: true})
	gre := egressOf(t, c, 47, nearAddress, "", 255, 0xc0)
	gone := egressOf(t, c, 47, nearAddress, "none0", 255, 0xc0)
	const n = 3*batch + 5
	want := map[int]error{}
	for i := range n {
		way, to := gre, farAddress
		switch {
		case i%10 == 3:
			to, want[i] = nobody, syscall.ENETUNREACH
		case i%10 == 7:
			way, want[i] = gone, syscall.ENODEV
		}
		c.Queue(way, to.As4(), []byte{0, 0, 8, 0, byte(i >> 8), byte(i)})
	}
	if got := flushed(c); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("failed: %v; want %v", got, want)
	}
	for i := range n {
		if want[i] != nil {
			continue
		}
		if number := binary.BigEndian.Uint16(f.next(t)[24:]); int(number) != i {
			t.Fatalf("packet %d arrived; want %d", number, i)
		}
	}
	if errs := flushed(c); len(errs) > 0 || len(f.arrived) > 0 {
		t.Errorf("an empty batch: %v, %d packets", errs, len(f.arrived))
	}
}

// An address that is not this host's has a name of its own, whatever the kernel
// calls it, and it is told from a missing route.
func TestAlienSource(t *testing.T) {
	newFar(t)
	c := open(t, Options{ReceiveBuffer: 1 << 20})
	alien := egressOf(t, c, 47, netip.MustParseAddr("192.0.2.99"), "", 255, 0xc0)
	ours := egressOf(t, c, 47, nearAddress, "", 255, 0xc0)
	c.Queue(alien, farAddress.As4(), make([]byte, 4))
	c.Queue(ours, nobody.As4(), make([]byte, 4))
	c.Queue(alien, nobody.As4(), make([]byte, 4))
	want := map[int]error{0: syscall.EADDRNOTAVAIL, 1: syscall.ENETUNREACH, 2: syscall.EADDRNOTAVAIL}
	if got := flushed(c); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("failed: %v; want %v", got, want)
	}
}

// Bound to a device, a packet leaves by it although the route is by another.
func TestDeviceBinding(t *testing.T) {
	f := newFar(t)
	_, err := f.AddLink("near1", netip.MustParsePrefix("198.18.0.1/24"), netip.MustParsePrefix("198.18.0.2/24"))
	must(t, err)
	c := open(t, Options{ReceiveBuffer: 1 << 20})
	bound := egressOf(t, c, 47, nearAddress, "near1", 255, 0xc0)
	before := [2]int{transmitted(t, "near0"), transmitted(t, "near1")}
	for range 10 {
		c.Queue(bound, farAddress.As4(), make([]byte, 8))
	}
	if errs := flushed(c); len(errs) > 0 {
		t.Fatal(errs)
	}
	if n := transmitted(t, "near1") - before[1]; n != 10 {
		t.Errorf("%d packets left by near1; want 10", n)
	}
	if n := transmitted(t, "near0") - before[0]; n != 0 {
		t.Errorf("%d packets left by near0; want none", n)
	}
}

// transmitted returns how many packets left by a device.
func transmitted(t *testing.T, device string) (n int) {
	t.Helper()
	table, err := os.ReadFile("/proc/self/net/dev")
	must(t, err)
	for line := range strings.Lines(string(table)) {
		if name, counters, _ := strings.Cut(strings.TrimSpace(line), ":"); name == device {
			fields := strings.Fields(counters)
			_, err := fmt.Sscan(fields[9], &n)
			must(t, err)
			return n
		}
	}
	t.Fatalf("no device %s", device)
	return 0
}

func TestEgressRefuses(t *testing.T) {
	newFar(t)
	c := open(t, Options{ReceiveBuffer: 1 << 20})
	for name, f := range map[string]func() (int, error){
		"long device": func() (int, error) { return c.Egress(47, nearAddress, "sixteen-letters0", 1, 0) },
		"IPv6":        func() (int, error) { return c.Egress(47, netip.IPv6Loopback(), "", 1, 0) },
		"no address":  func() (int, error) { return c.Egress(47, netip.Addr{}, "", 1, 0) },
		"UDP":         func() (int, error) { return c.Egress(17, nearAddress, "", 1, 0) },
	} {
		if _, err := f(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// The reflector's packets leave as they are, header and all.
func TestReflectSendsWholePackets(t *testing.T) {
	f := newFar(t)
	c := openReflect(t, 1<<20)
	const n = batch + 9
	var want [][]byte
	for i := range n {
		p := ip(47, nil, greHeader(0, 0, []byte{byte(i)}))
		p[4], p[5], p[8] = 0x43, byte(i), 254 // identification, TTL
		copy(p[12:], []byte{192, 0, 2, 1, 198, 51, 100, 7})
		c.QueuePacket(farAddress.As4(), p)
		if i == 20 {
			c.QueuePacket(nobody.As4(), p)
		}
		want = append(want, p)
	}
	if errs := flushed(c); len(errs) != 1 || errs[21] != syscall.ENETUNREACH {
		t.Errorf("failed: %v; want 21: ENETUNREACH", errs)
	}
	for i, w := range want {
		got := f.next(t)
		w[10], w[11] = got[10], got[11] // the checksum is the kernel's
		if !bytes.Equal(got, w) {
			t.Fatalf("packet %d:\n% x; want\n% x", i, got, w)
		}
	}
}
