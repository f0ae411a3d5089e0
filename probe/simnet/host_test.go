package simnet_test

import (
	"bytes"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"greylag/probe/simnet"
)

// The header on the wire by hand: TOS and TTL as told, DF clear, an identification
// of the kernel's own (1, the host's first).
func TestOuterHeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.Plain)
		e, err := w.conn.Egress(47, addrA, "", 64, 0xb8)
		w.must(err)
		var sent [][]byte
		w.net.Tap(func(p []byte, at time.Time) {
			if !at.Equal(time.Now()) {
				t.Errorf("sent at %v", at)
			}
			sent = append(sent, bytes.Clone(p))
		})
		w.conn.Queue(e, addrB.As4(), unhex(t, bareRequest)[20:])
		w.conn.Flush(nil)
		// 45b8+0030 = 45e8; +0001 = 45e9; +402f = 8618; +0a4d = 9065; +0001 =
		// 9066; +0a4d = 9ab3; +0101 = 9bb4; checksum 644b.
		want := append(unhex(t, "45b8 0030 0001 0000 402f 644b 0a4d0001 0a4d0101"), unhex(t, bareRequest)[20:]...)
		if len(sent) != 1 || !bytes.Equal(sent[0], want) {
			t.Errorf("sent %x\nwant %x", sent, want)
		}
		w.net.Tap(nil)
		w.send(1)
		if len(sent) != 1 {
			t.Error("the tap does not end")
		}
	})
}

// ICMP goes by the same door.
func TestEcho(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.NoGRE)
		e, err := w.conn.Egress(1, addrA, "", 255, 0)
		w.must(err)
		w.conn.Queue(e, addrB.As4(), echoRequest(t)[20:])
		w.conn.Flush(nil)
		w.receive()
		if len(w.got) != 1 || kind(w.got[0].packet) != "echo" || !bytes.Equal(w.got[0].packet[20:], unhex(t, "0000 edc4 1234 0007")) {
			t.Errorf("got %v", w.got)
		}
	})
}

func TestEgressRefusesTheImpossible(t *testing.T) {
	w := newWorld(t, simnet.Plain)
	for name, c := range map[string]struct {
		protocol uint8
		source   netip.Addr
		device   string
		ttl      uint8
	}{
		"TCP":       {6, addrA, "", 255},
		"IPv6":      {47, netip.IPv6Loopback(), "", 255},
		"no source": {47, netip.Addr{}, "", 255},
		"device":    {47, addrA, strings.Repeat("x", 16), 255},
		"TTL":       {47, addrA, "", 0},
	} {
		if _, err := w.conn.Egress(c.protocol, c.source, c.device, c.ttl, 0); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := w.conn.Egress(47, netip.MustParseAddr("10.99.0.1"), strings.Repeat("x", 15), 1, 0); err != nil {
		t.Errorf("an address that is not there yet: %v", err)
	}
}

// Each fault concerns its own packets, says why, and ends.
func TestFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.Plain)
		second := netip.MustParseAddr("10.77.0.2")
		w.must(w.host.AddAddress(second))
		w.must(w.far.SetTunnels(simnet.Tunnel{}))
		eth0, err := w.conn.Egress(47, addrA, "eth0", 255, 0)
		w.must(err)
		from2, err := w.conn.Egress(47, second, "", 255, 0)
		w.must(err)
		flush := func() map[int]error {
			errs := map[int]error{}
			for _, e := range []int{w.egress, eth0, from2, 77, -1} {
				s := spec()
				if e == from2 {
					s.Source = second
				}
				w.conn.Queue(e, addrB.As4(), request(s, uint16(e))[20:])
			}
			w.conn.Flush(func(place int, err error) { errs[place] = err })
			return errs
		}
		check := func(what string, want map[int]error) {
			t.Helper()
			if want[3] == nil { // handles that were never given out
				want[3], want[4] = syscall.EBADF, syscall.EBADF
			}
			if got := flush(); !maps.Equal(got, want) {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
			if got := w.receive(); len(got) != 5-len(want) {
				t.Errorf("%s: %d answers, want %d", what, len(got), 5-len(want))
			}
		}
		check("no fault", map[int]error{})
		w.host.SetFault(simnet.Fault{Device: "eth0", Err: syscall.ENODEV})
		check("device gone", map[int]error{1: syscall.ENODEV})
		w.host.SetFault(simnet.Fault{Source: second, Destination: addrB, Err: syscall.ENETUNREACH})
		check("and no route", map[int]error{1: syscall.ENODEV, 2: syscall.ENETUNREACH})
		w.host.SetFault(simnet.Fault{Device: "eth0", Err: syscall.EPERM})
		w.host.SetFault(simnet.Fault{Source: second, Destination: addrB})
		check("another in its place", map[int]error{1: syscall.EPERM})
		w.host.SetFault(simnet.Fault{Device: "eth0"})
		w.host.SetFault(simnet.Fault{Destination: addrA, Err: syscall.EPERM})
		check("other destination", map[int]error{})
		w.host.SetSendRoom(1, syscall.ENOBUFS)
		check("buffer full", map[int]error{1: syscall.ENOBUFS, 2: syscall.ENOBUFS, 3: syscall.EBADF, 4: syscall.EBADF})
		w.host.SetSendRoom(-1, nil)
		w.must(w.host.RemoveAddress(second))
		check("address gone", map[int]error{2: syscall.EADDRNOTAVAIL})
		w.must(w.host.AddAddress(second))
		check("and back", map[int]error{})
	})
}

func TestTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.Plain)
		var got []error
		for _, n := range []int{65515, 65516} {
			w.conn.Queue(w.egress, addrB.As4(), make([]byte, n))
		}
		w.conn.Flush(func(place int, err error) { got = append(got, err) })
		if !slices.Equal(got, []error{syscall.EMSGSIZE}) {
			t.Errorf("got %v", got)
		}
	})
}

// With IP_HDRINCL the kernel writes length, checksum, and an identification that
// is 0; a header that cannot be is refused.
func TestReflectConnHeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.Plain)
		conn := w.host.ReflectConn()
		var sent [][]byte
		w.net.Tap(func(p []byte, _ time.Time) { sent = append(sent, bytes.Clone(p)) })
		unfinished := unhex(t, bareRequest)
		copy(unfinished[2:], []byte{9, 9})
		copy(unfinished[10:], []byte{9, 9})
		anonymous := unhex(t, bareRequest)
		copy(anonymous[4:], []byte{0, 0})
		long := unhex(t, bareRequest)
		long[0] = 0x4f
		for _, p := range [][]byte{unfinished, anonymous, long, long[:19], make([]byte, 65536), nil} {
			conn.QueuePacket(addrB.As4(), p)
		}
		errs := map[int]error{}
		conn.Flush(func(place int, err error) { errs[place] = err })
		want := map[int]error{3: syscall.EINVAL, 4: syscall.EMSGSIZE, 5: syscall.EINVAL, 2: syscall.EINVAL}
		if !maps.Equal(errs, want) {
			t.Errorf("failed %v, want %v", errs, want)
		}
		if len(sent) != 2 || !bytes.Equal(sent[0], unhex(t, bareRequest)) {
			t.Fatalf("sent %x", sent)
		}
		// Identification 0001 in place of 1235: 16cf0 - 1235 + 1 = 15abc, folded
		// 5abd, checksum a542.
		if !bytes.Equal(sent[1][:12], unhex(t, "45c0 0030 0001 0000 ff2f a542")) {
			t.Errorf("sent %x", sent[1][:12])
		}
		conn.Flush(func(int, error) { t.Error("the batch was not emptied") })
	})
}

func TestAddressesInUse(t *testing.T) {
	w := newWorld(t, simnet.Plain)
	if _, err := w.net.Host(addrB); err == nil || !strings.Contains(err.Error(), "10.77.1.1 is in use") {
		t.Errorf("a host at the far end's address: %v", err)
	}
	if err := w.net.Add(lab(t, simnet.Plain)); err == nil {
		t.Error("two far ends at one address")
	}
	if _, err := w.net.Host(netip.IPv6Loopback()); err == nil {
		t.Error("an IPv6 host")
	}
	if err := w.host.RemoveAddress(addrB); err == nil {
		t.Error("another's address was removed")
	}
	if _, err := w.net.Path(addrA, netip.IPv6Loopback()); err == nil {
		t.Error("a path to IPv6")
	}
}

// A node that is taken away takes nothing in; another one can have its address.
func TestRemove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.Plain)
		w.path(addrA, addrB).Set(simnet.Impairment{Delay: 10 * ms})
		w.send(1)
		time.Sleep(4 * ms)
		w.send(2)
		time.Sleep(6 * ms)
		w.net.Remove(addrB)
		w.send(3)
		time.Sleep(time.Second)
		if got := w.receive(); !slices.Equal(got, []uint16{1}) {
			t.Errorf("answers %v, want 1 only", got)
		}
		w.must(w.net.Add(lab(t, simnet.Plain)))
		w.send(4)
		time.Sleep(time.Second)
		if got := w.receive(); !slices.Equal(got, []uint16{4}) {
			t.Errorf("answers %v, want 4", got)
		}
	})
}
