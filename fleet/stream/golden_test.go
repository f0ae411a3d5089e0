package stream

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"greylag/fleet"
)

var update = flag.Bool("update", false, "write the golden files")

func encoded(t testing.TB, r Record) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := encode(NewEncoder(&out), r); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestGolden(t *testing.T) {
	for _, ex := range examples() {
		t.Run(ex.name, func(t *testing.T) {
			got := encoded(t, ex.Record)
			file := filepath.Join("testdata", ex.name+".ndjson")
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if !json.Valid(got) {
				t.Errorf("encoding/json does not read it: %s", got)
			}
		})
	}
}

// contractLines are the example lines of CONTRACT.md, of which contract.jsonc
// is a copy: comments taken out, each record on one line, and a real time where
// the contract has an ellipsis.
func contractLines(t testing.TB) []string {
	t.Helper()
	text, err := os.ReadFile("testdata/contract.jsonc")
	if err != nil {
		t.Fatal(err)
	}
	text = regexp.MustCompile(`(?m)\s+//.*$`).ReplaceAll(text, nil)
	text = regexp.MustCompile(`"(time|since|last_reply|last)":"…"`).
		ReplaceAll(text, []byte(`"$1":"2026-11-22T19:00:00.000Z"`))
	var lines []string
	for dec := json.NewDecoder(bytes.NewReader(text)); dec.More(); {
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			t.Fatal(err)
		}
		var line bytes.Buffer
		if err := json.Compact(&line, raw); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line.String())
	}
	return lines
}

// What the contract shows is read, and written again to the byte, apart from
// the fields that were added.
func TestContractExamples(t *testing.T) {
	added := []string{`,"excused":0,"in_flight":0`, `,"ranked":false`}
	lines := contractLines(t)
	if len(lines) != 6 {
		t.Fatalf("%d example lines, want 6", len(lines))
	}
	for _, line := range lines {
		rec, err := NewDecoder(strings.NewReader(line)).Next()
		if err != nil {
			t.Errorf("%v: %s", err, line)
			continue
		}
		got := strings.TrimSpace(string(encoded(t, rec)))
		for _, field := range added {
			got = strings.Replace(got, field, "", 1)
		}
		if rec.Event != nil && rec.Event.Spoke != "" {
			got = strings.Replace(got, `,"protected":false`, "", 1)
		}
		if diff := cmp.Diff(line, got); diff != "" {
			t.Errorf("(-contract +got)\n%s", diff)
		}
	}
}

// The example's values arrive where they belong.
func TestContractTunnel(t *testing.T) {
	rec, err := NewDecoder(strings.NewReader(contractLines(t)[1])).Next()
	if err != nil {
		t.Fatal(err)
	}
	want := fullTunnel()
	want.Time, want.Since, want.LastReply, want.PeerLast = at(0), at(0), at(0), at(0)
	want.Tunnel.Tags, want.Advice = []string{"apac"}, []fleet.Advice{{Rule: "R17"}}
	want.Counter, want.Received, want.Excused, want.InFlight = 0, 99, 0, 0
	want.Late, want.Duplicate, want.Unmatched, want.SendErrors = 0, 0, 0, 0
	want.RTT.Samples = 99
	if diff := cmp.Diff(Record{Tunnel: want}, rec, comparers); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
