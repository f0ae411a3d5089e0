package query

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// seeds are filters that are likely to break something.
var seeds = []string{
	"", " ", "-", "!", "--a", ":", "hub:", "hub:,", `hub:"`, `"`, `a"b c"d`, "rtt>1ms,2s,3", "loss>=100%", "since<1h30m", "rank:1e9",
	"source:1.2.3.4/33", "source:*", "source:fe80::1%eth0", "name:" + "****a", "서울 상태:다운", "a\x00b", "\xff:\xff", "state!=", "p99>=.5s", "rank:.",
	"rtt>99999999999999999999999999w", "incident:no", "STATE:DOWN,-", "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg",
}

// FuzzParse: no filter panics, every error stands inside the input, and a filter
// and its completion can be used.
func FuzzParse(f *testing.F) {
	for i, s := range seeds {
		f.Add(s, i)
	}
	for _, c := range matches {
		f.Add(c.filter, len(c.filter))
	}
	rows := []*Row{seoul(), fresh(), {}}
	f.Fuzz(func(t *testing.T, input string, cursor int) {
		q, err := Parse(input)
		var e *Error
		if errors.As(err, &e) && (e.Start < 0 || e.Start > e.End || e.End > len(input) || e.Column < 1 || e.Message == "" || e.Hint == "") {
			t.Errorf("%q: %+v", input, e)
		}
		for _, r := range rows {
			q.Match(r)
		}
		checkNegated(t, &q, rows)
		c := Complete(input, cursor, vocabulary)
		for _, candidate := range c.Candidates {
			completed, at := c.Apply(input, candidate)
			if at < 0 || at > len(completed) || utf8.ValidString(input) && !utf8.ValidString(completed) {
				t.Errorf("%q at %d: %q at %d", input, cursor, completed, at)
			}
		}
	})
}

// checkNegated: each term and its contrary part the rows.
func checkNegated(t *testing.T, q *Query, rows []*Row) {
	for _, one := range q.terms {
		contrary := one
		contrary.negate = !one.negate
		for _, r := range rows {
			if (&Query{[]term{one}}).Match(r) == (&Query{[]term{contrary}}).Match(r) {
				t.Errorf("%+v and its contrary are the same", one)
			}
		}
	}
}

// FuzzGlob: a pattern matches what it is made of, and the rules hold.
func FuzzGlob(f *testing.F) {
	f.Add("*a*b", "xxaxxb")
	f.Add("a?c", "a서c")
	f.Add("**", "")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		pattern, s = pattern[:min(len(pattern), 100)], s[:min(len(s), 1000)]
		matchGlob(pattern, s)
		if !matchGlob("*", s) {
			t.Errorf("* does not match %q", s)
		}
		lowered := []byte(s)
		for i, c := range lowered {
			lowered[i] = lower(c)
		}
		if p := string(lowered); !matchGlob(p, s) || !matchGlob(p+"*", s+"x") || !matchGlob("*"+p, "x"+s) {
			t.Errorf("%q does not match itself", p)
		}
	})
}

// FuzzWord: the shift-and search agrees with the definition of fuzzy.
func FuzzWord(f *testing.F) {
	f.Add("frseo", "fra1-seoul\nx\x00192.0.2.1")
	f.Add("aab", "a-ab")
	f.Add("a1", "a-1 a\n1")
	f.Fuzz(func(t *testing.T, word, text string) {
		if word == "" || len(word) > 12 || len(text) > 40 {
			return
		}
		w, want := newWord(word), false
		searched, _, _ := strings.Cut(text, addressMark)
		for name := range strings.SplitSeq(searched, "\n") {
			want = want || hasPieces(name, w.text, 0)
		}
		if got := w.fuzzy(text); got != want {
			t.Errorf("%q in %q: %v", word, text, got)
		}
	})
}

// hasPieces tells whether word can be cut into pieces that stand in name from
// that offset on, in order, each where letters or digits begin.
func hasPieces(name, word string, from int) bool {
	if word == "" {
		return true
	}
	for i := from; i < len(name); i++ {
		if i > 0 && classes[name[i]] == classes[name[i-1]] && classes[name[i]] != other {
			continue
		}
		for n := 1; n <= len(word) && strings.HasPrefix(name[i:], word[:n]); n++ {
			if hasPieces(name, word[n:], i+n) {
				return true
			}
		}
	}
	return false
}
