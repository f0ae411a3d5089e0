package tui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"greylag/fleet"
	"greylag/fleet/replica"
)

// vantageSizes are the screens on which two vantage points are looked at.
var vantageSizes = []screenSize{{40, 12}, {80, 24}, {200, 50}}

// TestVantageScreens: every view of a fleet that two hosts see, on small and large
// screens.
func TestVantageScreens(t *testing.T) {
	for name, keys := range map[string][]string{
		"table": nil, "detail": {"enter"}, "spokes": {"3"}, "events": {"4"}, "grid": {"2"}, "from-jump2": {"v"},
		"problems": {"!"}, "unseen": {"v", "G", "v", "5"},
	} {
		t.Run(name, func(t *testing.T) {
			var all strings.Builder
			for _, size := range vantageSizes {
				m, _, _ := openViews(size.width, size.height)
				for _, key := range keys {
					press(m, key)
					look(m)
				}
				wellFormed(t, m)
				fmt.Fprintf(&all, "======== %s\n%s", size, unstyled(m.View().Content))
			}
			compare(t, "vantage-"+name+".txt", all.String())
		})
	}
}

// TestVantageStyles: what tells views apart is never the colour alone.
func TestVantageStyles(t *testing.T) {
	m, jump1, jump2 := openViews(80, 12)
	goldenStyled(t, "vantage-16", m)
	jump2.state = replica.Stale
	jump1.run(3)
	jump1.tell()
	look(m)
	goldenStyled(t, "vantage-stale", m)
	m, _, _ = openViews(80, 12, func(o *Options) { o.ASCII, o.Color = true, ColorNone })
	goldenStyled(t, "vantage-ascii", m)
}

// shownNames are the tunnels that pass the filter, in the inventory's order.
func shownNames(m *model) (list []string) {
	for position := range m.board.rows {
		if m.board.lineOf[position] >= 0 {
			list = append(list, m.board.rows[position].Tunnel.Tunnel.Name)
		}
	}
	return list
}

// TestVantageFilter: a disagreement, and what one host sees, can be filtered by.
func TestVantageFilter(t *testing.T) {
	m, _, _ := openViews(120, 24)
	for filter, want := range map[string]string{
		"disagree:yes":                  "fra1-seoul-1 ams2-tokyo-1",
		"disagree:yes state:up":         "ams2-tokyo-1",
		"seen:jump2=down":               "ams2-tokyo-1 fra1-hanoi-1 fra1-manila-1",
		"seen:jump2=down,jump1=down":    "fra1-seoul-1 ams2-tokyo-1 fra1-hanoi-1 fra1-manila-1",
		"seen:jump2=down seen:jump1=up": "ams2-tokyo-1",
		"seen:*=down -disagree:yes":     "fra1-hanoi-1 fra1-manila-1",
		"seen:JUMP1=unseen":             "fra1-manila-1 ams2-manila-1",
		"seen:jump1=stale":              "",
		"seen:jump3=*":                  "",
	} {
		if problem := m.setFilter(filter); problem != "" {
			t.Errorf("%s: %s", filter, problem)
		}
		if got := strings.Join(shownNames(m), " "); got != want {
			t.Errorf("%s: %s, want %s", filter, got, want)
		}
	}
}

// TestVantageFilterFollows: who is filtered in changes with what another host tells.
func TestVantageFilterFollows(t *testing.T) {
	m, jump1, jump2 := openViews(120, 24)
	m.setFilter("disagree:yes")
	jump2.mend("ams2-tokyo-1")
	together(jump1, jump2, 2)
	look(m)
	if got := strings.Join(shownNames(m), " "); got != "fra1-seoul-1" {
		t.Errorf("shown %s", got)
	}
	jump2.state = replica.Stale
	jump1.run(5)
	jump1.tell()
	look(m)
	if got := shownNames(m); len(got) > 0 || m.board.disputes != 0 {
		t.Errorf("a stale host disagrees: %s", got)
	}
	m.setFilter("seen:jump2=stale")
	if got := len(shownNames(m)); got != 14 {
		t.Errorf("%d are stale from jump2, want all 14", got)
	}
}

// TestVantageProblems: n and ! find what the hosts disagree about, and what is down
// for whoever knows it.
func TestVantageProblems(t *testing.T) {
	m, _, _ := openViews(120, 24)
	press(m, "g")
	var visited []string
	for range 5 {
		visited = append(visited, m.board.cursorName())
		press(m, "n")
	}
	want := "fra1-seoul-1 fra1-hanoi-1 ams2-tokyo-1 fra1-manila-1 fra1-seoul-1"
	if got := strings.Join(visited, " "); got != want {
		t.Errorf("n goes to %s, want %s", got, want)
	}
	press(m, "!")
	if got := len(m.board.shown); got != 4 {
		t.Errorf("%d problems, want 4", got)
	}
}

