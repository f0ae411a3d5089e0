package icmp_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"greylag/probe/alloctest"
	"greylag/probe/icmp"
)

// goldenEcho is an echo message by hand (RFC 792): type 8, code 0, checksum,
// identifier 0x1267, sequence number 0x00ff, then 56 octets 08, 09, … 3f.
//
// The checksum: the data's 28 words are 0809, 0a0b, … 3e3f. Their high octets
// 08 + 0a + … + 3e are 28 · (08 + 3e)/2 = 28 · 35 = 980 = 3d4, their low ones 28
// more, 3f0, so they sum to 3d400 + 3f0 = 3d7f0. With 0800 + 1267 + 00ff = 1b66
// that is 3f356; carried, f356 + 3 = f359; its complement is 0ca6.
const goldenEcho = "08000ca6126700ff" +
	"08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" +
	"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"

func TestAppendEchoGolden(t *testing.T) {
	got := icmp.AppendEcho([]byte("before"), 0x1267, 0x00ff)
	if string(got[:6]) != "before" || hex.EncodeToString(got[6:]) != goldenEcho {
		t.Errorf("appended\n%x; want\n%s", got[6:], goldenEcho)
	}
	if icmp.EchoLen != len(goldenEcho)/2 {
		t.Errorf("EchoLen is %d; want %d", icmp.EchoLen, len(goldenEcho)/2)
	}
}

// goldenReply is what answers it: type 0, so that the checksum rises by 0800 to
// 14a6; from 198.51.100.7 to 192.0.2.1, TTL 57.
const goldenReply = "45c000540000000039010000" + "c6336407" + "c0000201" +
	"000014a6126700ff" +
	"08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" +
	"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"

func reply(t testing.TB) []byte {
	t.Helper()
	b, err := hex.DecodeString(goldenReply)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var wantReply = icmp.Reply{
	Source: [4]byte{198, 51, 100, 7}, Destination: [4]byte{192, 0, 2, 1}, TTL: 57, ID: 0x1267, Sequence: 0x00ff,
}

// accepted are changes after which a packet is an echo reply all the same.
var accepted = map[string]func(p []byte) []byte{
	"as it is": func(p []byte) []byte { return p },
	"padded":   func(p []byte) []byte { return append(p, 1, 2, 3) },
	"IP options": func(p []byte) []byte {
		p = bytes.Join([][]byte{p[:20], {1, 1, 1, 0}, p[20:]}, nil)
		p[0], p[3] = 0x46, p[3]+4
		return p
	},
	"no data": func(p []byte) []byte { // 0 + 1267 + 00ff = 1366
		return append(append(p[:2:2], 0, 28), append(p[4:20:20], 0, 0, 0xec, 0x99, 0x12, 0x67, 0, 0xff)...)
	},
	"an odd octet of data": func(p []byte) []byte { // 1366 + ab00 = be66
		return append(append(p[:2:2], 0, 29), append(p[4:20:20], 0, 0, 0x41, 0x99, 0x12, 0x67, 0, 0xff, 0xab)...)
	},
}

func TestParseReply(t *testing.T) {
	for name, change := range accepted {
		if got, err := icmp.ParseReply(change(reply(t))); err != nil || got != wantReply {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, wantReply)
		}
	}
}

// refused are changes after which it is none.
var refused = map[string]func(p []byte) []byte{
	"nothing":                  func(p []byte) []byte { return nil },
	"19 octets":                func(p []byte) []byte { return p[:19] },
	"IPv6":                     func(p []byte) []byte { p[0] = 0x65; return p },
	"header of 16 octets":      func(p []byte) []byte { p[0] = 0x44; return p },
	"header beyond the packet": func(p []byte) []byte { p[0] = 0x4f; return p[:40] },
	"total beyond the packet":  func(p []byte) []byte { p[3]++; return p },
	"total within the header":  func(p []byte) []byte { p[3] = 19; return p },
	"GRE":                      func(p []byte) []byte { p[9] = 47; return p },
	"7 octets of ICMP":         func(p []byte) []byte { p[3] = 27; return p[:27] },
	"cut off":                  func(p []byte) []byte { p[3] = 82; return p[:82] },
	"a request":                func(p []byte) []byte { p[20], p[22] = 8, 0x0c; return p },
	"code 1":                   func(p []byte) []byte { p[21], p[23] = 1, 0xa5; return p },
	"unreachable":              func(p []byte) []byte { p[20], p[22] = 3, 0x11; return p },
	"a wrong checksum":         func(p []byte) []byte { p[23]++; return p },
	"an octet changed":         func(p []byte) []byte { p[60] ^= 1; return p },
}

func TestParseReplyRefuses(t *testing.T) {
	for name, change := range refused {
		if got, err := icmp.ParseReply(change(reply(t))); err != icmp.ErrNotEchoReply || got != (icmp.Reply{}) {
			t.Errorf("%s: %+v, %v; want ErrNotEchoReply", name, got, err)
		}
	}
}

func TestNoAllocation(t *testing.T) {
	b, packet := make([]byte, 0, icmp.EchoLen), reply(t)
	n := testing.AllocsPerRun(100, func() {
		b = icmp.AppendEcho(b[:0], 1, 2)
		_, _ = icmp.ParseReply(packet)
	})
	if n != 0 {
		t.Errorf("%v allocations; want 0", n)
	}
}

// What is parsed is what is there, and nothing makes it panic.
func FuzzParseReply(f *testing.F) {
	for _, change := range accepted {
		f.Add(change(reply(f)))
	}
	for _, change := range refused {
		f.Add(change(reply(f)))
	}
	f.Fuzz(func(t *testing.T, packet []byte) {
		r, err := icmp.ParseReply(packet)
		if err != nil {
			return
		}
		header := int(packet[0]&15) * 4
		message := packet[header : int(packet[2])<<8|int(packet[3])]
		if message[0] != 0 || r.ID != uint16(message[4])<<8|uint16(message[5]) || r.TTL != packet[8] {
			t.Errorf("% x gave %+v", packet, r)
		}
	})
}

// A reply to any echo is parsed to what was asked.
func FuzzEchoAndReply(f *testing.F) {
	f.Add(uint16(0), uint16(0))
	f.Add(uint16(0xffff), uint16(0xffff))
	f.Add(uint16(0x1267), uint16(0xf7ff))
	f.Fuzz(func(t *testing.T, id, sequence uint16) {
		p := icmp.AppendEcho(reply(t)[:20], id, sequence)
		sum := uint32(p[22])<<8 | uint32(p[23])
		sum += 0x0800 // type 8 becomes 0 (RFC 1624)
		sum = sum>>16 + sum&0xffff
		p[20], p[22], p[23] = 0, byte(sum>>8), byte(sum)
		r, err := icmp.ParseReply(p)
		if err != nil || r.ID != id || r.Sequence != sequence {
			t.Errorf("echo %#04x %#04x: %+v, %v", id, sequence, r, err)
		}
	})
}

func BenchmarkAppendEcho(b *testing.B) {
	buf := make([]byte, 0, icmp.EchoLen)
	check := alloctest.Forbid(b)
	for b.Loop() {
		buf = icmp.AppendEcho(buf[:0], 1, 2)
	}
	check()
}

func BenchmarkParseReply(b *testing.B) {
	packet := reply(b)
	check := alloctest.Forbid(b)
	for b.Loop() {
		if _, err := icmp.ParseReply(packet); err != nil {
			b.Fatal(err)
		}
	}
	check()
}
