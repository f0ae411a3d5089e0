package fleet

import (
	"strings"
	"testing"
)

// views reads "up down/stale -" as what hosts a, b and c tell.
func readViews[V State | Path](text string) (hosts []string, list []View[V]) {
	for i, word := range strings.Fields(text) {
		verdict, old := strings.CutSuffix(word, "/stale")
		if verdict == "-" {
			verdict = ""
		}
		hosts = append(hosts, string(rune('a'+i)))
		list = append(list, View[V]{V(verdict), old})
	}
	return hosts, list
}

func TestTunnelViews(t *testing.T) {
	for _, c := range []struct {
		text     string
		disagree bool
	}{
		{"", false}, {"up", false}, {"up up", false}, {"up down", true}, {"degraded down", true},
		{"up degraded", false}, {"up pending", false}, {"down pending", false}, {"up disabled", false}, {"down disabled", false},
		{"up -", false}, {"down -", false}, {"up down/stale", false}, {"up/stale down", false},
		{"up/stale down up", true}, {"pending up down", true}, {"up later down", true}, {"later down", false},
	} {
		if got := TunnelViews(readViews[State](c.text)).Disagree; got != c.disagree {
			t.Errorf("%s: disagree %v", c.text, got)
		}
	}
}

func TestSpokeViews(t *testing.T) {
	for _, c := range []struct {
		text     string
		disagree bool
	}{
		{"", false}, {"primary primary", false}, {"primary backup", true}, {"primary none", true}, {"backup none", true},
		{"primary pending", false}, {"none -", false}, {"primary backup/stale", false}, {"pending - primary none", true},
	} {
		if got := SpokeViews(readViews[Path](c.text)).Disagree; got != c.disagree {
			t.Errorf("%s: disagree %v", c.text, got)
		}
	}
}

func TestViewsWords(t *testing.T) {
	v := TunnelViews(readViews[State]("up down/stale -"))
	if got := strings.Join(v.Words, " "); got != "a=up b=down b=stale c=unseen" {
		t.Error(got)
	}
	if (&TunnelReport{}).Differ() || (&SpokeReport{}).Differ() {
		t.Error("one vantage point disagrees with itself")
	}
}
