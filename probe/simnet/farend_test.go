package simnet_test

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"greylag/probe/gre"
	"greylag/probe/simnet"
)

// bareRequest by hand: IP A→B, TOS c0, length 20+4+24 = 0x30, id 1235, TTL 255,
// protocol 47; its words sum up to 45c0+0030+1235+ff2f+0a4d+0001+0a4d+0101 =
// 16cf0, folded 6cf1, so the checksum is 930e. GRE 0800. IP B→A, length 0x18, id
// 1234: 45c0+0018+1234+ff2f+0a4d+0101+0a4d+0001 = 16cd7, folded 6cd8, checksum
// 9327. GRE 0.
const bareRequest = `45c0 0030 1235 0000 ff2f 930e 0a4d0001 0a4d0101 0000 0800
	45c0 0018 1234 0000 ff2f 9327 0a4d0101 0a4d0001 0000 0000`

// The answer: the inner packet, TTL 254, so 0100 less in the sum and 0100 more
// in the checksum.
const bareAnswer = `45c0 0018 1234 0000 fe2f 9427 0a4d0101 0a4d0001 0000 0000`

func TestAnswerBytes(t *testing.T) {
	f := lab(t, simnet.Plain)
	got := f.Handle([]byte("before"), unhex(t, bareRequest), start)
	if want := append([]byte("before"), unhex(t, bareAnswer)...); !bytes.Equal(got, want) {
		t.Errorf("got  %x\nwant %x", got, want)
	}
}

// No tunnel: ICMP 3/3 from B, TTL 64, TOS network control, with the whole request
// inside, 20+8+48 = 0x4c octets. IP words: 45c0+004c+0001+4001+0a4d+0101+0a4d+
// 0001 = 9baa, checksum 6455. ICMP words: 0303, the two IP headers, which sum up
// to ffff = 0 each, and 0800: 0b03, checksum f4fc.
func TestICMPErrorBytes(t *testing.T) {
	f := lab(t, simnet.NoTunnel)
	got := f.Handle(nil, unhex(t, bareRequest), start)
	want := unhex(t, "45c0 004c 0001 0000 4001 6455 0a4d0101 0a4d0001 0303 f4fc 00000000"+bareRequest)
	if !bytes.Equal(got, want) {
		t.Errorf("got  %x\nwant %x", got, want)
	}
}

// The precedence of an error is that of network control, the rest of its TOS that
// of the packet.
func TestICMPErrorTOS(t *testing.T) {
	for tos, want := range map[uint8]uint8{0: 0xc0, 0x28: 0xc8, 0xc0: 0xc0, 0x1c: 0xdc} {
		p := change(t, func(out, _ []byte) { out[1] = tos })
		if got := lab(t, simnet.NoTunnel).Handle(nil, p, start); got[1] != want {
			t.Errorf("TOS %#x: %#x, want %#x", tos, got[1], want)
		}
	}
}

// echoRequest by hand: 45c0+001c+0001+ff01+0a4d+0001+0a4d+0101 = 15a7a, folded
// 5a7b, checksum a584. ICMP 0800 + 1234 + 0007 = 1a3b, checksum e5c4.
func echoRequest(t testing.TB) []byte {
	return unhex(t, "45c0 001c 0001 0000 ff01 a584 0a4d0001 0a4d0101 0800 e5c4 1234 0007")
}

// The reply: TTL 64 = 0x40, so bf00 less: 9b7a, checksum 6485; ICMP 1234 + 0007 =
// 123b, checksum edc4.
func TestEchoBytes(t *testing.T) {
	f := lab(t, simnet.NoGRE)
	got := f.Handle(nil, echoRequest(t), start)
	want := unhex(t, "45c0 001c 0001 0000 4001 6485 0a4d0101 0a4d0001 0000 edc4 1234 0007")
	if !bytes.Equal(got, want) {
		t.Errorf("got  %x\nwant %x", got, want)
	}
}

// change returns the bare request with changes to the inner packet at the place
// given; its header checksum is made right again.
func change(t testing.TB, change func(outer, inner []byte)) []byte {
	p := unhex(t, bareRequest)
	change(p, p[24:])
	reseal(p[24:44])
	reseal(p[:20])
	return p
}

