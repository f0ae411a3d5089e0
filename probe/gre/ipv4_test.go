package gre_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"greylag/probe/gre"
)

// RFC 1624 equation 3, HC' = ~(~HC + ~m + m'), by hand on the bare answer:
// HC bc73, m = ff2f (TTL 255, protocol 47), m' = fe2f.
//
//	~bc73 + ~ff2f + fe2f = 438c + 00d0 + fe2f = 1428b → 428c → ~ bd73
func TestDecrementTTL(t *testing.T) {
	answer := goldenPacket(t, "bare")[24:]
	want := edit(edit(answer, 8, 254), 10, 0xbd, 0x73)
	if gre.DecrementTTL(answer); !bytes.Equal(answer, want) {
		t.Errorf("got %x\nwant %x", answer, want)
	}
}

// The example of RFC 1624 section 4, its words moved to where DecrementTTL
// looks: HC dd2f, m 5555, m' 3285 there. Only the TTL changes here, so m' is
// 5455: dd2f + 0100 = de2f.
func TestDecrementTTLExample(t *testing.T) {
	p := edit(make([]byte, 20), 8, 0x55, 0x55, 0xdd, 0x2f)
	want := edit(make([]byte, 20), 8, 0x54, 0x55, 0xde, 0x2f)
	if gre.DecrementTTL(p); !bytes.Equal(p, want) {
		t.Errorf("got %x\nwant %x", p, want)
	}
}

// Over random headers, the checksum is what computing it anew gives, for every
// TTL that may be forwarded.
func TestDecrementTTLChecksum(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		for ttl := 2; ttl <= 255; ttl++ {
			p := plainIPv4(byte(random.Uint32()), byte(ttl), 47, uint16(random.Uint32()),
				[4]byte{10, byte(random.Uint32()), 0, 1}, [4]byte{10, 0, byte(random.Uint32()), 2}, nil, nil)
			want := resealIP(edit(p, 8, byte(ttl-1)))
			if gre.DecrementTTL(p); !bytes.Equal(p, want) {
				t.Fatalf("TTL %d: got %x, want %x", ttl, p, want)
			}
		}
	}
}

func TestDecrementTTLKeepsAWrongChecksumWrong(t *testing.T) {
	p := edit(goldenPacket(t, "bare")[24:], 10, 0x12, 0x34)
	if gre.DecrementTTL(p); plainChecksum(p[:20]) == 0 {
		t.Errorf("a wrong checksum became right: % x", p)
	}
}

func TestDecrementTTLShort(t *testing.T) {
	for n := range 20 {
		p := bytes.Repeat([]byte{0x45}, n)
		if gre.DecrementTTL(p); !bytes.Equal(p, bytes.Repeat([]byte{0x45}, n)) {
			t.Errorf("%d octets, no header, were changed: % x", n, p)
		}
	}
}

// The GRE checksum of long, random, odd and even payloads, against the plain
// way to compute it: an answer is accepted with that one and no other.
func TestGREChecksumLong(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{0, 1, 2, 3, 4, 5, 63, 64, 1401, 65507} {
		body := make([]byte, 8+n)
		for i := range body[8:] {
			body[8+i] = 0xff - byte(random.IntN(3)) // many carries
		}
		body[0] = 0x80
		c := plainChecksum(body)
		body[4], body[5] = byte(c>>8), byte(c)
		p := plainIPv4(0, 1, 47, 1, endB, endA, nil, body)
		if _, err := gre.ParseAnswer(p); err != nil {
			t.Errorf("%d octets: %v", n, err)
		}
		if _, err := gre.ParseAnswer(edit(p, 25, body[5]+1)); err != gre.ErrGREChecksum {
			t.Errorf("%d octets, wrong checksum: %v, want %v", n, err, gre.ErrGREChecksum)
		}
	}
}
