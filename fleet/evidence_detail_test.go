package fleet

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"greylag/probe"
)

var update = flag.Bool("update", false, "write the golden files")

// golden holds text against a file, where a person has read it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("differs from %s (see with -update and git diff):\n%s", file, got)
	}
}

// TestRefusalTexts writes every ICMP error by every sender into
// testdata/refusals.golden.
func TestRefusalTexts(t *testing.T) {
	var out strings.Builder
	keyed := oneTunnel(func(t *Tunnel) { t.Key, t.HasKey = 1017, true })
	for code := range uint8(17) {
		writeRefusals(&out, keyed, 3, code)
	}
	for code := range uint8(2) {
		writeRefusals(&out, keyed, 11, code)
		writeRefusals(&out, keyed, 12, code)
	}
	for _, code := range []uint8{1, 3, 13, 14} {
		writeRefusals(&out, oneTunnel(byEcho), 3, code)
	}
	golden(t, "testdata/refusals.golden", out.String())
}

func writeRefusals(out *strings.Builder, inv *Inventory, typ, code uint8) {
	for _, sender := range []string{router, there, here} {
		row := reportOf(inv, at(45), outage(refused(40, typ, code, sender)))
		e := row.Evidence[0]
		fmt.Fprintf(out, "%s %d/%d from %s: %s: %s\n    fix: %s\n", row.Tunnel.Probe, typ, code, sender, row.Reason, e.Text, e.Fix)
	}
}

// TestDetailTexts writes the lines that an operator reads, and the evidence
// behind them, into testdata/details.golden.
func TestDetailTexts(t *testing.T) {
	rules := []Advice{
		{Rule: "R17", Message: "unicast RPF (strict) drops the answer", Fix: "remove `ip verify unicast`"},
		{Rule: "R18", Message: "the access list does not permit the answer", Fix: "add a line"},
		{Rule: "R19", Message: "the answer leaves in clear text"},
	}
	asks := join(asked(20), asked(30), asked(40))
	lives := join(asked(20), replied(20), asked(30), replied(30), asked(40), replied(40))
	key := probe.AlteredIdentification
	stories := []struct {
		title  string
		inv    *Inventory
		events []probe.Event
		advice []Advice
		peers  PeerSource
		now    float64
	}{
		{"black hole", oneTunnel(), outage(lives), nil, nil, 45},
		{"black hole, a while ago", oneTunnel(), outage(lives), nil, nil, 125},
		{"black hole, R17 declared", oneTunnel(), outage(lives), rules[:1], nil, 45},
		{"black hole, three rules", oneTunnel(), outage(lives), rules, nil, 45},
		{"black hole, rules by their numbers only", oneTunnel(), outage(lives), []Advice{{Rule: "R17"}, {Rule: "R15"}}, nil, 45},
		{"black hole, its keepalives arrive", oneTunnel(), outage(lives), nil, hears(9, 42, 5*time.Second), 45},
		{"black hole, answers altered", oneTunnel(), outage(lives, altered(30, key), altered(40, key)), rules[:1], nil, 45},
		{"silent", oneTunnel(), outage(asks), nil, nil, 45},
		{"silent, R17 declared", oneTunnel(), outage(asks), rules[:1], nil, 45},
		{"silent, its keepalives arrive", oneTunnel(), outage(asks), nil, hears(9, 42, 5*time.Second), 45},
		{"silent, its keepalives stopped", oneTunnel(), outage(asks), nil, hears(9, 7, 5*time.Second), 45},
		{"prohibited, its keepalives arrive, rules declared", oneTunnel(), outage(refused(40, 3, 13, router)), rules, hears(9, 42, 5*time.Second), 45},
		{"no tunnel, half a minute ago", oneTunnel(), outage(refused(20, 3, 3, there)), rules, nil, 50},
		{"icmp", oneTunnel(byEcho), outage(), nil, nil, 45},
		{"cannot send", oneTunnel(), join(outage(), failure(50, 6), failure(60, 7)), rules, hears(9, 58, 5*time.Second), 61},
		{"up, one-sided", oneTunnel(declares(0)), join(outage(), recovery()), nil, nil, 51},
	}
	var out strings.Builder
	for _, story := range stories {
		s := NewStore(story.inv, epoch)
		s.SetAdvice(func(int) []Advice { return story.advice })
		s.SetPeers(story.peers)
		s.Record(story.events)
		writeRow(&out, story.title, &s.Report(at(story.now), nil).Tunnels[0])
	}
	golden(t, "testdata/details.golden", out.String())
}

func writeRow(out *strings.Builder, title string, row *TunnelReport) {
	fmt.Fprintf(out, "== %s\n%s: %s: %s\n", title, row.State, row.Reason, row.Detail)
	for _, e := range row.Evidence {
		fmt.Fprintf(out, "  %s x%d: %s\n    fix: %s\n", e.Kind, e.Count, e.Text, e.Fix)
	}
}

func TestSpanText(t *testing.T) {
	tests := []struct {
		in   time.Duration
		want string
	}{
		{-time.Hour, "0 ms"}, {0, "0 ms"}, {100 * ms, "100 ms"}, {999 * ms, "999 ms"}, {time.Second, "1 s"}, {1900 * ms, "1 s"},
		{119 * time.Second, "119 s"}, {2 * time.Minute, "2 min"}, {119*time.Minute + 59*time.Second, "119 min"},
		{2 * time.Hour, "2 h"}, {47*time.Hour + 59*time.Minute, "47 h"}, {48 * time.Hour, "2 d"}, {1000 * time.Hour, "41 d"},
	}
	for _, tt := range tests {
		if got := spanText(tt.in); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.in, got, tt.want)
		}
	}
}

// With declared rules their text comes with the rule evidence, and only where a
// rule may be why.
func TestRulesAreEvidence(t *testing.T) {
	rules := []Advice{{Rule: "R16", Message: "two VRFs", Fix: "one"}, {Rule: "R18", Message: "an access list"}}
	tests := []struct {
		name   string
		events []probe.Event
		want   int
	}{
		{"black hole", outage(asked(40), replied(40)), 2},
		{"silent", outage(asked(40)), 2},
		{"prohibited", outage(refused(40, 3, 13, router)), 0},
		{"nothing known", outage(), 0},
		{"up", join(outage(asked(40)), recovery()), 0},
	}
	for _, tt := range tests {
		s := NewStore(oneTunnel(), epoch)
		s.SetAdvice(func(int) []Advice { return rules })
		s.Record(tt.events)
		row := s.Report(at(52), nil).Tunnels[0]
		got := 0
		for _, e := range row.Evidence {
			if e.Kind == EvidenceRule {
				got++
			}
		}
		if got != tt.want || len(row.Advice) != 2 {
			t.Errorf("%s: %d rules, want %d; advice %v", tt.name, got, tt.want, row.Advice)
		}
	}
}
