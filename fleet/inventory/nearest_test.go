package inventory

import (
	"slices"
	"strings"
	"testing"
)

func TestNearestNames(t *testing.T) {
	names := []string{"fra1-seoul", "fra2-seoul", "fra1-busan", "lte-busan", "Lima"}
	for word, want := range map[string]string{
		"fra1-seul":  "fra1-seoul fra2-seoul",
		"FRA2-SEOUL": "fra2-seoul fra1-seoul",
		"busan":      "lte-busan fra1-busan", // shorter first
		"lima":       "Lima",
		"limo":       "Lima",
		"tokyo":      "",
		"":           "",
	} {
		if got := strings.Join(Nearest(word, names, 2), " "); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	if got := Nearest("a", slices.Repeat([]string{"aa"}, 9), 3); len(got) != 3 {
		t.Errorf("%d, want the limit of 3", len(got))
	}
}
