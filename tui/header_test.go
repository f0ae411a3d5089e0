package tui

import (
	"strings"
	"testing"
	"time"

	"greylag/fleet"
)

// headerOf is the first lines of the screen, without spaces at the ends.
func headerOf(m *model, lines int) string {
	all := strings.Split(screenOf(m), "\n")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return strings.Join(all[:lines], "\n")
}

// TestHeader: totals, source, age, engine, filter, mark and standstill, where
// there is room for two lines.
func TestHeader(t *testing.T) {
	const totals = "✗ 6 down  ~ 2 degraded  ✓ 50 up  - 2 disabled   spokes ∅ 1 cut off  ↷ 2 on backup  ! 6 unprotected  ✓ 27 primary"
	for _, c := range []struct {
		name   string
		change func(s *scene)
		keys   []string
		want   string
	}{
		{"live", nil, nil, totals + "\nlive engine on jump1    late 0  dropped 0  send errors 0"},
		{"a young stream", func(s *scene) { s.status = Status{Label: "stream of jump2", Age: 4 * time.Second} }, nil,
			totals + "\nstream of jump2  4s old    late 0  dropped 0  send errors 0"},
		{"a lost stream", func(s *scene) {
			s.status = Status{Label: "stream of jump2", Age: 90 * time.Second, Problem: "connecting again"}
		}, nil, totals + "\nstream of jump2  connecting again, 1m30s old    late 0  dropped 0  send errors 0"},
		{"a recording at its end", func(s *scene) { s.status = Status{Label: "night.ndjson", Ended: true, Age: time.Minute} }, nil,
			totals + "\nnight.ndjson  ended 1m ago    late 0  dropped 0  send errors 0"},
		{"an engine in trouble", func(s *scene) { s.engine.LateSends, s.engine.Dropped, s.engine.SendErrors = 12, 3400, 56_000 }, nil,
			totals + "\nlive engine on jump1    late 12  dropped 3400  send errors 56.0k"},
		{"a filter", nil, []string{":", "f", "i", "l", "t", "e", "r", " ", "s", "t", "a", "t", "e", ":", "u", "p", "enter"},
			totals + "\nlive engine on jump1    late 0  dropped 0  send errors 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := night(60)
			if c.change != nil {
				c.change(s)
			}
			m := openScene(s, 120, 40)
			press(m, c.keys...)
			got := headerOf(m, 2)
			if cut, _, found := strings.Cut(got, "     50 of 60"); found && c.name == "a filter" {
				if !strings.HasSuffix(got, "50 of 60  state:up") {
					t.Errorf("header\n%s", got)
				}
				got = strings.TrimRight(cut, " ")
			}
			if got != c.want {
				t.Errorf("header\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// TestHeaderRates: once two reports are a second apart.
func TestHeaderRates(t *testing.T) {
	s := night(60)
	m := openScene(s, 120, 40)
	// 58 tunnels are enabled. 6 are cut, 2 more have just been, and 2 lose their
	// 36th keepalive, which is among these.
	s.run(2)
	look(m)
	if line := lineWith(m, "jump1"); !strings.Contains(line, " 58/s sent  49/s back ") {
		t.Errorf("header %q", line)
	}
	if got := perSecond(0.25); got != "0.2" && got != "0.3" {
		t.Errorf("a slow fleet sends %s/s", got)
	}
	if got := perSecond(9.97); got != "10" {
		t.Errorf("9.97/s is %s", got)
	}
}

// TestHeaderNarrow: one line has the totals, and the one thing that must be
// known beside.
func TestHeaderNarrow(t *testing.T) {
	s := night(60)
	m := openScene(s, 40, 12)
	want := func(want string) {
		t.Helper()
		if got := headerOf(m, 1); got != want {
			t.Errorf("header %q, want %q", got, want)
		}
	}
	want("✗6 ~2 ✓50 -2  spokes ∅1 ↷2 !6 ✓27")
	press(m, "!")
	if got := headerOf(m, 1); !strings.HasSuffix(got, "8 of 60") {
		t.Errorf("header %q", got)
	}
	s.status.Problem = "gone"
	look(m)
	if got := headerOf(m, 1); !strings.HasSuffix(got, " gone") { // nothing has come, or only just
		t.Errorf("header %q", got)
	}
	s.status.Age = 3 * time.Second
	look(m)
	if got := headerOf(m, 1); !strings.HasSuffix(got, "gone, 3s old") {
		t.Errorf("header %q", got)
	}
	press(m, "space")
	s.run(3)
	look(m)
	if got := headerOf(m, 1); !strings.HasSuffix(got, "FROZEN 3s") {
		t.Errorf("header %q", got)
	}
	wellFormed(t, m)
}

// TestTitle: what is wrong can be seen in a task bar.
func TestTitle(t *testing.T) {
	if got := openScene(night(60), 80, 24).View().WindowTitle; got != "greylag: 6 down" {
		t.Errorf("title %q", got)
	}
	if got := openScene(calm(2), 80, 24).View().WindowTitle; got != "greylag" {
		t.Errorf("title %q", got)
	}
}

// TestMessagesPass: a message is shown for a while, and until the next key.
func TestMessagesPass(t *testing.T) {
	s := calm(3)
	m := openScene(s, 80, 24)
	press(m, "X")
	if lineWith(m, "does nothing") == "" {
		t.Fatal("no message")
	}
	s.now = s.now.Add(messageTime - time.Millisecond)
	look(m)
	if lineWith(m, "does nothing") == "" {
		t.Error("the message is gone too soon")
	}
	s.now = s.now.Add(time.Millisecond)
	look(m)
	if lineWith(m, "does nothing") != "" {
		t.Error("the message stays")
	}
	press(m, "X", "j")
	if lineWith(m, "does nothing") != "" {
		t.Error("the message outlives the next key")
	}
}

// TestEmptyScreens: why nothing is there, and how to get back.
func TestEmptyScreens(t *testing.T) {
	for _, c := range []struct {
		n    int
		keys []string
		want string
	}{
		{0, nil, "The inventory has no tunnels."},
		{4, []string{"!"}, "Nothing is down or degraded. esc shows everything."},
		{4, []string{"/", "z", "z", "z", "enter"}, "Nothing matches the filter. esc shows everything."},
		{0, []string{":", "e", "v", "e", "n", "t", "s", "enter"}, "Nothing has changed yet."},
		{4, []string{":", "e", "v", "e", "n", "t", "s", "enter", "!"}, "No change matches the filter. esc shows them all."},
	} {
		m := openScene(calm(c.n), 80, 24)
		press(m, c.keys...)
		if lineWith(m, c.want) == "" {
			t.Errorf("%d tunnels, %v: want %q on\n%s", c.n, c.keys, c.want, screenOf(m))
		}
		press(m, "esc")
		if len(m.board.shown) != c.n {
			t.Errorf("esc shows %d of %d", len(m.board.shown), c.n)
		}
	}
}

// TestDegradedWhy: which limit is passed.
func TestDegradedWhy(t *testing.T) {
	s := newScene(2, func(i int, tunnel *fleet.Tunnel) { tunnel.DegradedLoss = 0.1 })
	s.lines[0].rtt = 400 * time.Millisecond
	s.lines[1].lossEvery = 2
	s.run(30)
	m := openScene(s, 120, 40)
	for name, want := range map[string]string{
		"fra1-seoul-1": "slow: limit 250ms", "ams2-seoul-1": "loss 48%, limit 10%", // 14 of 29: the 30th is in flight
	} {
		if line := lineWith(m, name); !strings.Contains(line, want) {
			t.Errorf("row %q, want %q", line, want)
		}
	}
}
