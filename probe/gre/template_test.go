package gre_test

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"testing"

	"greylag/probe/gre"
)

func TestTemplateIsAppendRequest(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var many gre.Templates
	for i, spec := range combinations() {
		spec.Key += uint32(i) // what they share they must not share more of
		spec.Destination = netip.AddrFrom4([4]byte{198, 51, byte(i), byte(i * 7)})
		template := many.Of(&spec)
		for range 2000 {
			m := gre.Marks{
				ID: uint16(random.Uint32()), Sequence: random.Uint32(),
				Number: random.Uint32(), Time: random.Uint32(),
			}
			want := spec.AppendRequest([]byte("kept"), m)
			got := template.Append([]byte("kept"), m)
			if !bytes.Equal(got[4:], want[4+20:]) || string(got[:4]) != "kept" {
				t.Fatalf("%+v %+v\n got %x\nwant %x", spec, m, got, want[20:])
			}
		}
	}
}

// Every identification, since it goes into a checksum that is not computed anew.
func TestTemplateEveryIdentification(t *testing.T) {
	template := gre.NewTemplate(goldenSpec(gre.Spec{}))
	buffer := make([]byte, 0, gre.MaxRequestLen)
	for id := range 1 << 16 {
		p := template.Append(buffer, gre.Marks{ID: uint16(id)})
		if plainChecksum(p[4:24]) != 0 {
			t.Fatalf("identification %#04x: wrong header checksum in % x", id, p)
		}
	}
}

func TestTemplateHoldsItsOwn(t *testing.T) {
	key := secret
	spec := goldenSpec(gre.Spec{Secret: &key, Checksum: true})
	template := gre.NewTemplate(spec)
	want := template.Append(nil, goldenMarks)
	key[0]++
	spec.Checksum, spec.TTL = false, 1
	if got := template.Append(nil, goldenMarks); !bytes.Equal(got, want) {
		t.Errorf("changed with its Spec\n got %x\nwant %x", got, want)
	}
}

func TestTemplateZero(t *testing.T) {
	var template gre.Template
	if got := template.Append([]byte{7}, goldenMarks); !bytes.Equal(got, []byte{7}) {
		t.Errorf("the zero Template appended % x", got)
	}
}
