package gre_test

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"greylag/probe/gre"
)

// addSeeds gives every golden packet, its answer, a padded one, one with
// metadata and one with options to a fuzz target of one packet.
func addSeeds(f *testing.F) {
	f.Helper()
	for _, g := range golden {
		p := octets(f, g.hex)
		f.Add(p)
		f.Add(p[g.inner:])
		f.Add(append(slices.Clone(p), 0, 0))
	}
	bare := goldenPacket(f, "bare")
	tagged := slices.Concat([]byte{0, 0, 0x89, 0x09, 8, 0, 1, 1, 0, 1, 0, 9}, bare[24:])
	f.Add(plainIPv4(0xc0, 255, 47, 1, endA, endB, nil, tagged))
	f.Add(plainIPv4(0xc0, 255, 47, 1, endA, endB, []byte{148, 4, 0, 0}, bare[20:]))
}

// What parses as an answer is an answer again when written anew from its fields
// alone.
func FuzzParseAnswer(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, p []byte) {
		before := slices.Clone(p)
		a, err := gre.ParseAnswer(p)
		if !bytes.Equal(p, before) {
			t.Fatal("the packet was written to")
		}
		if err != nil {
			return
		}
		body := plainGRE(0, optional(a.Key, a.HasKey), optional(a.Sequence, a.HasSequence), a.Payload)
		again, err := gre.ParseAnswer(plainIPv4(a.TOS, a.TTL, 47, a.ID, a.Source, a.Destination, nil, body))
		if d := cmp.Diff(a, again); err != nil || d != "" {
			t.Fatalf("written anew: %v\n%s", err, d)
		}
	})
}

// What parses as a request mirrors, is a request again when written anew, and
// its inner packet is an answer after one hop.
func FuzzParseRequest(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, p []byte) {
		before := slices.Clone(p)
		r, err := gre.ParseRequest(p)
		if !bytes.Equal(p, before) {
			t.Fatal("the packet was written to")
		}
		if err != nil {
			return
		}
		body := plainGRE(0x0800, optional(r.Key, r.HasKey), nil, r.Inner)
		again, err := gre.ParseRequest(plainIPv4(r.TOS, r.TTL, 47, 0, r.Source, r.Destination, nil, body))
		if d := cmp.Diff(r, again); err != nil || d != "" {
			t.Fatalf("written anew: %v\n%s", err, d)
		}
		reflected(t, r)
	})
}

// reflected checks what may be sent back: all of the inner packet, nothing
// else, to nobody but the peer.
func reflected(t *testing.T, r gre.Request) {
	t.Helper()
	inner := slices.Clone(r.Inner)
	if int(binary.BigEndian.Uint16(inner[2:])) != len(inner) {
		t.Fatalf("%d octets, total length % x", len(inner), inner[2:4])
	}
	gre.DecrementTTL(inner)
	if plainChecksum(inner[:int(inner[0]&15)*4]) != 0 {
		t.Fatalf("header checksum is wrong after DecrementTTL: % x", inner)
	}
	a, err := gre.ParseAnswer(inner)
	if err == gre.ErrGREChecksum { // the peer's own concern
		return
	}
	if err != nil {
		t.Fatalf("the inner packet is no answer: %v", err)
	}
	if a.Source != r.Destination || a.Destination != r.Source || a.ID != r.InnerID || a.TTL != r.InnerTTL-1 {
		t.Fatalf("answer %+v of request %+v", a, r)
	}
}

// Whatever a tunnel is like, its keepalive is read as it was written, out and
// back, and its template writes the same.
func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte{192, 0, 2, 10, 198, 51, 100, 17}, uint8(255), uint8(0xc0), uint8(0), uint32(0), []byte{}, uint16(0x1234), uint32(1), uint32(2), uint32(3))
	f.Add([]byte{4, 5, 6, 7, 0, 1, 2, 3}, uint8(2), uint8(0), uint8(15), uint32(1017), secret[:], uint16(0xffff), uint32(1<<31), uint32(1<<32-1), uint32(0))
	f.Fuzz(func(t *testing.T, ends []byte, ttl, tos, options uint8, key uint32, k []byte, id uint16, sequence, number, time uint32) {
		var source, destination [4]byte
		copy(source[:], ends)
		copy(destination[:], ends[min(4, len(ends)):])
		s := gre.Spec{
			Source: netip.AddrFrom4(source), Destination: netip.AddrFrom4(destination), TTL: ttl, TOS: tos,
			HasKey: options&1 != 0, Checksum: options&2 != 0, Sequence: options&4 != 0,
		}
		if s.HasKey {
			s.Key = key
		}
		if options&8 != 0 {
			s.Secret = new(gre.Secret)
			copy(s.Secret[:], k)
		}
		roundTrip(t, &s, gre.Marks{ID: id, Sequence: sequence, Number: number, Time: time})
	})
}

func roundTrip(t *testing.T, s *gre.Spec, m gre.Marks) {
	t.Helper()
	p := s.AppendRequest(nil, m)
	template := gre.NewTemplate(s)
	if got := template.Append(nil, m); !bytes.Equal(got, p[20:]) {
		t.Fatalf("template\n got %x\nwant %x", got, p[20:])
	}
	r, err := gre.ParseRequest(p)
	if err != nil {
		t.Fatalf("%x: %v", p, err)
	}
	want := gre.Request{
		Source: s.Source.As4(), Destination: s.Destination.As4(), TOS: s.TOS, TTL: s.TTL,
		Key: s.Key, HasKey: s.HasKey, Inner: r.Inner, InnerTTL: s.TTL, InnerID: m.ID,
	}
	if d := cmp.Diff(want, r); d != "" {
		t.Fatalf("request, -want +got\n%s", d)
	}
	checkAnswer(t, s, m, r.Inner)
}

func checkAnswer(t *testing.T, s *gre.Spec, m gre.Marks, inner []byte) {
	t.Helper()
	gre.DecrementTTL(inner)
	a, err := gre.ParseAnswer(inner)
	if err != nil {
		t.Fatalf("%x: %v", inner, err)
	}
	want := gre.Answer{
		Source: s.Destination.As4(), Destination: s.Source.As4(), TTL: s.TTL - 1, TOS: s.TOS, ID: m.ID,
		Key: s.Key, HasKey: s.HasKey, HasSequence: s.Sequence, Payload: a.Payload,
	}
	if s.Sequence {
		want.Sequence = m.Sequence
	}
	if d := cmp.Diff(want, a); d != "" {
		t.Fatalf("answer, -want +got\n%s", d)
	}
	number, time, ok := gre.VerifySigned(s.Secret, &a)
	if ok != (s.Secret != nil) || ok && (number != m.Number || time != m.Time) {
		t.Fatalf("signature: %d, %d, %t of %+v", number, time, ok, m)
	}
}
