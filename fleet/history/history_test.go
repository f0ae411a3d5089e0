package history

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
)

const (
	isUp       = fleet.Up
	isDown     = fleet.Down
	isPending  = fleet.Pending
	isDisabled = fleet.Disabled
)

// stories are journals, and what they tell. up and down are of tunnel a.
var stories = map[string]struct {
	files    [][]string
	options  Options
	outages  []string
	problems []string
	up, down time.Duration

	notObserved     time.Duration
	runs, unwritten int
}{
	"down and up": {
		files:   [][]string{{hello(0), row(0, "a", isPending, 0), event(1, "a", isPending, isUp), event(11, "a", isUp, isDown), event(31, "a", isDown, isUp), summary(41, 0)}},
		outages: []string{"a 11..31 lasted 20s down 20s up>up"},
		up:      20 * time.Second, down: 20 * time.Second, runs: 1,
	},
	"the window cuts": {
		files: [][]string{{hello(0), row(0, "a", isUp, 0), event(10, "a", isUp, isDown), event(30, "a", isDown, isUp),
			event(50, "a", isUp, isDown), event(70, "a", isDown, isUp), event(90, "a", isUp, isDown), summary(100, 0)}},
		options: Options{Since: at(20), Until: at(60)},
		outages: []string{"a 10..30 lasted 20s down 10s up>up before", "a 50..goes on lasted 10s down 10s up>"},
		up:      20 * time.Second, down: 20 * time.Second, runs: 1,
	},
	"outside the window": {
		files:       [][]string{{hello(0), row(0, "a", isUp, 0), event(10, "a", isUp, isDown), event(30, "a", isDown, isUp), summary(40, 0)}},
		options:     Options{Since: at(35), Until: at(100)},
		up:          5 * time.Second,
		notObserved: time.Minute, runs: 1,
	},
	"down over a restart": {
		files: [][]string{{hello(0), row(0, "a", isUp, 0), event(10, "a", isUp, isDown), summary(20, 0),
			hello(50), row(50, "a", isPending, 50), event(53, "a", isPending, isDown), event(63, "a", isDown, isUp), summary(73, 0)}},
		outages: []string{"a 10..63 lasted 53s down 20s up>up"},
		up:      20 * time.Second, down: 20 * time.Second, notObserved: 30 * time.Second, runs: 2,
	},
	"up again while greylag did not run": {
		files: [][]string{{hello(0), row(0, "a", isUp, 0), event(10, "a", isUp, isDown), summary(20, 0),
			hello(50), row(50, "a", isPending, 50), event(51, "a", isPending, isUp), summary(61, 0)}},
		outages: []string{"a 10..51 lasted 41s down 10s up>up unseen"},
		up:      20 * time.Second, down: 10 * time.Second, notObserved: 30 * time.Second, runs: 2,
	},
	"a journal's start, and the file before is gone": {
		files: [][]string{{hello(100), started(100, "cut"),
			rowOf(&fleet.TunnelReport{Tunnel: &fleet.Tunnel{Name: "a"}, Time: at(100), State: isPending, Since: at(100), Was: isDown, WasSince: at(10)}),
			eventOf(&fleet.Event{Time: at(103), Tunnel: "a", From: isPending, To: isDown, Since: at(10)}), event(110, "a", isDown, isUp), summary(120, 0)}},
		outages: []string{"a 10..110 lasted 1m40s down 7s >up before"},
		up:      10 * time.Second, down: 7 * time.Second, runs: 1,
		options: Options{Since: at(100)},
	},
	"another file of the journal is no start": {
		files: [][]string{
			{hello(0), started(0, "none"), row(0, "a", isUp, 0), event(10, "a", isUp, isDown)},
			{hello(30), row(30, "a", isDown, 10), summary(30, 1), event(40, "a", isDown, isUp), hello(50), row(50, "a", isUp, 40), summary(60, 1)},
		},
		outages: []string{"a 10..40 lasted 30s down 30s up>up"},
		up:      30 * time.Second, down: 30 * time.Second, runs: 1,
	},
	"disabled for a part": {
		files: [][]string{{hello(0), row(0, "a", isUp, 0), event(10, "a", isUp, isDown), event(20, "a", isDown, isDisabled),
			event(80, "a", isDisabled, isPending), event(81, "a", isPending, isUp), summary(91, 0)}},
		outages: []string{"a 10..20 lasted 10s down 10s up>disabled"},
		up:      20 * time.Second, down: 10 * time.Second, runs: 1,
	},
	"removed by a reload": {
		files:   [][]string{{hello(0), row(0, "a", isUp, 0), event(10, "a", isUp, isDown), event(20, "a", isDown, "removed"), summary(91, 0)}},
		outages: []string{"a 10..20 lasted 10s down 10s up>removed"},
		up:      10 * time.Second, down: 10 * time.Second, runs: 1,
	},
	"not in a report any more": {
		files: [][]string{{hello(0), row(0, "a", isUp, 0), row(0, "b", isUp, 0), summary(0, 2), row(20, "b", isUp, 0), summary(20, 1), summary(40, 0)}},
		up:    20 * time.Second, runs: 1,
	},
	"a report that lacks a line removes nobody": {
		files: [][]string{{hello(0), row(0, "a", isUp, 0), row(0, "b", isUp, 0), summary(0, 2), row(20, "b", isUp, 0), summary(20, 2), summary(40, 0)}},
		up:    40 * time.Second, runs: 1,
	},
	"added by a reload": {
		files: [][]string{{hello(0), row(0, "b", isUp, 0), summary(0, 1), event(20, "a", isPending, isUp), summary(40, 0)}},
		up:    20 * time.Second, runs: 1,
	},
	"events only": {
		files:   [][]string{{hello(0), event(1, "a", isPending, isUp), event(11, "a", isUp, isDown), event(21, "a", isDown, isUp)}},
		outages: []string{"a 11..21 lasted 10s down 10s up>up"},
		up:      10 * time.Second, down: 10 * time.Second, runs: 1,
	},
	"the beginning is gone": {
		files:   [][]string{{event(21, "b", isUp, isDown), event(31, "a", isDown, isUp), summary(41, 0)}},
		outages: []string{"a 21..31 lasted 10s down 10s >up", "b 21..goes on lasted 20s down 20s up>"},
		up:      10 * time.Second, down: 10 * time.Second, runs: 1,
	},
	"a report ahead of its events": {
		files:   [][]string{{hello(0), row(0, "a", isUp, 0), row(12, "a", isUp, 11), event(10, "a", isUp, isDown), event(11, "a", isDown, isUp), summary(20, 0)}},
		outages: []string{"a 10..11 lasted 1s down 1s up>up"},
		up:      19 * time.Second, down: time.Second, runs: 1,
	},
	"events that were lost": {
		files:   [][]string{{hello(0), row(0, "a", isUp, 0), row(30, "a", isDown, 10), row(60, "a", isDown, 10), event(70, "a", isDown, isUp), summary(80, 0)}},
		outages: []string{"a 10..70 lasted 1m0s down 1m0s up>up"},
		up:      20 * time.Second, down: time.Minute, runs: 1, unwritten: 1,
	},
	"records stay out": {
		files: [][]string{{hello(0), row(0, "a", isDown, 0), summary(0, 0), summary(10, 0), summary(20, 0), summary(30, 0), summary(40, 0), summary(50, 0),
			summary(60, 0), summary(70, 0), summary(80, 0), summary(1000, 0), event(1010, "a", isDown, isUp)}},
		outages: []string{"a 0..1010 lasted 16m50s down 1m30s pending>up"},
		down:    90 * time.Second, notObserved: 920 * time.Second, runs: 1,
	},
	"the clock goes back": {
		files: [][]string{{hello(1000), row(1000, "a", isUp, 1000), summary(1000, 0), summary(1010, 0), event(1020, "a", isUp, isDown), summary(1020, 0),
			summary(530, 0), event(550, "a", isDown, isUp), summary(560, 0)}},
		outages:  []string{"a 1020..550 lasted 20s down 20s up>up"},
		problems: []string{"f0:7: the clock went back by 8m10s"},
		up:       30 * time.Second, down: 20 * time.Second, runs: 1,
	},
	"two hosts": {
		files: [][]string{{hello(0), row(0, "a", isUp, 0), summary(10, 0), helloOf("jump2", 5), row(5, "a", isDown, 5), event(8, "a", isDown, isUp),
			hello(20), row(20, "a", isUp, 20), summary(30, 0)}},
		problems: []string{"f0:5: jump2 writes here at the same time as jump1: its records, up to the next hello, do not count (give each host a journal of its own)"},
		up:       20 * time.Second, notObserved: 10 * time.Second, runs: 2,
	},
	"lines that are none": {
		files: [][]string{{hello(0), row(0, "a", isUp, 0), `{"type":"event","time":"2026-11-01T00:`, "\n", `{"type":"weather","rain":true}` + "\n", "\x00\x00\n", summary(10, 0)},
			{`{"type":"hello","schema":9,"version":"7.1"}` + "\n", event(11, "a", isUp, isDown)}},
		problems: []string{
			"f0:3: passed over: no valid JSON at byte 38: unexpected end of JSON input",
			`f0:5: passed over: no valid JSON at byte 1: invalid character '\x00' looking for beginning of value`,
			"f1:1: the rest of the file is not read: this greylag is too old: it reads schema 1, and this is schema 9, from greylag 7.1",
		},
		up: 10 * time.Second, runs: 1,
	},
	"an incident": {
		files: [][]string{{hello(0), row(0, "a", isUp, 0), row(0, "b", isUp, 0), event(10, "a", isUp, isDown), event(11, "b", isUp, isDown),
			incident(12, 10, 0, "a", "b"), event(13, "a", isDown, isUp), event(15, "a", isUp, isDown), event(19, "b", isDown, isUp),
			event(20, "a", isDown, isUp), incident(20, 10, 20, "a", "b"), event(40, "a", isUp, isDown), event(41, "a", isDown, isUp)}},
		outages: []string{"a 10..13 lasted 3s down 3s up>up #7 hub fra1", "b 11..19 lasted 8s down 8s up>up #7 hub fra1",
			"a 15..20 lasted 5s down 5s up>up #7 hub fra1", "a 40..41 lasted 1s down 1s up>up"},
		up: 32 * time.Second, down: 9 * time.Second, runs: 1,
	},
	"an incident that is told when it is over": {
		files:   [][]string{{hello(0), row(0, "a", isUp, 0), event(10, "a", isUp, isDown), event(10.5, "a", isDown, isUp), incident(11, 10, 10.5, "a"), summary(30, 0)}},
		outages: []string{"a 10..10.5 lasted 500ms down 500ms up>up #7 hub fra1"},
		up:      29500 * time.Millisecond, down: 500 * time.Millisecond, runs: 1,
	},
	"a reason that is found later": {
		files: [][]string{{hello(0), row(0, "a", isUp, 0), event(10, "a", isUp, isDown),
			rowOf(&fleet.TunnelReport{Tunnel: &fleet.Tunnel{Name: "a"}, Time: at(12), State: isDown, Since: at(10), Reason: fleet.ReasonNoGRE}), event(20, "a", isDown, isUp)}},
		outages: []string{"a 10..20 lasted 10s down 10s up>up no-gre"},
		up:      10 * time.Second, down: 10 * time.Second, runs: 1,
	},
	"nothing": {},
}