func reseal(header []byte) {
	header[10], header[11] = 0, 0
	var s uint32
	for i := 0; i < len(header); i += 2 {
		s += uint32(binary.BigEndian.Uint16(header[i:]))
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	binary.BigEndian.PutUint16(header[10:], ^uint16(s))
}

// "Measured on this kernel", line by line, and what any kernel does.
func TestMeasured(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(outer, inner []byte)
		want string
	}{
		{"inner TTL 1", func(_, in []byte) { in[8] = 1 }, "silent"},
		{"inner TTL 0", func(_, in []byte) { in[8] = 0 }, "silent"},
		{"inner TTL 2", func(_, in []byte) { in[8] = 2 }, "answer"},
		{"outer TTL 1", func(out, _ []byte) { out[8] = 1 }, "answer"},
		{"outer CE, inner not-ECT", func(out, _ []byte) { out[1] |= 3 }, "silent"},
		{"outer ECT(0), inner not-ECT", func(out, _ []byte) { out[1] |= 2 }, "answer"},
		{"to itself", func(_, in []byte) { copy(in[16:], in[12:16]) }, "silent"},
		{"GRE version 1", func(out, _ []byte) { out[21] = 1 }, "silent"},
		{"GRE routing", func(out, _ []byte) { out[20] = 0x40 }, "silent"},
		{"GRE header ends early", func(out, _ []byte) { out[20], out[2], out[3] = 0xb0, 0, 32 }, "silent"},
		{"Cisco metadata", func(out, _ []byte) { out[22], out[23] = 0x89, 0x09 }, "silent"},
		{"answer", func(out, _ []byte) { out[22] = 0 }, "silent"},
		{"shorter than 12", func(out, _ []byte) { out[3] = 31 }, "silent"},
		{"fragment", func(out, _ []byte) { out[6] = 0x20 }, "silent"},
		{"other protocol", func(out, _ []byte) { out[9] = 132 }, "icmp 3/2"},
		{"other remote", func(out, _ []byte) { out[15] = 9 }, "icmp 3/3"},
		{"other destination", func(out, _ []byte) { out[19] = 9 }, "silent"},
		{"IP version 6", func(out, _ []byte) { out[0] = 0x65 }, "silent"},
		{"total length too long", func(out, _ []byte) { out[3]++ }, "silent"},
		{"inner total length too long", func(_, in []byte) { in[3]++ }, "silent"},
	} {
		if got := kind(lab(t, simnet.Plain).Handle(nil, change(t, c.edit), start)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestWrongChecksums(t *testing.T) {
	wrong := func(place int) []byte {
		p := unhex(t, bareRequest)
		p[place] ^= 0x5a
		return p
	}
	if got := kind(lab(t, simnet.Plain).Handle(nil, wrong(10), start)); got != "silent" {
		t.Errorf("outer IP checksum: %s", got)
	}
	if got := kind(lab(t, simnet.Plain).Handle(nil, wrong(34), start)); got != "silent" {
		t.Errorf("inner IP checksum: %s", got)
	}
	s := spec()
	s.Checksum = true
	outer := request(s, 1)
	outer[24] ^= 0x5a
	if got := kind(lab(t, simnet.Checksum).Handle(nil, outer, start)); got != "silent" {
		t.Errorf("outer GRE checksum: %s", got)
	}
	// A plain tunnel, and a checksum on the inner GRE header only, a wrong one:
	// it is not looked at, and comes back.
	inner := unhex(t, bareRequest+"dead 0000")
	inner[3], inner[27], inner[44] = 0x34, 0x1c, 0x80
	reseal(inner[:20])
	reseal(inner[24:44])
	got := lab(t, simnet.Plain).Handle(nil, inner, start)
	if kind(got) != "answer" || !bytes.HasSuffix(got, []byte{0x80, 0, 0, 0, 0xde, 0xad, 0, 0}) {
		t.Errorf("inner GRE checksum: %s %x", kind(got), got)
	}
}

// Outer CE with inner ECT(0) comes back as CE.
func TestCongestionIsKept(t *testing.T) {
	p := change(t, func(out, in []byte) { out[1] |= 3; in[1] |= 2 })
	got := lab(t, simnet.Plain).Handle(nil, p, start)
	if kind(got) != "answer" || got[1] != 0xc3 || got[8] != 254 {
		t.Errorf("%s %x", kind(got), got)
	}
	want := append([]byte(nil), got[:20]...)
	reseal(want)
	if !bytes.Equal(got[:20], want) {
		t.Errorf("header checksum of %x is wrong", got[:20])
	}
}

// What comes after the inner GRE header returns; what comes after a total
// length is padding and does not.
func TestTrailingBytes(t *testing.T) {
	for _, n := range []int{32, 1400} {
		tail := bytes.Repeat([]byte{0xa5}, n)
		p := append(unhex(t, bareRequest), tail...)
		binary.BigEndian.PutUint16(p[2:], uint16(48+n))
		binary.BigEndian.PutUint16(p[26:], uint16(24+n))
		reseal(p[:20])
		reseal(p[24:44])
		got := lab(t, simnet.Plain).Handle(nil, append(p, "padding"...), start)
		if len(got) != 24+n || !bytes.HasSuffix(got, tail) {
			t.Errorf("%d octets: %d came back", n, len(got)-24)
		}
	}
	got := lab(t, simnet.Plain).Handle(nil, unhex(t, bareRequest+"ffff ffff ffff"), start)
	if !bytes.Equal(got, unhex(t, bareAnswer)) {
		t.Errorf("padded frame: %x", got)
	}
}

// A seq tunnel drops what is not newer; numbers go round at 2^32.
func TestSequenceTunnel(t *testing.T) {
	f, s := lab(t, simnet.Sequence), spec()
	s.Sequence = true
	for _, c := range []struct {
		number uint32
		want   string
	}{
		{5, "answer"}, {6, "answer"}, {6, "silent"}, {3, "silent"}, {9, "answer"}, {8, "silent"},
		{1<<31 + 8, "answer"}, {1<<32 - 1, "answer"}, {0, "answer"}, {1<<32 - 1, "silent"}, {1, "answer"},
	} {
		p := s.AppendRequest(nil, gre.Marks{ID: 1, Sequence: c.number})
		if got := kind(f.Handle(nil, p, start)); got != c.want {
			t.Errorf("number %d: %s, want %s", c.number, got, c.want)
		}
	}
}

// Only the outer header's options select the tunnel.
func TestInnerOptionsDoNotMatter(t *testing.T) {
	s := spec()
	s.HasKey, s.Key = true, 1001
	p := request(s, 1) // IP 20, GRE 8, IP 20, GRE 8: drop the inner key
	p = p[:52]
	p[3], p[31], p[48] = 52, 24, 0
	reseal(p[:20])
	reseal(p[28:48])
	if got := kind(lab(t, simnet.Key).Handle(nil, p, start)); got != "answer" {
		t.Errorf("no inner key: %s", got)
	}
}

// With ip_gre and no tunnel, less than 12 octets of GRE are silent, 12 are not.
func TestShortGRE(t *testing.T) {
	for n, want := range map[byte]string{4: "silent", 11: "silent", 12: "icmp 3/3"} {
		p := change(t, func(out, _ []byte) { out[3] = 20 + n })
		if got := kind(lab(t, simnet.NoTunnel).Handle(nil, p, start)); got != want {
			t.Errorf("%d octets: %s, want %s", n, got, want)
		}
	}
}

// An ICMP error is at most 576 octets long: 548 of the packet.
func TestQuoteIsCut(t *testing.T) {
	p := append(unhex(t, bareRequest), make([]byte, 1000)...)
	binary.BigEndian.PutUint16(p[2:], 1048)
	reseal(p[:20])
	if got := lab(t, simnet.NoGRE).Handle(nil, p, start); len(got) != 576 || !bytes.Equal(got[28:], p[:548]) {
		t.Errorf("%d octets", len(got))
	}
}

// Linux: a burst of six errors, then one a second.
func TestICMPErrorsAreLimited(t *testing.T) {
	f := lab(t, simnet.NoTunnel)
	count := func(n int, at time.Duration) (errors int) {
		for range n {
			if f.Handle(nil, unhex(t, bareRequest), start.Add(at)) != nil {
				errors++
			}
		}
		return errors
	}
	for _, c := range []struct {
		at   time.Duration
		want int
	}{{0, 6}, {999 * time.Millisecond, 0}, {time.Second, 1}, {3500 * time.Millisecond, 2}, {4 * time.Second, 1}, {time.Hour, 6}} {
		if got := count(10, c.at); got != c.want {
			t.Errorf("after %v: %d errors, want %d", c.at, got, c.want)
		}
	}
}

// No ICMP error about an ICMP error, and nothing for other ICMP (RFC 1122 3.2.2).
func TestNoErrorAboutErrors(t *testing.T) {
	for _, s := range []simnet.Scenario{simnet.Plain, simnet.NoHost} {
		p := echoRequest(t)
		p[20] = 3
		if got := kind(lab(t, s).Handle(nil, p, start)); got != "silent" {
			t.Errorf("%s: unreachable: %s", s, got)
		}
	}
	p := echoRequest(t)
	p[25]++
	if got := kind(lab(t, simnet.Plain).Handle(nil, p, start)); got != "silent" {
		t.Errorf("wrong ICMP checksum: %s", got)
	}
}

func TestSetRouter(t *testing.T) {
	f := lab(t, simnet.NoHost)
	router := netip.MustParseAddr("10.77.255.254")
	if err := f.SetRouter(router); err != nil {
		t.Fatal(err)
	}
	got := f.Handle(nil, unhex(t, bareRequest), start)
	if kind(got) != "icmp 3/1" || !bytes.Equal(got[12:16], router.AsSlice()) {
		t.Errorf("%s from %v", kind(got), got[12:16])
	}
	if f.SetRouter(netip.IPv6Loopback()) == nil {
		t.Error("an IPv6 router was taken")
	}
}

// Two tunnels at one far end, told apart by remote and key; a multipoint one
// takes the rest.
func TestSeveralTunnels(t *testing.T) {
	other := netip.MustParseAddr("10.77.0.2")
	f, err := simnet.NewFarEnd(addrB, simnet.Plain,
		simnet.Tunnel{Checksum: true},
		simnet.Tunnel{Remote: addrA},
		simnet.Tunnel{Remote: addrA, HasKey: true, Key: 7})
	if err != nil {
		t.Fatal(err)
	}
	if f.Address() != addrB {
		t.Errorf("address %v", f.Address())
	}
	for _, c := range []struct {
		name   string
		source netip.Addr
		edit   func(*gre.Spec)
		want   string
	}{
		{"A", addrA, nil, "answer"},
		{"A with key 7", addrA, key(7), "answer"},
		{"A with key 8", addrA, key(8), "icmp 3/3"},
		{"A with csum", addrA, csum, "silent"},
		{"other", other, nil, "silent"},
		{"other with csum", other, csum, "answer"},
	} {
		s := spec()
		s.Source = c.source
		if c.edit != nil {
			c.edit(&s)
		}
		if got := kind(f.Handle(nil, request(s, 1), start)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	// Set anew, a seq tunnel takes any first number, however large.
	if err := f.SetTunnels(simnet.Tunnel{Sequence: true}); err != nil {
		t.Fatal(err)
	}
	s := spec()
	s.Sequence = true
	if got := kind(f.Handle(nil, s.AppendRequest(nil, gre.Marks{Sequence: 1<<31 + 5}), start)); got != "answer" {
		t.Errorf("first number: %s", got)
	}
	if err := f.SetTunnels(); err != nil {
		t.Fatal(err)
	}
	if got := kind(f.Handle(nil, request(spec(), 1), start)); got != "icmp 3/3" {
		t.Errorf("no tunnel left: %s", got)
	}
}

func TestFarEndRefusesIPv6(t *testing.T) {
	six := netip.IPv6Loopback()
	if _, err := simnet.NewFarEnd(six, simnet.Plain); err == nil {
		t.Error("as its own address")
	}
	if _, err := simnet.NewFarEnd(addrB, simnet.Plain, simnet.Tunnel{Remote: six}); err == nil {
		t.Error("as a remote")
	}
}

// Whatever arrives, nothing breaks, and what is sent is a whole IPv4 packet.
func FuzzHandle(f *testing.F) {
	f.Add(unhex(f, bareRequest), uint8(0))
	f.Add(unhex(f, bareAnswer), uint8(22))
	f.Add(echoRequest(f), uint8(21))
	f.Fuzz(func(t *testing.T, p []byte, which uint8) {
		all := simnet.Scenarios()
		got := lab(t, all[int(which)%len(all)]).Handle(nil, p, start)
		if len(got) == 0 {
			return
		}
		size := int(got[0]&0xf) * 4
		if got[0]>>4 != 4 || int(binary.BigEndian.Uint16(got[2:])) != len(got) {
			t.Fatalf("%x", got)
		}
		header := append([]byte(nil), got[:size]...)
		if reseal(header); !bytes.Equal(header, got[:size]) {
			t.Fatalf("header checksum of %x", got)
		}
	})
}

func BenchmarkHandle(b *testing.B) {
	f, p := lab(b, simnet.Plain), unhex(b, bareRequest)
	buffer := make([]byte, 0, 1500)
	b.ReportAllocs()
	for b.Loop() {
		f.Handle(buffer, p, start)
	}
}
