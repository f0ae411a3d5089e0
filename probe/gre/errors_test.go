package gre_test

import (
	"slices"
	"testing"

	"greylag/probe/gre"
)

// defect is a packet with one thing wrong, and what it must be refused for.
type defect struct {
	name   string
	packet []byte
	want   error
}

// outerDefects are those of any IP | GRE packet.
func outerDefects(t *testing.T, bare, csum []byte) []defect {
	t.Helper()
	return []defect{
		{"nothing", nil, gre.ErrTruncated},
		{"IPv6", append([]byte{0x60}, make([]byte, 59)...), gre.ErrVersion},
		{"IP version 5, one octet", []byte{0x55}, gre.ErrVersion},
		{"header length 16", edit(bare, 0, 0x44), gre.ErrLength},
		{"total length 19", edit(bare, 2, 0, 19), gre.ErrLength},
		{"total length under a header of 24", edit(edit(bare, 0, 0x46), 2, 0, 23), gre.ErrLength},
		{"header of 60 cut", edit(edit(bare, 0, 0x4f), 2, 0, 120), gre.ErrTruncated},
		{"total length over the packet", edit(bare, 2, 0, byte(len(bare)+1)), gre.ErrTruncated},
		{"first fragment", edit(bare, 6, 0x20, 0), gre.ErrFragment},
		{"last fragment", edit(bare, 6, 0x00, 3), gre.ErrFragment},
		{"fragment far off", edit(bare, 6, 0x10, 0), gre.ErrFragment},
		{"ICMP", edit(bare, 9, 1), gre.ErrNotGRE},
		{"IP header alone", edit(bare, 2, 0, 20), gre.ErrTruncated},
		{"GRE header cut", edit(bare, 2, 0, 23), gre.ErrTruncated},
		{"GRE key cut", edit(edit(bare, 20, 0x20), 2, 0, 24), gre.ErrTruncated},
		{"PPTP", edit(bare, 20, 0x30, 0x01, 0x88, 0x0b), gre.ErrGREVersion},
		{"GRE version 4", edit(bare, 21, 4), gre.ErrGREVersion},
		{"routing", edit(bare, 20, 0x40), gre.ErrGREFlags},
		{"strict source route", edit(bare, 20, 0x08), gre.ErrGREFlags},
		{"recursion, bit 5", edit(bare, 20, 0x04), gre.ErrGREFlags},
		{"GRE checksum", edit(csum, 24, 0x12), gre.ErrGREChecksum},
		{"GRE checksum 0", edit(csum, 24, 0, 0), gre.ErrGREChecksum},
		{"IPv6 in GRE", edit(bare, 22, 0x86, 0xdd), gre.ErrNotKeepalive},
	}
}

// innerDefects are those of what is inside a request, from octet 24 on.
func innerDefects(t *testing.T, bare []byte) []defect {
	t.Helper()
	inner := func(p []byte) []byte { resealIP(p[24:]); return p }
	return []defect{
		{"an answer", bare[24:], gre.ErrNotKeepalive},
		{"nothing inside", edit(bare, 2, 0, 24), gre.ErrTruncated},
		{"inner header cut", edit(bare, 2, 0, 43), gre.ErrTruncated},
		{"inner total length over the outer", inner(edit(bare, 26, 0, 25)), gre.ErrTruncated},
		{"inner total length over the outer, but not over the frame",
			append(inner(edit(bare, 26, 0, 25)), 0), gre.ErrTruncated},
		{"IPv6 inside", edit(bare, 24, 0x65), gre.ErrVersion},
		{"inner header length", edit(bare, 24, 0x44), gre.ErrLength},
		{"inner fragment", inner(edit(bare, 30, 0x20)), gre.ErrFragment},
		{"TCP inside", inner(edit(bare, 33, 6)), gre.ErrNotKeepalive},
		{"inner GRE header cut", inner(edit(bare, 26, 0, 23)), gre.ErrTruncated},
		{"inner GRE key cut", edit(bare, 44, 0x20), gre.ErrTruncated},
		{"inner GRE version", edit(bare, 45, 1), gre.ErrGREVersion},
		{"inner GRE flags", edit(bare, 44, 0x40), gre.ErrGREFlags},
		{"GRE in GRE", edit(bare, 46, 0x08, 0x00), gre.ErrNotKeepalive},
		{"inner header checksum", edit(bare, 34, 0, 0), gre.ErrHeaderChecksum},
		{"inner TTL without its checksum", edit(bare, 32, 254), gre.ErrHeaderChecksum},
		{"inner source of a stranger", inner(edit(bare, 36, 203, 0, 113, 9)), gre.ErrNotMirrored},
		{"inner destination of a stranger", inner(edit(bare, 40, 203, 0, 113, 9)), gre.ErrNotMirrored},
		{"not exchanged", inner(edit(bare, 36, slices.Concat(endA[:], endB[:])...)), gre.ErrNotMirrored},
		{"behind NAT, not translated", goldenPacket(t, "nat"), gre.ErrNotMirrored},
	}
}