func TestStories(t *testing.T) {
	for name, want := range stories {
		t.Run(name, func(t *testing.T) {
			got := told(t, want.options, want.files...)
			if !slices.Equal(got.outages, want.outages) {
				t.Errorf("outages\n%s\nwant\n%s", strings.Join(got.outages, "\n"), strings.Join(want.outages, "\n"))
			}
			if !slices.Equal(got.problems, want.problems) {
				t.Errorf("problems\n%s\nwant\n%s", strings.Join(got.problems, "\n"), strings.Join(want.problems, "\n"))
			}
			if a := got.tunnel("a"); a.Up.Duration() != want.up || a.Down.Duration() != want.down {
				t.Errorf("up %v, down %v, want %v, %v", a.Up, a.Down, want.up, want.down)
			}
			if got.NotObserved.Duration() != want.notObserved || got.Runs != want.runs || got.Unwritten != want.unwritten {
				t.Errorf("not observed %v, %d runs, %d unwritten, want %v, %d, %d", got.NotObserved, got.Runs, got.Unwritten, want.notObserved, want.runs, want.unwritten)
			}
		})
	}
}

// TestMeans: what is not known of them is not told.
func TestMeans(t *testing.T) {
	got := told(t, Options{}, []string{hello(0),
		row(0, "a", isUp, 0), event(10, "a", isUp, isDown), event(20, "a", isDown, isUp), event(30, "a", isUp, isDown), event(60, "a", isDown, isUp),
		row(0, "b", isUp, 0), row(0, "c", isPending, 0), event(3, "c", isPending, isDown), row(0, "d", isPending, 0), summary(100, 0)})
	for name, want := range map[string]Availability{
		"a": {Ratio: 0.6, Outages: 2, Flaps: 2, Ended: 2, MTTR: 20_000, MTBF: 30_000, Longest: 30_000},
		"b": {Ratio: 1},
		"c": {Ratio: 0, Outages: 1, Longest: 97_000},
		"d": {Ratio: -1},
	} {
		a := got.tunnel(name)
		if a.Ratio != want.Ratio || a.Outages != want.Outages || a.Flaps != want.Flaps || a.Ended != want.Ended ||
			a.MTTR != want.MTTR || a.MTBF != want.MTBF || a.Longest != want.Longest {
			t.Errorf("%s: %+v", name, a)
		}
	}
	var order []string
	for _, a := range got.Tunnels {
		order = append(order, a.Name)
	}
	if text := strings.Join(order, " "); text != "c a b d" {
		t.Errorf("worst first: %s", text)
	}
}

