package gre_test

import (
	"bytes"
	"testing"

	"greylag/probe/gre"
)

// golden packets, worked out by hand from RFC 791, 2784 and 2890.
//
// A = 192.0.2.10 = c000 020a, B = 198.51.100.17 = c633 6411, TOS c0, TTL ff,
// protocol 47 = 2f, inner identification 1234, outer 1235. An IPv4 header's
// checksum is the complement of the ones' complement sum of its words. Those
// that never change are
//
//	ff2f + c633 + 6411 + c000 + 020a = 2eb7d
//
// and 45c0 + 1234 = 57f4 more for the inner header and 57f5 for the outer one:
//
//	inner: 34371 + total length    outer: 34372 + total length
//
// To these the words that carried over 16 bits are added at the end: 3xxxx
// folds to xxxx + 3.
//
// The checksum of the outer GRE header covers the inner IPv4 header and the
// inner GRE packet too. Each holds its own right checksum, so that each adds
// ffff, which is 0 in ones' complement: what counts is the outer GRE header.
var golden = []struct {
	name  string
	spec  gre.Spec
	inner int // where the answer begins
	hex   string
}{{
	// Inner total length 24 = 0018 (R5), outer 48 = 0030.
	//   inner 34371 + 0018 = 34389 → 438c → ~ bc73
	//   outer 34372 + 0030 = 343a2 → 43a5 → ~ bc5a
	name:  "bare",
	inner: 24,
	hex: `45c0 0030 1235 0000 ff2f bc5a c000020a c6336411
	      0000 0800
	      45c0 0018 1234 0000 ff2f bc73 c6336411 c000020a
	      0000 0000`,
}, {
	// Key 1017 = 03f9; flag K = 2000. Inner 28 = 001c, outer 20+8+28 = 56 = 0038.
	//   inner 34371 + 001c = 3438d → 4390 → ~ bc6f
	//   outer 34372 + 0038 = 343aa → 43ad → ~ bc52
	name:  "key",
	spec:  gre.Spec{HasKey: true, Key: 1017},
	inner: 28,
	hex: `45c0 0038 1235 0000 ff2f bc52 c000020a c6336411
	      2000 0800 000003f9
	      45c0 001c 1234 0000 ff2f bc6f c6336411 c000020a
	      2000 0000 000003f9`,
}, {
	// Flag C = 8000. Lengths, and so IPv4 checksums, as with a key.
	//   inner GRE 8000                 → ~ 7fff
	//   outer GRE 8000 + 0800 = 8800   → ~ 77ff
	name:  "csum",
	spec:  gre.Spec{Checksum: true},
	inner: 28,
	hex: `45c0 0038 1235 0000 ff2f bc52 c000020a c6336411
	      8000 0800 77ff 0000
	      45c0 001c 1234 0000 ff2f bc6f c6336411 c000020a
	      8000 0000 7fff 0000`,
}, {
	// Flag S = 1000. Lengths, and so IPv4 checksums, as with a key.
	name:  "seq",
	spec:  gre.Spec{Sequence: true},
	inner: 28,
	hex: `45c0 0038 1235 0000 ff2f bc52 c000020a c6336411
	      1000 0800 01020304
	      45c0 001c 1234 0000 ff2f bc6f c6336411 c000020a
	      1000 0000 01020304`,
}, {
	// Flags C, K = a000; the checksum comes before the key. Inner 32 = 0020,
	// outer 20+12+32 = 64 = 0040.
	//   inner     34371 + 0020 = 34391 → 4394 → ~ bc6b
	//   outer     34372 + 0040 = 343b2 → 43b5 → ~ bc4a
	//   inner GRE a000 + 03f9 = a3f9          → ~ 5c06
	//   outer GRE a000 + 0800 + 03f9 = abf9   → ~ 5406
	name:  "keycsum",
	spec:  gre.Spec{HasKey: true, Key: 1017, Checksum: true},
	inner: 32,
	hex: `45c0 0040 1235 0000 ff2f bc4a c000020a c6336411
	      a000 0800 5406 0000 000003f9
	      45c0 0020 1234 0000 ff2f bc6b c6336411 c000020a
	      a000 0000 5c06 0000 000003f9`,
}, {
	// Behind NAT: inner destination 203.0.113.9 = cb00 7109 instead of A.
	//   inner 34389 - c000 - 020a + cb00 + 7109 = 3bd88 → bd8b → ~ 4274
	name:  "nat",
	spec:  gre.Spec{ReplyTo: addr("203.0.113.9")},
	inner: 24,
	hex: `45c0 0030 1235 0000 ff2f bc5a c000020a c6336411
	      0000 0800
	      45c0 0018 1234 0000 ff2f 4274 c6336411 cb007109
	      0000 0000`,
}, {
	// The signature's input is chosen so that it is the octets 00 to 0f under
	// the key 00 to 0f, for which SipHash's authors publish db 9b c2 57 7f cc 2a
	// 3f, least octet first: inner source 0.1.2.3, inner destination 4.5.6.7,
	// number 08090a0b, time 0c0d0e0f. So A = 4.5.6.7 and B = 0.1.2.3.
	// Inner 24+16 = 40 = 0028, outer 64 = 0040.
	//   ff2f + 0001 + 0203 + 0405 + 0607 = 1 0b3f
	//   inner 1 0b3f + 57f4 + 0028 = 1635b → 635c → ~ 9ca3
	//   outer 1 0b3f + 57f5 + 0040 = 16374 → 6375 → ~ 9c8a
	name:  "signed",
	spec:  gre.Spec{Source: addr("4.5.6.7"), Destination: addr("0.1.2.3"), Secret: &secret},
	inner: 24,
	hex: `45c0 0040 1235 0000 ff2f 9c8a 04050607 00010203
	      0000 0800
	      45c0 0028 1234 0000 ff2f 9ca3 00010203 04050607
	      0000 0000
	      08090a0b 0c0d0e0f 3f2acc7f 57c29bdb`,
}, {
	// Everything at once, MaxRequestLen: inner 20+16+16 = 52 = 0034, outer
	// 20+16+52 = 88 = 0058; flags C, K, S = b000.
	//   inner     1 0b3f + 57f4 + 0034 = 16367 → 6368 → ~ 9c97
	//   outer     1 0b3f + 57f5 + 0058 = 1638c → 638d → ~ 9c72
	//   outer GRE b000 + 0800 + 03f9 + 0102 + 0304 = bfff → ~ 4000
	//   inner GRE b000 + 03f9 + 0102 + 0304 = b7ff
	//             + 0809 + 0a0b + 0c0d + 0e0f = e42f
	//             + 3f2a + cc7f + 57c2 + 9bdb = 2e375 → e377 → ~ 1c88
	name: "all",
	spec: gre.Spec{
		Source: addr("4.5.6.7"), Destination: addr("0.1.2.3"), Secret: &secret,
		HasKey: true, Key: 1017, Checksum: true, Sequence: true,
	},
	inner: 36,
	hex: `45c0 0058 1235 0000 ff2f 9c72 04050607 00010203
	      b000 0800 4000 0000 000003f9 01020304
	      45c0 0034 1234 0000 ff2f 9c97 00010203 04050607
	      b000 0000 1c88 0000 000003f9 01020304
	      08090a0b 0c0d0e0f 3f2acc7f 57c29bdb`,
}}

