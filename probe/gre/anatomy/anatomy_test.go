package anatomy

import (
	"bytes"
	"net/netip"
	"testing"

	"greylag/probe/gre"
)

func spec(bits int) gre.Spec {
	s := gre.Spec{
		Source: netip.MustParseAddr("192.0.2.10"), Destination: netip.MustParseAddr("198.51.100.17"),
		TTL: 255, TOS: 0xc0, Key: 1017,
		HasKey: bits&1 != 0, Checksum: bits&2 != 0, Sequence: bits&4 != 0,
	}
	if bits&8 != 0 {
		s.Secret = new(gre.Secret)
	}
	return s
}

// Every octet is in one field, in the order of the packet, whatever it carries.
func TestEveryOctetIsOneFields(t *testing.T) {
	for bits := range 16 {
		s := spec(bits)
		request := s.AppendRequest(nil, gre.Marks{ID: 4599, Sequence: 5, Number: 6, Time: 7})
		answer := request[len(request)-s.AnswerLen():]
		for _, c := range []struct {
			packet []byte
			cut    func([]byte) ([]Part, error)
		}{{request, Request}, {answer, Answer}} {
			parts, err := c.cut(c.packet)
			if err != nil {
				t.Fatal(err)
			}
			var whole []byte
			for _, p := range parts {
				for _, f := range p.Fields {
					if f.Offset != len(whole) || f.Name == "" || f.Value == "" || len(f.Bytes) == 0 {
						t.Errorf("%d: after %d octets: %+v", bits, len(whole), f)
					}
					whole = append(whole, f.Bytes...)
				}
			}
			if !bytes.Equal(whole, c.packet) {
				t.Errorf("%d: the fields are % x, the packet % x", bits, whole, c.packet)
			}
		}
	}
}

// The values are those that were given.
func TestValues(t *testing.T) {
	s := spec(15)
	parts, err := Request(s.AppendRequest(nil, gre.Marks{ID: 4599, Sequence: 5, Number: 6, Time: 7}))
	if err != nil {
		t.Fatal(err)
	}
	Note(parts, InnerGRE, Key, "noted")
	for _, want := range [][3]string{
		{OuterIP, Identification, "4600"}, {OuterIP, Source, "192.0.2.10"}, {OuterIP, Destination, "198.51.100.17"},
		{OuterIP, TotalLength, "88"}, {OuterGRE, ProtocolType, "0x0800"}, {OuterGRE, "flags, version", "0xb000"},
		{InnerIP, Identification, "4599"}, {InnerIP, Source, "198.51.100.17"}, {InnerIP, TotalLength, "52"},
		{InnerGRE, ProtocolType, "0x0000"}, {InnerGRE, Key, "1017"}, {InnerGRE, Sequence, "5"},
		{Signed, Number, "6"}, {Signed, Time, "7"},
	} {
		if f := find(parts, want[0], want[1]); f.Value != want[2] {
			t.Errorf("%s, %s: %q, want %q", want[0], want[1], f.Value, want[2])
		}
	}
	if f := find(parts, InnerGRE, Key); f.Meaning != "noted" {
		t.Errorf("it means %q", f.Meaning)
	}
}

func find(parts []Part, title, name string) Field {
	for _, p := range parts {
		for _, f := range p.Fields {
			if p.Title == title && f.Name == name {
				return f
			}
		}
	}
	return Field{}
}

func TestNoKeepalive(t *testing.T) {
	s := spec(0)
	request := s.AppendRequest(nil, gre.Marks{})
	for name, cut := range map[string]func([]byte) ([]Part, error){"request": Request, "answer": Answer} {
		for n := range len(request) {
			if parts, err := cut(request[:n]); err == nil {
				t.Errorf("%s: %d octets are %v", name, n, parts)
			}
		}
	}
	if _, err := Request(request[24:]); err == nil {
		t.Error("an answer is taken for a request")
	}
	if _, err := Answer(request); err == nil {
		t.Error("a request is taken for an answer")
	}
}
