package icmp_test

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"slices"
	"testing"

	"greylag/probe/alloctest"
	"greylag/probe/icmp"
)

// goldenKeepalive is a bare keepalive from 192.0.2.1 to 198.51.100.7 (R4), one
// hop on its way: TTL 254.
const goldenKeepalive = "45c0003012350000fe2fbd6d" + "c0000201" + "c6336407" + "00000800" +
	"45c0001812340000ff2fbc86" + "c6336407" + "c0000201" + "00000000"

// goldenError is 203.0.113.1 saying "communication administratively prohibited"
// (RFC 1812 section 5.2.7.1: type 3, code 13) about it, by hand.
//
// The checksum: both IP headers in the quote carry right ones, so each sums to
// ffff, which is 0 in ones' complement. What is left is 030d, and the GRE headers'
// 0000 + 0800 and 0000 + 0000: 0b0d, whose complement is f4f2. The header's words
// 45c0 + 004c + 3f01 + cb00 + 7101 + c000 + 0201 sum to 2830f; carried, 8311; its
// complement is 7cee.
const goldenError = "45c0004c000000003f017cee" + "cb007101" + "c0000201" + "030df4f200000000" + goldenKeepalive

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func wantError(t testing.TB) icmp.Error {
	t.Helper()
	return icmp.Error{
		Sender: [4]byte{203, 0, 113, 1}, Type: 3, Code: 13,
		Source: [4]byte{192, 0, 2, 1}, Destination: [4]byte{198, 51, 100, 7}, Protocol: 47,
		Quote: unhex(t, goldenKeepalive)[20:],
	}
}

// resealed makes length and checksums of an ICMP packet right after a change.
func resealed(p []byte) []byte {
	p[2], p[3] = byte(len(p)>>8), byte(len(p))
	sum(p[int(p[0]&15)*4:], 2)
	sum(p[:int(p[0]&15)*4], 10)
	return p
}

// sum writes the Internet checksum of p at its place in p (RFC 1071), octet by
// octet.
func sum(p []byte, place int) {
	p[place], p[place+1] = 0, 0
	var s uint32
	for i, octet := range p {
		s += uint32(octet) << (8 * (1 - i%2))
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	p[place], p[place+1] = ^byte(s>>8), ^byte(s)
}

// quoteAt is where the quoted packet begins.
const quoteAt = 20 + 8

// extended is the golden error with RFC 4884's extension behind a quote that is
// padded to n octets; with its length where said.
func extended(t testing.TB, n int, length byte) []byte {
	p := append(unhex(t, goldenError), make([]byte, n-48)...)
	p[quoteAt-3] = length
	mpls := []byte{0x20, 0, 0, 0, 0, 8, 1, 1, 0, 1, 0xff, 0x01} // RFC 4950
	sum(mpls, 2)
	return resealed(append(p, mpls...))
}

// errorCases are errors, and in what they differ from the golden one.
func errorCases(t testing.TB) map[string]struct {
	packet []byte
	want   func(*icmp.Error)
} {
	edit := func(change func(p []byte) []byte) []byte { return resealed(change(unhex(t, goldenError))) }
	same := func(*icmp.Error) {}
	return map[string]struct {
		packet []byte
		want   func(*icmp.Error)
	}{
		"golden":          {unhex(t, goldenError), same},
		"frame's padding": {append(unhex(t, goldenError), 1, 2, 3), same},
		"host unreachable": {edit(func(p []byte) []byte { p[21] = 1; return p }),
			func(e *icmp.Error) { e.Code = 1 }},
		"time exceeded": {edit(func(p []byte) []byte { p[20], p[21] = 11, 0; return p }),
			func(e *icmp.Error) { e.Type, e.Code = 11, 0 }},
		"parameter problem, pointer 20": {edit(func(p []byte) []byte { p[20], p[21], p[24] = 12, 0, 20; return p }),
			func(e *icmp.Error) { e.Type, e.Code = 12, 0 }},
		"next-hop MTU (RFC 1191)": {edit(func(p []byte) []byte { p[21], p[26], p[27] = 4, 5, 0x78; return p }),
			func(e *icmp.Error) { e.Code = 4 }},
		"8 octets quoted": {edit(func(p []byte) []byte { return p[:quoteAt+28] }),
			func(e *icmp.Error) { e.Quote = e.Quote[:8] }},
		"IP options on the error": {edit(func(p []byte) []byte {
			p[0] = 0x46
			return slices.Insert(p, 20, 1, 1, 1, 0)
		}), same},
		"IP options in the quote": {edit(func(p []byte) []byte {
			p[quoteAt], p[quoteAt+3] = 0x46, 52
			return slices.Insert(p, quoteAt+20, 1, 1, 1, 0)
		}), same},
		"extensions, with their length":        {extended(t, 128, 32), same},
		"extensions of before RFC 4884":        {extended(t, 128, 0), same},
		"extensions, a quote of 256":           {extended(t, 256, 64), same},
		"a length under the least":             {edit(func(p []byte) []byte { p[25] = 1; return p }), same},
		"a length beyond the message":          {edit(func(p []byte) []byte { p[25] = 255; return p }), same},
		"quoted length in the host's order":    {edit(func(p []byte) []byte { p[30], p[31] = 0x30, 0; return p }), same},
		"quoted length without its header":     {edit(func(p []byte) []byte { p[31] = 28; return p }), func(e *icmp.Error) { e.Quote = e.Quote[:8] }},
		"quoted length 0":                      {edit(func(p []byte) []byte { p[31] = 0; return p }), same},
		"quoted checksum as the router had it": {edit(func(p []byte) []byte { p[38] = 0; return p }), same},
		"a quoted first fragment":              {edit(func(p []byte) []byte { p[34] = 0x20; return p }), same},
		"quoted TCP": {edit(func(p []byte) []byte { p[37] = 6; return p }),
			func(e *icmp.Error) { e.Protocol = 6 }},
	}
}

func TestParseError(t *testing.T) {
	for name, c := range errorCases(t) {
		want := wantError(t)
		c.want(&want)
		if got, err := icmp.ParseError(c.packet); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, want)
		}
	}
}

