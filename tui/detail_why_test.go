package tui

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"greylag/fleet"
)

// labelled are the paragraphs of the page that have one of these labels, in
// their order.
func labelled(m *model, labels string) (list []string) {
	in := false
	for line := range strings.SplitSeq(pageOf(m), "\n") {
		label, rest := "", line
		if len(line) > 1+labelCells {
			label, rest = strings.TrimSpace(line[:1+labelCells]), line[1+labelCells:]
		}
		switch {
		case label != "" && strings.Contains(" "+labels+" ", " "+label+" "):
			list, in = append(list, label+" "+rest), true
		case label == "" && in:
			list[len(list)-1] += " " + rest
		default:
			in = false
		}
	}
	return list
}

// TestWhy: the reason, the evidence strongest first, each rule and each remedy
// once, and what is declared before what is only a place to look at.
func TestWhy(t *testing.T) {
	m := one(func(r *fleet.TunnelReport) {
		r.State = fleet.Down
		blackHoled(r)
		r.Detail += "; and more"
		r.Advice = []fleet.Advice{
			{Rule: "R17", Message: "is among the evidence", Fix: "is there, too"},
			{Rule: "R1"}, // is not R17
			{Rule: "R18", Message: "the access list does not permit it", Fix: permit},
			{Rule: "R16"},
		}
	})
	want := []string{
		"why black-hole: the far end is alive, and what is sent through the tunnel does not come back (R2)",
		"echo 198.51.100.17 answers ICMP echo, and keepalives do not come back (R2) (10 times, last 2s ago)",
		"peer the far end's own keepalives arrive every 5 s: its way here works (120 times, last 2s ago, from 198.51.100.17)",
		"ttl the answers' TTL changed from 254 to 250: they come back by another way (last 2s ago)",
		"rule " + rpfText,
		"rule R1, by what is declared",
		"rule R18: the access list does not permit it",
		"rule R16: the far end's two VRFs differ",
		"do " + rpfFix,
		"do " + permit,
	}
	if diff := cmp.Diff(want, labelled(m, "why detail echo peer ttl rule do")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestWhyWithoutEvidence: a stream may have the detail only; and advice is for
// what is not up.
func TestWhyWithoutEvidence(t *testing.T) {
	advice := []fleet.Advice{{Rule: "R19"}}
	m := one(func(r *fleet.TunnelReport) {
		r.State, r.Reason, r.Detail, r.Advice = fleet.Down, fleet.ReasonLocal, "EPERM: not permitted", advice
	})
	want := []string{"why local: this host could not send", "detail EPERM: not permitted", "rule R19: the two ends' IPsec"}
	if diff := cmp.Diff(want, labelled(m, "why detail rule do")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, state := range []fleet.State{fleet.Up, fleet.Degraded, fleet.Disabled} {
		m := one(func(r *fleet.TunnelReport) { r.State, r.Advice = state, advice })
		offPage(t, m, "R19")
	}
}

// TestEveryReasonHasWords: in the words of CONTRACT's table, and of what it says.
func TestEveryReasonHasWords(t *testing.T) {
	for _, reason := range []fleet.Reason{fleet.ReasonLocal, fleet.ReasonProhibited, fleet.ReasonNoGRE,
		fleet.ReasonUnreachable, fleet.ReasonBlackHole, fleet.ReasonSilent} {
		m := one(func(r *fleet.TunnelReport) { r.State, r.Reason = fleet.Down, reason })
		if reasons[reason] == "" {
			t.Errorf("%s has no words", reason)
		}
		onPage(t, m, "why "+string(reason)+": "+reasons[reason])
	}
}
