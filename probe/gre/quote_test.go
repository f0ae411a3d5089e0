package gre_test

import (
	"testing"

	"greylag/probe/gre"
)

// The golden packets, quoted from the outer GRE header on, in every length: key
// and identification show as soon as the quote reaches their last octet.
func TestParseQuote(t *testing.T) {
	for _, g := range golden {
		quote := goldenPacket(t, g.name)[20:]
		keyEnd := 8 // behind 4 octets of GRE header, 8 with a checksum
		if g.spec.Checksum {
			keyEnd = 12
		}
		idEnd := g.inner - 20 + 6
		for n := 4; n <= len(quote); n++ {
			want := gre.Quote{KeyBeyond: g.spec.HasKey && n < keyEnd}
			if g.spec.HasKey && n >= keyEnd {
				want.Key, want.HasKey = g.spec.Key, true
			}
			if n >= idEnd {
				want.ID, want.HasID = 0x1234, true
			}
			if got, err := gre.ParseQuote(quote[:n]); err != nil || got != want {
				t.Errorf("%s, %d octets: %+v, %v; want %+v", g.name, n, got, err, want)
			}
		}
	}
}

func TestParseQuoteErrors(t *testing.T) {
	quote, key := goldenPacket(t, "bare")[20:], goldenPacket(t, "key")[20:]
	for _, d := range []defect{
		{"nothing", nil, gre.ErrTruncated},
		{"3 octets", quote[:3], gre.ErrTruncated},
		{"PPTP", edit(quote, 1, 1), gre.ErrGREVersion},
		{"routing", edit(quote, 0, 0x40), gre.ErrGREFlags},
		{"an answer", goldenPacket(t, "bare")[24+20:], gre.ErrNotKeepalive},
		{"Ethernet", edit(quote, 2, 0x65, 0x58), gre.ErrNotKeepalive},
		{"IPv6 inside", edit(quote, 4, 0x65), gre.ErrNotKeepalive},
		{"IPv6 inside, behind a key", edit(key, 8, 0x65), gre.ErrNotKeepalive},
		{"TCP inside", edit(quote, 4+9, 6), gre.ErrNotKeepalive},
		{"TCP inside, just shown", edit(quote, 4+9, 6)[:4+10], gre.ErrNotKeepalive},
	} {
		if got, err := gre.ParseQuote(d.packet); err != d.want || got != (gre.Quote{}) {
			t.Errorf("%s: %+v, %v; want %v", d.name, got, err, d.want)
		}
	}
}

// A damaged answer still says whose it is; whatever else is wrong is refused as
// by ParseAnswer.
func TestParseDamaged(t *testing.T) {
	intact := goldenPacket(t, "csum")[28:]
	want, err := gre.ParseAnswer(intact)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range [][]byte{intact, edit(intact, 24, 0x12, 0x34)} {
		got, err := gre.ParseDamaged(p)
		if err != nil || got.Source != want.Source || got.Destination != want.Destination || got.ID != 0x1234 || got.TTL != want.TTL {
			t.Errorf("% x: %+v, %v; want %+v", p, got, err, want)
		}
	}
	for _, d := range outerDefects(t, goldenPacket(t, "bare")[24:], intact) {
		if _, err := gre.ParseDamaged(d.packet); d.want != gre.ErrGREChecksum && err != d.want {
			t.Errorf("%s: %v, want %v", d.name, err, d.want)
		}
	}
}

// Nothing makes it panic, and a longer quote says the same and more.
func FuzzParseQuote(f *testing.F) {
	for _, g := range golden {
		f.Add(goldenPacket(f, g.name)[20:])
	}
	f.Add([]byte{0xb0, 0, 8, 0, 0x45})
	f.Fuzz(func(t *testing.T, quote []byte) {
		q, err := gre.ParseQuote(quote)
		if err != nil {
			return
		}
		for n := 4; n < len(quote); n++ {
			part, err := gre.ParseQuote(quote[:n])
			if err != nil || part.HasKey && part.Key != q.Key || part.HasID && part.ID != q.ID ||
				(part.HasKey || part.KeyBeyond) != (q.HasKey || q.KeyBeyond) {
				t.Fatalf("% x gave %+v; its first %d octets %+v, %v", quote, q, n, part, err)
			}
		}
	})
}
