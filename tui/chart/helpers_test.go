package chart

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/tui/text"
)

var update = flag.Bool("update", false, "write the golden files")

// both are the character sets, by the name of their golden files.
var both = map[string]text.Charset{"utf8": text.UTF8, "ascii": text.ASCII}

// answer is an outcome that was answered after so many µs.
func answer(us int) fleet.Outcome {
	return fleet.Outcome{Fate: fleet.FateAnswered, RTT: time.Duration(us) * time.Microsecond}
}

func outcome(fate fleet.Fate) fleet.Outcome { return fleet.Outcome{Fate: fate} }

// day is a hundred keepalives: round trip times go up and down in steps of
// 50 µs, there is an outage, and one of each other fate.
func day() []fleet.Outcome {
	var list []fleet.Outcome
	for i := range 100 {
		wave := i % 40
		list = append(list, answer(500+50*min(wave, 40-wave)))
	}
	for i := 50; i < 56; i++ {
		list[i] = outcome(fleet.FateMissing)
	}
	list[10], list[70], list[80], list[99] = outcome(fleet.FateMissing), outcome(fleet.FateExcused), outcome(fleet.FateUnsent), outcome(fleet.FatePending)
	return list
}

// kinds writes one letter for each cell of a line: the kind that it is.
func kinds(l *Line) string {
	var b strings.Builder
	for kind, run := range l.Runs() {
		b.WriteString(strings.Repeat(string(" asxu?pfo-v|"[kind]), text.UTF8.Width(string(run))))
	}
	return b.String()
}

// checkLine: exactly width cells of clean text, and spans without gaps.
func checkLine(t *testing.T, c text.Charset, l *Line, width int) {
	t.Helper()
	if s := l.String(); c.Clean(s) != s || c.Width(s) != max(width, 0) {
		t.Errorf("%q is not %d clean cells", s, width)
	}
	at := 0
	for i, s := range l.Spans {
		if s.Start != at || s.End <= s.Start || i > 0 && s.Kind == l.Spans[i-1].Kind {
			t.Errorf("spans of %q: %+v", l.String(), l.Spans)
		}
		at = s.End
	}
	if at != len(l.Text) {
		t.Errorf("%q: the spans end at %d", l.String(), at)
	}
}

// compare holds what is drawn against a golden file, where a person has looked
// at it.
func compare(t *testing.T, file, got string) {
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