// metadataDefects are those of the Cisco metadata header.
func metadataDefects(bare []byte) []defect {
	with := func(header ...byte) []byte {
		body := slices.Concat([]byte{0, 0, 0x89, 0x09}, header, bare[24:])
		return plainIPv4(0xc0, 255, 47, 1, endA, endB, nil, body)
	}
	cut := func(n int) []byte {
		body := []byte{0, 0, 0x89, 0x09, 8, 0, 1, 1, 0, 1, 0, 9}
		return plainIPv4(0xc0, 255, 47, 1, endA, endB, nil, body[:n])
	}
	return []defect{
		{"metadata cut", cut(11), gre.ErrTruncated},
		{"metadata and nothing inside", cut(12), gre.ErrTruncated},
		{"metadata before IPv6", with(0x86, 0xdd, 1, 1, 0, 1, 0, 9), gre.ErrNotKeepalive},
		{"metadata version 2", with(8, 0, 2, 1, 0, 1, 0, 9), gre.ErrNotKeepalive},
		{"metadata length 2", with(8, 0, 1, 2, 0, 1, 0, 9), gre.ErrNotKeepalive},
		{"0x8909 without metadata", edit(bare, 22, 0x89, 0x09), gre.ErrNotKeepalive},
	}
}

// optionDefects are inner IPv4 options that would lead the answer elsewhere.
func optionDefects() []defect {
	with := func(options ...byte) []byte {
		inner := plainIPv4(0xc0, 255, 47, 1, endB, endA, options, []byte{0, 0, 0, 0})
		return plainIPv4(0xc0, 255, 47, 1, endA, endB, nil, append([]byte{0, 0, 8, 0}, inner...))
	}
	return []defect{
		{"loose source route", with(131, 7, 4, 203, 0, 113, 9, 0), gre.ErrSourceRoute},
		{"strict source route", with(1, 137, 7, 4, 203, 0, 113, 9), gre.ErrSourceRoute},
		{"after another option", with(148, 4, 0, 0, 131, 3, 4, 0), gre.ErrSourceRoute},
		{"option length 0", with(148, 0, 0, 0), gre.ErrSourceRoute},
		{"option length 1", with(148, 1, 0, 0), gre.ErrSourceRoute},
		{"option past the header", with(148, 5, 0, 0), gre.ErrSourceRoute},
		{"option without length", with(1, 1, 1, 148), gre.ErrSourceRoute},
	}
}

func TestParseRequestErrors(t *testing.T) {
	bare, csum := goldenPacket(t, "bare"), goldenPacket(t, "csum")
	defects := slices.Concat(outerDefects(t, bare, csum), innerDefects(t, bare),
		metadataDefects(bare), optionDefects())
	for _, d := range defects {
		got, err := gre.ParseRequest(d.packet)
		if err != d.want {
			t.Errorf("%s: %v, want %v", d.name, err, d.want)
		}
		if got.Inner != nil || got.Source != [4]byte{} {
			t.Errorf("%s: refused, yet %+v", d.name, got)
		}
	}
	requireAll(t, defects)
}

// requireAll fails where no defect reaches one of the package's errors.
func requireAll(t *testing.T, defects []defect) {
	t.Helper()
	for _, want := range []error{
		gre.ErrTruncated, gre.ErrVersion, gre.ErrLength, gre.ErrFragment, gre.ErrHeaderChecksum,
		gre.ErrSourceRoute, gre.ErrNotGRE, gre.ErrGREVersion, gre.ErrGREFlags, gre.ErrGREChecksum,
		gre.ErrNotKeepalive, gre.ErrNotMirrored,
	} {
		if !slices.ContainsFunc(defects, func(d defect) bool { return d.want == want }) {
			t.Errorf("no packet is refused with %q", want)
		}
	}
}

func TestParseAnswerErrors(t *testing.T) {
	bare := goldenPacket(t, "bare")[24:]
	csum := goldenPacket(t, "csum")[28:]
	defects := append(outerDefects(t, bare, csum),
		defect{"a request", goldenPacket(t, "bare"), gre.ErrNotKeepalive})
	for _, d := range defects {
		got, err := gre.ParseAnswer(d.packet)
		if err != d.want {
			t.Errorf("%s: %v, want %v", d.name, err, d.want)
		}
		if got.Payload != nil || got.Source != [4]byte{} {
			t.Errorf("%s: refused, yet %+v", d.name, got)
		}
	}
}

// End of options hides what follows, and no operation is one octet.
func TestHarmlessOptions(t *testing.T) {
	for _, options := range [][]byte{{0, 131, 3, 4}, {1, 1, 1, 1}, {1, 148, 3, 0}, {148, 4, 0, 0}} {
		inner := plainIPv4(0, 9, 47, 1, endB, endA, options, []byte{0, 0, 0, 0})
		p := plainIPv4(0, 9, 47, 1, endA, endB, nil, append([]byte{0, 0, 8, 0}, inner...))
		if _, err := gre.ParseRequest(p); err != nil {
			t.Errorf("options % x: %v", options, err)
		}
	}
}
