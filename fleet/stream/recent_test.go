package stream

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
)

// The characters are those of the formula in the package comment.
func TestRecentMarks(t *testing.T) {
	us := time.Microsecond
	cases := []struct {
		rtt  time.Duration
		mark byte
	}{
		{0, '0'}, {1 * us, '0'}, {17 * us, '0'},
		{22 * us, '1'}, {28 * us, '2'}, // 16 · 2^(1/3) = 20.2, 16 · 2^(2/3) = 25.4
		{36 * us, '3'},
		{1100 * us, 'I'}, // 16 · 2^6 = 1024, and the 18th is I
		{19 * time.Second, 'y'},
		{25 * time.Second, 'z'}, {60 * time.Second, 'z'}, {time.Hour, 'z'},
	}
	for _, c := range cases {
		list := []fleet.PackedOutcome{fleet.Outcome{Fate: fleet.FateAnswered, RTT: c.rtt}.Pack()}
		want := fmt.Sprintf(`,"recent":"%c"`, c.mark)
		if got := string(appendRecent(nil, list)); got != want {
			t.Errorf("%v: %s, want %s", c.rtt, got, want)
		}
	}
}

// What is read is what was written: fates exactly, times as the package comment
// promises.
func TestRecentKeepsTimes(t *testing.T) {
	for rtt := 16 * time.Microsecond; rtt < 20*time.Second; rtt += rtt / 50 {
		packed := []fleet.PackedOutcome{fleet.Outcome{Fate: fleet.FateAnswered, RTT: rtt}.Pack()}
		mark := recentPart(appendRecent(nil, packed)[len(`,"recent":"`):])
		got := mark[:1].recent()[0].Unpack()
		if off := float64(got.RTT)/float64(rtt) - 1; got.Fate != fleet.FateAnswered || off < -0.25 || off > 0.25 {
			t.Errorf("%v came back as %+v", rtt, got)
		}
	}
}

func TestRecentText(t *testing.T) {
	cases := []struct {
		name string
		text string
		want string // as it is written again
	}{
		{"nothing", "", ""},
		{"every fate", "0aZ-?!_", "0aZ-?!_"},
		{"every time", rttMarks, rttMarks},
		{"of a later greylag", "0+a ü-", "0a-"},
		{"only the newest", strings.Repeat("-", maxRecent) + strings.Repeat("0", maxRecent), strings.Repeat("0", maxRecent)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			want := fmt.Sprintf(`,"recent":"%s"`, c.want)
			if c.want == "" {
				want = ""
			}
			if got := string(appendRecent(nil, recentPart(c.text).recent())); got != want {
				t.Errorf("%q is written as %s, want %s", c.text, got, want)
			}
		})
	}
}

// No two outcomes share a character, and none needs an escape.
func TestRecentAlphabet(t *testing.T) {
	all := []byte(rttMarks)
	for _, mark := range fateMarks {
		all = append(all, mark)
	}
	slices.Sort(all)
	if got := len(slices.Compact(all)); got != 66 {
		t.Errorf("%d different characters, want 66", got)
	}
	if strings.ContainsAny(string(all), `"\<>& `) {
		t.Errorf("%s", all)
	}
}
