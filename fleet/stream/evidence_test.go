package stream

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"greylag/fleet"
)

// evidenceLine is a tunnel record with that JSON as its evidence.
func evidenceLine(value string) string {
	return `{"type":"tunnel",` + someTime + `,"name":"a","state":"up","evidence":` + value + `}`
}

func TestEvidenceErrors(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"text", `"icmp"`, `"evidence" is a JSON string, want a list`},
		{"a list of numbers", `[1]`, `"evidence" is a JSON number, want an object`},
		{"kind is a number", `[{"kind":3}]`, `"evidence.kind" is a JSON number, want a string`},
		{"negative count", `[{"count":-1}]`, `"evidence.count" is a JSON number -1, want an integer of 0 to 18446744073709551615`},
		{"time is no time", `[{"time":"now"}]`, `"now" is no time, want RFC 3339 as in "2026-11-22T19:00:00.000Z"`},
		{"from is a name", `[{"from":"gw"}]`, `ParseAddr("gw"): unable to parse IP`},
	}
	for _, c := range cases {
		_, err := decode([]byte(evidenceLine(c.in)))
		if err == nil || explain(err).Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

// What a later greylag adds to an observation is passed over, and what is
// missing is not known.
func TestEvidenceTolerance(t *testing.T) {
	cases := []struct {
		name, in string
		want     []fleet.Evidence
	}{
		{"null", `null`, nil},
		{"empty", `[]`, nil},
		{"an unknown kind", `[{"kind":"bfd","text":"a","weight":7}]`, []fleet.Evidence{{Kind: "bfd", Text: "a"}}},
		{"nothing", `[{},null]`, []fleet.Evidence{{}, {}}},
	}
	for _, c := range cases {
		rec, err := NewDecoder(strings.NewReader(evidenceLine(c.in))).Next()
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.want, rec.Tunnel.Evidence, comparers); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.name, diff)
		}
	}
}

func TestAppendEvidenceDoesNotAllocate(t *testing.T) {
	row, buf := deafTunnel(), make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { buf = AppendTunnel(buf[:0], row) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