// TestLongSums: many tunnels together have more time than a Duration holds.
func TestLongSums(t *testing.T) {
	const century = 100 * 365 * 24 * 3600
	got := told(t, Options{}, []string{hello(0), row(0, "a", isUp, 0), row(0, "b", isUp, 0), row(0, "c", isUp, 0), row(0, "d", isDown, 0), summary(century, 0)})
	if got.Fleet.Up != 3*century*1000 || got.Fleet.Ratio != 0.75 {
		t.Errorf("up %d ms, availability %v", got.Fleet.Up, got.Fleet.Ratio)
	}
}

// TestKeep: what is not chosen is in no row and no sum.
func TestKeep(t *testing.T) {
	inHub := func(name, hub, spoke string, s fleet.State) string {
		return rowOf(&fleet.TunnelReport{Tunnel: &fleet.Tunnel{Name: name, Hub: hub, Spoke: spoke}, Time: at(0), State: s, Since: at(0)})
	}
	way := func(name string) string {
		return eventOf(&fleet.Event{Time: at(5), Spoke: name, FromPath: fleet.PathPrimary, ToPath: fleet.PathNone})
	}
	got := told(t, Options{Keep: func(t *fleet.Tunnel) bool { return t.Hub == "h1" }},
		[]string{hello(0), inHub("a", "h1", "s1", isDown), inHub("b", "h2", "s2", isDown), way("s1"), way("s2"), summary(10, 0)})
	if len(got.Tunnels) != 1 || len(got.Spokes) != 1 || len(got.Hubs) != 1 || got.Fleet.Count != 1 || got.Spoked.Count != 1 {
		t.Errorf("%d tunnels, %d spokes, %d hubs", len(got.Tunnels), len(got.Spokes), len(got.Hubs))
	}
	if want := []string{"a 0..goes on lasted 10s down 10s pending>", "s1 5..goes on lasted 5s down 5s up>"}; !slices.Equal(got.outages, want) {
		t.Errorf("outages %q", got.outages)
	}
}