// TestVantageTurn: v and :vantage change the point one stands on: what is another there
// is no news, and counts since a mark are not compared.
func TestVantageTurn(t *testing.T) {
	m, _, _ := openViews(120, 24)
	press(m, "a", "z", "g", "G")
	name := m.board.cursorName()
	press(m, "v")
	look(m)
	if m.board.stand != 1 || m.board.mark != nil || m.board.worse != 0 || m.board.cursorName() != name {
		t.Errorf("stand %d, mark %v, %d got worse, cursor on %s", m.board.stand, m.board.mark, m.board.worse, m.board.cursorName())
	}
	if line := lineWith(m, "ams2-tokyo-1"); !strings.HasPrefix(strings.TrimSpace(line), "✗") {
		t.Errorf("from jump2: %q", line)
	}
	if got := m.board.report.Tunnels[0].Tunnel.Source.String(); got != "192.0.2.11" {
		t.Errorf("the source is %s, want jump2's own", got)
	}
	for command, want := range map[string]string{
		"vantage jump1": "as jump1 sees the fleet", "vantage jump": `no vantage point is called "jump": there are jump1, jump2`,
		"vantage jump2": "as jump2 sees the fleet", "vantage x": `no vantage point is called "x": there are jump1, jump2`,
	} {
		m.command(command)
		if m.message.text != want {
			t.Errorf("%s: %q, want %q", command, m.message.text, want)
		}
	}
	var words []string
	for _, c := range m.completeCommand("vantage j") {
		words = append(words, c.word)
	}
	if diff := cmp.Diff([]string{"jump1", "jump2"}, words); diff != "" {
		t.Error(diff)
	}
}

// TestOneVantage: with one point there is nothing of several to be seen or pressed.
func TestOneVantage(t *testing.T) {
	m := openScene(calm(6), 200, 50)
	press(m, "v")
	if got := m.message.text; got != "v does nothing: ? shows what does" {
		t.Errorf("v: %q", got)
	}
	press(m, "?")
	if line := lineWith(m, "vantage"); line != "" {
		t.Errorf("the help has %q", line)
	}
	press(m, "esc", "c")
	if line := lineWith(m, "vantage"); line != "" {
		t.Errorf("the columns have %q", line)
	}
	press(m, "esc")
	for _, c := range m.completeCommand("v") {
		if c.word == "vantage" {
			t.Error("vantage is offered")
		}
	}
	for _, c := range completeFilter(m, "s", 1) {
		if c.word == "seen:" {
			t.Error("seen: is offered")
		}
	}
}

// TestVantageEvents: events are shown with their host; what the hosts disagree about is
// an event, and concerns its tunnel.
func TestVantageEvents(t *testing.T) {
	m, jump1, jump2 := openViews(120, 80)
	together(jump1, jump2, 6)
	look(m)
	press(m, "4")
	look(m)
	for _, want := range []string{
		"jump2 ✗ ams2-tokyo-1 up > down", "jump1 ✗ fra1-seoul-1 up > down",
		"⇅ ams2-tokyo-1 agree > disagree  up from jump1; down from jump2",
	} {
		if lineWith(m, want) == "" {
			t.Errorf("no line with %q:\n%s", want, screenOf(m))
		}
	}
	m.setFilter("disagree:yes")
	look(m)
	if lineWith(m, "up > down") != "" {
		t.Errorf("what is no disagreement passes:\n%s", screenOf(m))
	}
	if got := strings.Count(screenOf(m), "agree > disagree"); got != 2 {
		t.Errorf("%d disagreements are filtered in, want 2:\n%s", got, screenOf(m))
	}
	m.setFilter("seen:jump2=down")
	look(m)
	if line := lineWith(m, "jump1 ✗"); line != "" {
		t.Errorf("what jump1 saw passes: %q", line)
	}
	m.setFilter("")
	press(m, "1")
	m.board.selectTunnel(m.board.position("ams2-tokyo-1"))
	press(m, "enter")
	look(m)
	if lineWith(m, "agree > disagree") == "" && !strings.Contains(screenOf(m), "more") {
		t.Errorf("the detail lacks it:\n%s", screenOf(m))
	}
}

// TestVantageIsBounded: names and counts from a hostile stream harm no screen.
func TestVantageIsBounded(t *testing.T) {
	jump1, jump2, source := twoViews()
	jump2.host = strings.Repeat("wide\x1b[31m", 50)
	m := open(source, jump1.scene, 80, 24)
	for _, size := range vantageSizes {
		m.width, m.height, m.stale = size.width, size.height, true
		for _, key := range []string{"1", "2", "3", "4", "5"} {
			press(m, key)
			look(m)
			wellFormed(t, m)
		}
	}
	if got := m.board.report.Tunnels[0].Views.List; len(got) != 2 || got[0].Verdict != fleet.Down {
		t.Errorf("%+v", got)
	}
}
