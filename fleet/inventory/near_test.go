package inventory

import (
	"fmt"
	"strings"
	"testing"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "a", 0}, {"a", "", 1}, {"", "ab", 2},
		{"intervall", "interval", 1}, {"nmae", "name", 1}, {"retires", "retries", 1},
		{"kitten", "sitting", 3}, {"ca", "abc", 3}, // optimal string alignment: 3, where full Damerau has 2
		{"서울", "부산", 2},
	} {
		if got := distance(c.a, c.b, 10); got != c.want {
			t.Errorf("%q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
		if got := distance(c.b, c.a, 10); got != c.want {
			t.Errorf("%q to %q: %d, want %d", c.b, c.a, got, c.want)
		}
	}
	if got := distance("a", "abcdef", 2); got != 3 {
		t.Errorf("beyond the limit: %d", got)
	}
}

func TestNearest(t *testing.T) {
	known := []string{"name", "source", "interval", "rank"}
	for word, want := range map[string]string{
		"nmae": "name", "INTERVAL": "interval", "rnak": "rank", "sourc": "source",
		strings.Repeat("name", 20): "", "x": "", "destination": "", "": "", "nnaammee": "",
	} {
		if got := newReader("f", "").nearest(word, known); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}

// TestNearestEnds: with as many misspelt names as names, suggestions stop; the
// errors do not.
func TestNearestEnds(t *testing.T) {
	r := newReader("f", "")
	r.patience = 7_000
	known := make([]string, 2_000)
	for i := range known {
		known[i] = fmt.Sprintf("spoke-%d", i)
	}
	for i := range 3 {
		if got := r.nearest("spoke-1999x", known); got != "spoke-1999" {
			t.Errorf("%d: %q", i, got)
		}
	}
	if got := r.nearest("spoke-1999x", known); got == "spoke-1999" || r.patience != 0 {
		t.Errorf("patience %d: %q", r.patience, got)
	}
}
