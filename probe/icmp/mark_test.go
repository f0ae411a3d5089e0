package icmp_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"greylag/probe/icmp"
)

// goldenMarked is the golden echo with a mark, sixteen octets f0 … ff, in place
// of its first data. The words that go, 0809 … 1617, have the high octets
// 8 · (08 + 16)/2 = 78 and the low ones 8 more: 7880. Those that come, f0f1 …
// feff, have 8 · (f0 + fe)/2 = 7b8 and 7c0: 7bfc0 in all, so the sum of 3f356
// becomes 3f356 − 7880 + 7bfc0 = b3a96; carried, 3aa1; its complement is c55e.
const goldenMarked = "0800c55e126700ff" +
	"f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff18191a1b1c1d1e1f" +
	"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"

var mark = icmp.Mark{0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff}

func TestAppendMarkedEchoGolden(t *testing.T) {
	got := icmp.AppendMarkedEcho([]byte("before"), 0x1267, 0x00ff, mark)
	if string(got[:6]) != "before" || hex.EncodeToString(got[6:]) != goldenMarked {
		t.Errorf("appended\n%x; want\n%s", got[6:], goldenMarked)
	}
}

// markedReply is what answers it: type 0, so that the checksum rises by 0800.
func markedReply(t testing.TB) []byte {
	b := append(reply(t)[:20], unhex(t, goldenMarked)...)
	b[20], b[22], b[23] = 0, 0xcd, 0x5e
	return b
}

func TestParseMarkedReply(t *testing.T) {
	got, m, err := icmp.ParseMarkedReply(markedReply(t))
	if err != nil || got != wantReply || m != mark {
		t.Errorf("%+v, %x, %v; want %+v, %x", got, m, err, wantReply, mark)
	}
	for name, packet := range map[string][]byte{
		"no data":             accepted["no data"](reply(t)),
		"15 octets of data":   resealed(markedReply(t)[:20+8+15]),
		"an octet of it lost": markedReply(t)[:20+8+55],
		"a wrong checksum":    append(markedReply(t)[:83], 0),
		"an error":            unhex(t, goldenError),
	} {
		if got, m, err := icmp.ParseMarkedReply(packet); err != icmp.ErrNotEchoReply || got != (icmp.Reply{}) || m != (icmp.Mark{}) {
			t.Errorf("%s: %+v, %x, %v; want ErrNotEchoReply", name, got, m, err)
		}
	}
}

// Any mark comes back from an echo whose far end does what RFC 792 says.
func FuzzMarkedEchoAndReply(f *testing.F) {
	f.Add(uint16(1), uint16(2), mark[:])
	f.Fuzz(func(t *testing.T, id, sequence uint16, data []byte) {
		var want icmp.Mark
		copy(want[:], data)
		p := icmp.AppendMarkedEcho(reply(t)[:20], id, sequence, want)
		p[20] = 0
		r, got, err := icmp.ParseMarkedReply(resealed(p))
		if err != nil || got != want || r.ID != id || r.Sequence != sequence || len(p) != 20+icmp.EchoLen {
			t.Errorf("%x: %+v, %x, %v", want, r, got, err)
		}
	})
}

func TestMarksAllocateNothing(t *testing.T) {
	b, packet := make([]byte, 0, icmp.EchoLen), bytes.Clone(markedReply(t))
	n := testing.AllocsPerRun(100, func() {
		b = icmp.AppendMarkedEcho(b[:0], 1, 2, mark)
		_, _, _ = icmp.ParseMarkedReply(packet)
	})
	if n != 0 {
		t.Errorf("%v allocations; want 0", n)
	}
}
