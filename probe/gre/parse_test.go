package gre_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"greylag/probe/gre"
)

// Addresses of most golden packets.
var (
	endA = [4]byte{192, 0, 2, 10}
	endB = [4]byte{198, 51, 100, 17}
)

func TestParseRequest(t *testing.T) {
	bare, key, seq := goldenPacket(t, "bare"), goldenPacket(t, "key"), goldenPacket(t, "seq")
	metadata := []byte{8, 0, 1, 1, 0, 1, 0xab, 0xcd}
	want := gre.Request{
		Source: endA, Destination: endB, TOS: 0xc0, TTL: 255,
		Inner: bare[24:], InnerTTL: 255, InnerID: 0x1234,
	}
	changed := func(f func(*gre.Request)) gre.Request {
		r := want
		f(&r)
		return r
	}
	outer := func(tos, ttl byte, options, body []byte) []byte {
		return plainIPv4(tos, ttl, 47, 1, endA, endB, options, body)
	}
	inner := func(ttl byte, id uint16, options, payload []byte) []byte {
		return plainIPv4(0, ttl, 47, id, endB, endA, options, append([]byte{0, 0, 0, 0}, payload...))
	}
	recordRoute := []byte{7, 7, 4, 0, 0, 0, 0, 0}
	keyed := plainIPv4(0, 9, 47, 5, endB, endA, nil, plainGRE(0, optional(1, true), nil, nil))
	optioned := inner(64, 7, recordRoute, nil)
	trailing := inner(64, 7, nil, []byte("trailing"))
	tests := []struct {
		name   string
		packet []byte
		want   gre.Request
	}{
		{"bare", bare, want},
		{"padded frame", append(slices.Clone(bare), 1, 2, 3), want},
		{"padded inside", outer(0xc0, 255, nil, append(slices.Clone(bare[20:]), 1, 2, 3)), want},
		{"DF", resealIP(edit(bare, 6, 0x40)), want},
		{"flags to be ignored", edit(bare, 20, 0x03, 0xf8), want},
		{"metadata", outer(0xc0, 255, nil, slices.Concat([]byte{0, 0, 0x89, 0x09}, metadata, bare[24:])), want},
		{"outer header checksum", edit(bare, 10, 0, 0), want},
		{"sequence", seq, changed(func(r *gre.Request) { r.Inner = seq[28:] })},
		{"key", key, changed(func(r *gre.Request) { r.HasKey, r.Key, r.Inner = true, 1017, key[28:] })},
		{"another key inside", outer(0, 3, nil, plainGRE(0x0800, optional(7, true), nil, keyed)), gre.Request{
			Source: endA, Destination: endB, TTL: 3, Key: 7, HasKey: true, Inner: keyed, InnerTTL: 9, InnerID: 5}},
		{"IPv4 options on both", outer(4, 3, recordRoute, append([]byte{0, 0, 8, 0}, optioned...)), gre.Request{
			Source: endA, Destination: endB, TOS: 4, TTL: 3, Inner: optioned, InnerTTL: 64, InnerID: 7}},
		{"trailing payload", outer(0, 1, nil, append([]byte{0, 0, 8, 0}, trailing...)), gre.Request{
			Source: endA, Destination: endB, TTL: 1, Inner: trailing, InnerTTL: 64, InnerID: 7}},
		{"inner TTL 0 is the caller's concern", outer(0, 1, nil, append([]byte{0, 0, 8, 0}, inner(0, 0, nil, nil)...)), gre.Request{
			Source: endA, Destination: endB, TTL: 1, Inner: inner(0, 0, nil, nil)}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := gre.ParseRequest(test.packet)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}

// The inner GRE checksum is not looked at, but it is part of what the outer one
// covers: fix that one.
func TestParseRequestInnerGREChecksum(t *testing.T) {
	// Inner 7fff → 1234 takes 6dcb off the sum, so the outer one has 6dcb more:
	// 77ff + 6dcb = e5ca.
	p := edit(edit(goldenPacket(t, "csum"), 48+4, 0x12, 0x34), 24, 0xe5, 0xca)
	r, err := gre.ParseRequest(p)
	if err != nil || !bytes.Equal(r.Inner, p[28:]) {
		t.Errorf("got %+v, %v; want the inner packet as it is", r, err)
	}
	if _, err := gre.ParseAnswer(r.Inner); err != gre.ErrGREChecksum {
		t.Errorf("as an answer: %v, want %v", err, gre.ErrGREChecksum)
	}
}

func TestParseAnswer(t *testing.T) {
	want := gre.Answer{Source: endB, Destination: endA, TTL: 255, TOS: 0xc0, ID: 0x1234, Payload: []byte{}}
	changed := func(f func(*gre.Answer)) gre.Answer {
		a := want
		f(&a)
		return a
	}
	bare := goldenPacket(t, "bare")[24:]
	options := []byte{1, 1, 1, 0}
	odd := []byte{0x80, 0, 0, 0, 0xd4, 0xfe, 0, 0, 0xab} // 8000 + ab00 = 2b01 → ~ d4fe
	signed := goldenPacket(t, "signed")[24:]
	all := goldenPacket(t, "all")[36:]
	signedWant := gre.Answer{
		Source: [4]byte{0, 1, 2, 3}, Destination: [4]byte{4, 5, 6, 7}, TTL: 255, TOS: 0xc0, ID: 0x1234,
		Payload: octets(t, "08090a0b 0c0d0e0f 3f2acc7f 57c29bdb"),
	}
	allWant := signedWant
	allWant.Key, allWant.HasKey, allWant.Sequence, allWant.HasSequence = 1017, true, 0x01020304, true
	tests := []struct {
		name   string
		packet []byte
		want   gre.Answer
	}{
		{"bare", bare, want},
		{"padded", append(slices.Clone(bare), make([]byte, 22)...), want},
		{"DF", edit(bare, 6, 0x40), want},
		{"header checksum is the kernel's", edit(bare, 10, 0, 0), want},
		{"TTL, TOS", edit(edit(bare, 8, 1), 1, 7), changed(func(a *gre.Answer) { a.TTL, a.TOS = 1, 7 })},
		{"key", goldenPacket(t, "key")[28:], changed(func(a *gre.Answer) { a.Key, a.HasKey = 1017, true })},
		{"csum", goldenPacket(t, "csum")[28:], want},
		{"seq", goldenPacket(t, "seq")[28:], changed(func(a *gre.Answer) { a.Sequence, a.HasSequence = 0x01020304, true })},
		{"keycsum", goldenPacket(t, "keycsum")[32:], changed(func(a *gre.Answer) { a.Key, a.HasKey = 1017, true })},
		{"signed", signed, signedWant},
		{"all", all, allWant},
		{"IPv4 options", plainIPv4(0xc0, 255, 47, 0x1234, endB, endA, options, []byte{0, 0, 0, 0}), want},
		{"checksum over an odd payload", plainIPv4(0xc0, 255, 47, 0x1234, endB, endA, nil, odd),
			changed(func(a *gre.Answer) { a.Payload = []byte{0xab} })},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := gre.ParseAnswer(test.packet)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}

// What is returned must not let an append run into what follows in a buffer
// that holds many packets.
func TestParsedSlicesAreCut(t *testing.T) {
	p := append(goldenPacket(t, "signed"), 0xee)
	r, err := gre.ParseRequest(p)
	if err != nil {
		t.Fatal(err)
	}
	a, err := gre.ParseAnswer(p[24:])
	if err != nil {
		t.Fatal(err)
	}
	_, _ = append(r.Inner, 0), append(a.Payload, 0)
	if p[len(p)-1] != 0xee {
		t.Error("append to a parsed slice wrote over what follows the packet")
	}
}

// Cut short, a golden packet is refused at every length, and for that reason.
func TestTruncated(t *testing.T) {
	for _, g := range golden {
		p := octets(t, g.hex)
		for n := range p {
			if _, err := gre.ParseRequest(p[:n]); err != gre.ErrTruncated {
				t.Errorf("%s: ParseRequest of %d octets: %v, want %v", g.name, n, err, gre.ErrTruncated)
			}
		}
		for n := range p[g.inner:] {
			if _, err := gre.ParseAnswer(p[g.inner:][:n]); err != gre.ErrTruncated {
				t.Errorf("%s: ParseAnswer of %d octets: %v, want %v", g.name, n, err, gre.ErrTruncated)
			}
		}
	}
}

// The same with total lengths that agree with where the packet was cut, so that
// what is missing is the GRE header.
func TestTruncatedTotalLength(t *testing.T) {
	answer := goldenPacket(t, "all")[36:]
	for n := 20; n < len(answer); n++ {
		p := edit(answer[:n], 2, 0, byte(n))
		want := gre.ErrTruncated
		if n >= 36 { // the header is all there; the checksum misses the payload
			want = gre.ErrGREChecksum
		}
		if _, err := gre.ParseAnswer(p); err != want {
			t.Errorf("%d octets: %v, want %v", n, err, want)
		}
	}
}