// refusedErrors are changes after which it is none.
var refusedErrors = map[string]func(p []byte) []byte{
	"nothing":                func(p []byte) []byte { return nil },
	"an echo reply":          func(p []byte) []byte { p[20] = 0; return resealed(p) },
	"a redirect":             func(p []byte) []byte { p[20] = 5; return resealed(p) },
	"source quench":          func(p []byte) []byte { p[20] = 4; return resealed(p) },
	"GRE":                    func(p []byte) []byte { p[9] = 47; return resealed(p) },
	"a wrong checksum":       func(p []byte) []byte { p[22]++; return p },
	"cut off":                func(p []byte) []byte { return p[:len(p)-1] },
	"7 octets of ICMP":       func(p []byte) []byte { return resealed(p[:27]) },
	"nothing quoted":         func(p []byte) []byte { return resealed(p[:quoteAt]) },
	"quoted header cut":      func(p []byte) []byte { return resealed(p[:quoteAt+19]) },
	"7 octets behind it":     func(p []byte) []byte { return resealed(p[:quoteAt+27]) },
	"quoted IPv6":            func(p []byte) []byte { p[quoteAt] = 0x65; return resealed(p) },
	"quoted header of 16":    func(p []byte) []byte { p[quoteAt] = 0x44; return resealed(p) },
	"quoted header too long": func(p []byte) []byte { p[quoteAt] = 0x4b; return resealed(p) },
	"a later fragment":       func(p []byte) []byte { p[quoteAt+7] = 1; return resealed(p) },
}

func TestParseErrorRefuses(t *testing.T) {
	for name, change := range refusedErrors {
		got, err := icmp.ParseError(change(unhex(t, goldenError)))
		if err != icmp.ErrNotError || !reflect.DeepEqual(got, icmp.Error{}) {
			t.Errorf("%s: %+v, %v; want ErrNotError", name, got, err)
		}
	}
}

// The golden echo, quoted after one hop.
func TestQuotedEcho(t *testing.T) {
	echo := unhex(t, goldenEcho)
	for name, c := range map[string]struct {
		quote []byte
		ok    bool
	}{
		"whole":         {echo, true},
		"8 octets":      {echo[:8], true},
		"7 octets":      {echo[:7], false},
		"a reply":       {append([]byte{0}, echo[1:]...), false},
		"code 1":        {append([]byte{8, 1}, echo[2:]...), false},
		"a GRE request": {unhex(t, goldenKeepalive)[20:], false},
	} {
		id, sequence, ok := icmp.QuotedEcho(c.quote)
		if ok != c.ok || ok && (id != 0x1267 || sequence != 0x00ff) {
			t.Errorf("%s: %#x, %#x, %v; want 0x1267, 0xff: %v", name, id, sequence, ok, c.ok)
		}
	}
}

func TestParseErrorAllocatesNothing(t *testing.T) {
	packet := unhex(t, goldenError)
	if n := testing.AllocsPerRun(100, func() { _, _ = icmp.ParseError(packet) }); n != 0 {
		t.Errorf("%v allocations; want 0", n)
	}
}

// What is parsed is part of the packet, and nothing makes it panic.
func FuzzParseError(f *testing.F) {
	for _, c := range errorCases(f) {
		f.Add(c.packet)
	}
	for _, change := range refusedErrors {
		f.Add(change(unhex(f, goldenError)))
	}
	f.Fuzz(func(t *testing.T, packet []byte) {
		e, err := icmp.ParseError(packet)
		if err != nil {
			return
		}
		if len(e.Quote) < 8 || !bytes.Contains(packet[quoteAt+20:], e.Quote) || e.Type != 3 && e.Type != 11 && e.Type != 12 ||
			!bytes.Equal(e.Sender[:], packet[12:16]) {
			t.Errorf("% x gave %+v", packet, e)
		}
		_, _, _ = icmp.QuotedEcho(e.Quote)
	})
}

func BenchmarkParseError(b *testing.B) {
	packet := unhex(b, goldenError)
	check := alloctest.Forbid(b)
	for b.Loop() {
		if _, err := icmp.ParseError(packet); err != nil {
			b.Fatal(err)
		}
	}
	check()
}
