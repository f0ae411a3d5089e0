package gre_test

import (
	"bytes"
	"net"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"greylag/probe/gre"
)

// gopacket knows nothing of keepalives, but IPv4 and GRE: it writes the same
// packet, lengths and checksums being its own.
func TestGopacketWritesTheSame(t *testing.T) {
	for _, spec := range combinations() {
		got := spec.AppendRequest(nil, goldenMarks)
		var payload []byte
		if spec.Secret != nil {
			payload = got[len(got)-gre.SignedLen:]
		}
		if want := gopacketRequest(t, spec, payload); !bytes.Equal(got, want) {
			t.Errorf("%+v\n     got %x\ngopacket %x", spec, got, want)
		}
	}
}

func gopacketRequest(t *testing.T, s gre.Spec, payload []byte) []byte {
	t.Helper()
	a, b, back := net.IP(s.Source.AsSlice()), net.IP(s.Destination.AsSlice()), s.Source
	if s.ReplyTo.IsValid() {
		back = s.ReplyTo
	}
	buffer := gopacket.NewSerializeBuffer()
	options := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	err := gopacket.SerializeLayers(buffer, options,
		gopacketIPv4(s, goldenMarks.ID+1, a, b),
		gopacketGRE(s, layers.EthernetTypeIPv4),
		gopacketIPv4(s, goldenMarks.ID, b, back.AsSlice()),
		gopacketGRE(s, 0),
		gopacket.Payload(payload))
	if err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func gopacketIPv4(s gre.Spec, id uint16, source, destination net.IP) *layers.IPv4 {
	return &layers.IPv4{
		Version: 4, TOS: s.TOS, TTL: s.TTL, Id: id, Protocol: layers.IPProtocolGRE,
		SrcIP: source, DstIP: destination,
	}
}

func gopacketGRE(s gre.Spec, protocol layers.EthernetType) *layers.GRE {
	return &layers.GRE{
		Protocol: protocol, ChecksumPresent: s.Checksum,
		KeyPresent: s.HasKey, Key: s.Key,
		SeqPresent: s.Sequence, Seq: goldenMarks.Sequence,
	}
}

// The other way: gopacket reads each golden packet and finds the same in it
// as ParseRequest and ParseAnswer.
func TestGopacketReadsTheSame(t *testing.T) {
	for _, g := range golden {
		if g.name == "nat" { // mirrors only after translation
			continue
		}
		t.Run(g.name, func(t *testing.T) {
			packet := octets(t, g.hex)
			r, err := gre.ParseRequest(packet)
			if err != nil {
				t.Fatal(err)
			}
			ip, h := gopacketDecode(t, packet)
			if !ip.SrcIP.Equal(r.Source[:]) || !ip.DstIP.Equal(r.Destination[:]) ||
				ip.TTL != r.TTL || ip.TOS != r.TOS || h.KeyPresent != r.HasKey || h.Key != r.Key ||
				!bytes.Equal(h.Payload, r.Inner) {
				t.Errorf("request %+v, gopacket %+v %+v", r, ip, h)
			}
			compareAnswer(t, r.Inner)
		})
	}
}

func compareAnswer(t *testing.T, inner []byte) {
	t.Helper()
	a, err := gre.ParseAnswer(inner)
	if err != nil {
		t.Fatal(err)
	}
	ip, h := gopacketDecode(t, inner)
	if !ip.SrcIP.Equal(a.Source[:]) || !ip.DstIP.Equal(a.Destination[:]) ||
		ip.TTL != a.TTL || ip.TOS != a.TOS || ip.Id != a.ID ||
		h.KeyPresent != a.HasKey || h.Key != a.Key ||
		h.SeqPresent != a.HasSequence || h.Seq != a.Sequence || !bytes.Equal(h.Payload, a.Payload) {
		t.Errorf("answer %+v, gopacket %+v %+v", a, ip, h)
	}
}

func gopacketDecode(t *testing.T, p []byte) (ip layers.IPv4, h layers.GRE) {
	t.Helper()
	if err := ip.DecodeFromBytes(p, gopacket.NilDecodeFeedback); err != nil {
		t.Fatal(err)
	}
	if err := h.DecodeFromBytes(ip.Payload, gopacket.NilDecodeFeedback); err != nil {
		t.Fatal(err)
	}
	return ip, h
}