var (
	secret      = gre.Secret{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	goldenMarks = gre.Marks{ID: 0x1234, Sequence: 0x01020304, Number: 0x08090a0b, Time: 0x0c0d0e0f}
)

// goldenSpec fills in what the golden packets share.
func goldenSpec(s gre.Spec) *gre.Spec {
	s.TTL, s.TOS = 255, 0xc0
	if !s.Source.IsValid() {
		s.Source, s.Destination = addr("192.0.2.10"), addr("198.51.100.17")
	}
	return &s
}

// goldenPacket is the golden packet of that name.
func goldenPacket(t testing.TB, name string) []byte {
	t.Helper()
	for _, g := range golden {
		if g.name == name {
			return octets(t, g.hex)
		}
	}
	t.Fatalf("no golden packet %q", name)
	return nil
}

func TestGolden(t *testing.T) {
	for _, g := range golden {
		t.Run(g.name, func(t *testing.T) {
			want := octets(t, g.hex)
			spec := goldenSpec(g.spec)
			if got := spec.AppendRequest(nil, goldenMarks); !bytes.Equal(got, want) {
				t.Errorf("AppendRequest\n got %x\nwant %x", got, want)
			}
			template := gre.NewTemplate(spec)
			if got := template.Append(nil, goldenMarks); !bytes.Equal(got, want[20:]) {
				t.Errorf("Template.Append\n got %x\nwant %x", got, want[20:])
			}
		})
	}
}

func TestMaxRequestLen(t *testing.T) {
	if got := len(goldenPacket(t, "all")); gre.MaxRequestLen != got {
		t.Errorf("MaxRequestLen = %d, want %d", gre.MaxRequestLen, got)
	}
}

func TestOuterIdentificationWraps(t *testing.T) {
	p := goldenSpec(gre.Spec{}).AppendRequest(nil, gre.Marks{ID: 0xffff})
	if got := [2]byte(p[4:]); got != [2]byte{0, 0} {
		t.Errorf("outer identification % x, want 00 00", got)
	}
	if got := [2]byte(p[28:]); got != [2]byte{0xff, 0xff} {
		t.Errorf("inner identification % x, want ff ff", got)
	}
}

// What comes before is left alone, and the outer header's checksum does not
// reach into it.
func TestAppendAppends(t *testing.T) {
	for _, g := range golden {
		spec := goldenSpec(g.spec)
		want := append([]byte{1, 2, 3}, octets(t, g.hex)...)
		if got := spec.AppendRequest([]byte{1, 2, 3}, goldenMarks); !bytes.Equal(got, want) {
			t.Errorf("%s: AppendRequest\n got %x\nwant %x", g.name, got, want)
		}
	}
}

func TestAddressThatIsNotIPv4(t *testing.T) {
	tests := []struct{ name, source, reply string }{
		{"none", "", ""},
		{"IPv6", "2001:db8::1", ""},
		{"IPv6 reply", "192.0.2.10", "2001:db8::1"},
	}
	for _, test := range tests {
		spec := gre.Spec{Source: addr(test.source), ReplyTo: addr(test.reply)}
		p := spec.AppendRequest(nil, goldenMarks)
		if got := [4]byte(p[24+16:]); got != [4]byte{} {
			t.Errorf("%s: inner destination %v, want zero", test.name, got)
		}
	}
	spec := gre.Spec{Source: addr("::ffff:192.0.2.10")}
	if got := [4]byte(spec.AppendRequest(nil, goldenMarks)[12:]); got != [4]byte{192, 0, 2, 10} {
		t.Errorf("IPv4-mapped: source %v, want 192.0.2.10", got)
	}
}