// TestTellersError: whoever is told can end it.
func TestTellersError(t *testing.T) {
	over := errors.New("over")
	h := New(Options{Outage: func(*Outage) error { return over }})
	err := h.Read("f", strings.NewReader(hello(0)+event(1, "a", isUp, isDown)+event(2, "a", isDown, isUp)+summary(60, 0)))
	if !errors.Is(err, over) {
		t.Errorf("read on: %v", err)
	}
}

// TestCutFile: what could be read of a file counts.
func TestCutFile(t *testing.T) {
	var problems []string
	h := New(Options{Problem: func(p Problem) { problems = append(problems, p.String()) }})
	text := hello(0) + row(0, "a", isUp, 0) + summary(10, 0)
	must(h.Read("f", io.MultiReader(strings.NewReader(text), failing{})))
	r, err := h.Report()
	must(err)
	if len(r.Tunnels) != 1 || r.Tunnels[0].Up != 10_000 {
		t.Errorf("%+v", r.Tunnels)
	}
	if want := []string{"f:4: the rest of the file is not read: unexpected EOF"}; !slices.Equal(problems, want) {
		t.Errorf("problems %q", problems)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// FuzzHistory: whatever a journal holds, its sums hold together.
func FuzzHistory(f *testing.F) {
	for _, s := range stories {
		for _, lines := range s.files {
			f.Add([]byte(strings.Join(lines, "")), int64(5000), int64(50_000))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, from, length int64) {
		checkSane(t, text, Options{})
		if length > 0 && length < 1<<40 && from > -1<<40 && from < 1<<40 {
			since := epoch.Add(time.Duration(from) * time.Millisecond)
			checkSane(t, text, Options{Since: since, Until: since.Add(time.Duration(length) * time.Millisecond)})
		}
	})
}

func checkSane(t *testing.T, text []byte, o Options) {
	told := 0
	o.Outage = func(o *Outage) error {
		told++
		if o.Down < 0 || o.Duration < 0 || o.Identity == nil {
			t.Errorf("%+v", o)
		}
		return nil
	}
	h := New(o)
	must(h.Read("f", strings.NewReader(string(text))))
	r, err := h.Report()
	must(err)
	outages := 0
	for _, a := range slices.Concat(r.Tunnels, r.Spokes) {
		outages += a.Outages
		if a.Up < a.Degraded || min(a.Up, a.Down, a.Pending, a.Disabled, a.OnBackup, a.Unprotected, a.MTTR, a.MTBF) < 0 || a.Ratio > 1 {
			t.Errorf("%+v", a)
		}
		if a.Observed != a.Up+a.Down+a.Pending+a.Disabled || a.Longest > a.Down {
			t.Errorf("%+v", a)
		}
	}
	if outages != told {
		t.Errorf("%d outages were told, %d counted", told, outages)
	}
	if !r.First.IsZero() {
		checkSums(t, r)
	}
}
