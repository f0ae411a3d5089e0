package query

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"greylag/fleet"
)

var vocabulary = NewVocabulary(&fleet.Inventory{Tunnels: []fleet.Tunnel{
	{Name: "fra1-seoul", Hub: "fra1", Spoke: "seoul", Tags: []string{"apac", "LTE backup"}, Source: addr("192.0.2.10"), Destination: addr("198.51.100.17")},
	{Name: "ams1-seoul", Hub: "ams1", Spoke: "seoul", Tags: []string{"apac"}, Source: addr("192.0.2.10"), Destination: addr("198.51.100.9")},
	{Name: "alone", Source: addr("192.0.2.10"), Destination: addr("198.51.100.9")},
}})

func TestVocabulary(t *testing.T) {
	want := Vocabulary{
		"name": {"alone", "ams1-seoul", "fra1-seoul"}, "hub": {"ams1", "fra1"}, "spoke": {"seoul"},
		"tag": {"apac", "LTE backup"}, "source": {"192.0.2.10"}, "destination": {"198.51.100.9", "198.51.100.17"},
	}
	if diff := cmp.Diff(want, vocabulary); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestComplete: | is the cursor; the result is the input with the first
// candidate.
func TestComplete(t *testing.T) {
	for _, c := range []struct {
		input, result string
		candidates    []string
	}{
		{"sta|", "state:|", []string{"state:"}},
		{"ST|", "state:|", []string{"state:", "destination:"}},
		{"s|", "state:|", []string{"state:", "spoke:", "since:", "source:", "reason:", "loss:", "flaps:", "destination:"}},
		{"seo -sp| rtt>1ms", "seo -spoke:| rtt>1ms", []string{"spoke:"}},
		{"zzz|", "", nil},
		{"state:|", "state:pending|", []string{"pending", "up", "degraded", "down", "disabled"}},
		{"state:d|", "state:degraded|", []string{"degraded", "down", "disabled", "pending"}},
		{"state:down,u|", "state:down,up|", []string{"up"}},
		{"state:d|,up", "state:degraded|,up", []string{"degraded", "down", "disabled", "pending"}},
		{"!path!=b| x", "!path!=backup| x", []string{"backup"}},
		{"hub:|", "hub:ams1|", []string{"ams1", "fra1"}},
		{"hub:r|", "hub:fra1|", []string{"fra1"}},
		{"tag:l|", `tag:"LTE backup"|`, []string{`"LTE backup"`}},
		{`tag:"lte b|"`, `tag:"LTE backup"|`, []string{`"LTE backup"`}},
		{"destination:198.|", "destination:198.51.100.9|", []string{"198.51.100.9", "198.51.100.17"}},
		{"incident:|", "incident:yes|", []string{"yes", "no"}},
		{"muted:n|", "muted:no|", []string{"no"}},
		{"rtt>1|", "", nil},
		{"staet:|", "", nil},
	} {
		cursor := strings.Index(c.input, "|")
		input := strings.Replace(c.input, "|", "", 1)
		got := Complete(input, cursor, vocabulary)
		if !slices.Equal(got.Candidates, c.candidates) {
			t.Errorf("%q: %q, want %q", c.input, got.Candidates, c.candidates)
			continue
		}
		if len(got.Candidates) > 0 {
			text, at := got.Apply(input, got.Candidates[0])
			if result := text[:at] + "|" + text[at:]; result != c.result {
				t.Errorf("%q becomes %q, want %q", c.input, result, c.result)
			}
		}
	}
}

func TestCompleteOffersAllFields(t *testing.T) {
	for _, input := range []string{"", "seo ", "-"} {
		several := Vocabulary{}
		several.AddHosts([]string{"jump1", "jump2"})
		got := Complete(input, len(input), several)
		if len(got.Candidates) != len(fields) || got.Candidates[0] != "state:" {
			t.Errorf("%q: %q", input, got.Candidates)
		}
		// With one vantage point nothing is to be said of several.
		if got := Complete(input, len(input), nil); len(got.Candidates) != len(fields)-2 {
			t.Errorf("%q: %q", input, got.Candidates)
		}
	}
}

func TestCompleteSeen(t *testing.T) {
	v := Vocabulary{}
	v.AddHosts([]string{"jump1", "jump2"})
	for input, want := range map[string]string{
		"seen:jump2=d": "jump2=degraded jump2=down jump2=disabled", "seen:jump1=u": "jump1=up jump1=unseen", "seen:stale": "jump1=stale jump2=stale",
		"disagree:": "yes no",
	} {
		if got := strings.Join(Complete(input, len(input), v).Candidates, " "); got != want {
			t.Errorf("%s: %s, want %s", input, got, want)
		}
	}
}

func TestCompleteIsBounded(t *testing.T) {
	many := Vocabulary{}
	for i := range 1000 {
		many["hub"] = append(many["hub"], fmt.Sprintf("x%d", i))
	}
	if got := Complete("hub:x", 5, many); len(got.Candidates) != maxCandidates || got.Candidates[0] != "x0" {
		t.Errorf("%d candidates", len(got.Candidates))
	}
}
