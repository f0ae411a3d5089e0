package tui

import (
	"fmt"
	"image/color"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"greylag/fleet"
)

// TestDetailGolden: the whole page in every state, on narrow and wide screens, and
// beside the list.
func TestDetailGolden(t *testing.T) {
	for i := range detailCases {
		c := &detailCases[i]
		t.Run(c.name, func(t *testing.T) {
			m := openCase(c, 80, 70)
			wellFormed(t, m)
			compare(t, "detail-"+c.name+".txt", pageOf(m))
		})
	}
	for _, name := range []string{"up", "down-black-hole"} {
		t.Run(name+" on other screens", func(t *testing.T) {
			var all strings.Builder
			for _, size := range []screenSize{{40, 120}, {120, 70}} {
				fmt.Fprintf(&all, "======== %s\n%s", size, unstyled(paneOf(openCase(caseNamed(t, name), size.width, size.height))))
			}
			compare(t, "detail-"+name+"-whole.txt", all.String())
		})
	}
	t.Run("beside", func(t *testing.T) { golden(t, "detail-beside-200x50", openCase(caseNamed(t, "incident"), 200, 50)) })
	t.Run("styled", func(t *testing.T) {
		pane := paneOf(openCase(caseNamed(t, "incident"), 80, 70))
		compare(t, "detail-incident.styled.txt", strings.ReplaceAll(pane, "\x1b", "^")+"\n")
	})
	t.Run("ascii", func(t *testing.T) {
		m := openCase(caseNamed(t, "incident"), 80, 70, func(o *Options) { o.ASCII = true })
		compare(t, "detail-incident-ascii.txt", pageOf(m))
		for i, r := range screenOf(m) {
			if r > '~' {
				t.Fatalf("%q at %d is not ASCII", r, i)
			}
		}
	})
}

// hostile makes a text that tries everything.
func hostile(what string) string {
	return what + "\x1b[2J\x1b]0;x\a\r\n\t\u202e\u200d👩‍👩‍👧 e\u0301 ｗｉｄｅ名前 " + strings.Repeat("unbroken", 30)
}

// hostileCase has such a text wherever others can put one.
func hostileCase() *detailCase {
	name := hostile("name")
	return &detailCase{name: "hostile", source: func() *told {
		s := newScene(4, declared, func(i int, t *fleet.Tunnel) {
			t.Hub, t.Device, t.Tags = hostile("hub"), hostile("device"), []string{hostile("tag"), hostile("tag")}
			if i == 1 {
				t.Name = name
			}
		})
		s.run(30)
		s.cut(subject)
		s.run(8)
		told := &told{scene: s, incidents: []fleet.Incident{{Number: 3, Factor: fleet.FactorHub, Value: hostile("hub"), Start: dawn}}}
		told.tunnel = func(t *fleet.TunnelReport) {
			because(fleet.Reason(hostile("reason")), fleet.Evidence{Kind: fleet.EvidenceKind(hostile("kind")), Count: 1 << 63,
				Text: hostile("text"), Fix: hostile("fix")})(t)
			t.Detail, t.Incident = hostile("detail"), 3
			t.Advice = []fleet.Advice{{Rule: hostile("rule"), Message: hostile("message"), Fix: hostile("fix 2")}}
		}
		told.spoke = func(p *fleet.SpokeReport) {
			p.Route = &fleet.Route{Prefix: hostile("prefix"), Device: hostile("device"), Tunnel: name, Gateway: hostile("gateway")}
			p.Active, p.Next = name, hostile("next")
		}
		return told
	}, before: func(m *model) {
		m.mute(subject, hostile("note"))
	}}
}

// TestDetailHoldsItsPlace: at every width, over the list and beside it, no line is
// too long, whatever others call things; and nothing of it reaches the terminal.
func TestDetailHoldsItsPlace(t *testing.T) {
	if raceEnabled {
		t.Skip("long, and for one goroutine: -race has nothing to find")
	}
	cases := []*detailCase{caseNamed(t, "incident"), caseNamed(t, "up"), hostileCase()}
	for _, c := range cases {
		m := openCase(c, 40, 300)
		for width := 40; width <= 200; width++ {
			for _, height := range []int{12, 300} {
				m.width, m.height = width, height
				m.refresh()
				m.stale = true
				wellFormed(t, m)
				if i := strings.IndexFunc(screenOf(m), isUnsafe); i >= 0 {
					t.Fatalf("%s at %dx%d: %q", c.name, width, height, screenOf(m)[i:i+20])
				}
			}
			if t.Failed() {
				t.Fatalf("%s at %d:\n%s", c.name, width, screenOf(m))
			}
		}
	}
}

func isUnsafe(r rune) bool {
	return r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r == 0x202e || r == 0x200d || r > 0x1f000
}

// TestDetailScrolls: every line of the page can be brought onto the screen by
// each kind of motion, there and back, and no further.
func TestDetailScrolls(t *testing.T) {
	m := openCase(caseNamed(t, "incident"), 80, 24)
	whole := strings.Split(pageOf(m), "\n")
	pane := m.views[detailView].(*detailPane)
	last := pane.page.line() - (24 - 3 - 1) // header 2, footer 1, "more" 1
	for _, c := range []struct {
		key, back string
		presses   int
	}{
		{"j", "k", last}, {"ctrl+d", "ctrl+u", (last + 9) / 10}, {"pgdown", "pgup", (last + 19) / 20}, {"G", "g", 1},
		{"J", "K", (last + 9) / 10},
	} {
		seen := map[string]bool{}
		look := func() {
			for line := range strings.SplitSeq(unstyled(paneOf(m)), "\n") {
				seen[line] = true
			}
		}
		look()
		for i := range c.presses {
			if pane.top >= last {
				t.Errorf("%s: at the end after %d presses, want %d", c.key, i, c.presses)
			}
			press(m, c.key)
			look()
		}
		if pane.top != last || lineWith(m, " end ") == "" {
			t.Errorf("%s: line %d is on top, want %d and the end:\n%s", c.key, pane.top, last, screenOf(m))
		}
		press(m, c.key)
		if pane.top != last {
			t.Errorf("%s goes beyond the end", c.key)
		}
		for _, line := range whole {
			if c.key != "G" && !seen[line] {
				t.Errorf("%s never shows %q", c.key, line)
			}
		}
		for range c.presses {
			press(m, c.back)
		}
		if pane.top != 0 {
			t.Errorf("%s: line %d is on top, want the first", c.back, pane.top)
		}
	}
}

// TestDetailBeside: beside the list its own keys scroll it, the others move the
// list, and another tunnel is shown from its top.
func TestDetailBeside(t *testing.T) {
	m := openCase(caseNamed(t, "incident"), 140, 20)
	pane := m.views[detailView].(*detailPane)
	press(m, "J")
	if want := 8; pane.top != want { // half of 20 - header 2, footer 1, "more" 1
		t.Errorf("J: line %d is on top, want %d", pane.top, want)
	}
	look(m)
	if pane.top != 8 {
		t.Error("a new snapshot scrolls")
	}
	press(m, "j")
	if got := m.board.cursorName(); got == subject || pane.top != 0 {
		t.Errorf("on %s from line %d, want another tunnel from its top", got, pane.top)
	}
	if line := lineWith(m, " scroll"); !strings.Contains(line, "J/K") {
		t.Errorf("%q does not name the keys", line)
	}
}

// TestScrollWithoutDetail: the keys say what they are for.
func TestScrollWithoutDetail(t *testing.T) {
	m := openScene(calm(4), 80, 24)
	press(m, "J")
	if lineWith(m, "enter opens it") == "" {
		t.Error("J says nothing")
	}
}

// TestDetailOfNothing: no tunnel, and no report yet.
func TestDetailOfNothing(t *testing.T) {
	m := openScene(newScene(0), 80, 24)
	press(m, "5")
	wellFormed(t, m)
	if lineWith(m, "The inventory has no tunnels.") == "" {
		t.Error(screenOf(m))
	}
}

// TestDetailFollowsTheTunnel: what is on the page is that of the newest snapshot.
func TestDetailFollowsTheTunnel(t *testing.T) {
	s := working()
	m := open(s, s.scene, 80, 24)
	m.reveal(m.board.position(subject))
	press(m, "enter")
	if line := lineWith(m, subject); line[:len(" ✓ "+subject+" up since")] != " ✓ "+subject+" up since" {
		t.Errorf("head %q", line)
	}
	s.cut(subject)
	s.run(10) // down as the fourth falls due: R10
	look(m)
	if line := lineWith(m, subject+" down"); !strings.HasPrefix(line, "*✗ "+subject+" down since 02:50:45, for 7s") {
		t.Errorf("head %q", line)
	}
	if line := lineWith(m, " path"); !strings.Contains(line, "↷ backup since 02:50:45, for 7s: ams2-seoul-1 carries the traffic;") {
		t.Errorf("path %q", line)
	}
}

// TestDetailFollowsTheBackground: the page is written before the terminal says what
// its background is.
func TestDetailFollowsTheBackground(t *testing.T) {
	m := openCase(caseNamed(t, "degraded"), 80, 24)
	const dark, light = "1;33m", "1;35m" // of what is degraded
	if page := m.View().Content; !strings.Contains(page, dark) || strings.Contains(page, light) {
		t.Error("not the dark palette")
	}
	m.Update(tea.BackgroundColorMsg{Color: color.White})
	if page := m.View().Content; strings.Contains(page, dark) || !strings.Contains(page, light) {
		t.Error("not the light palette")
	}
}

// TestDetailStays: the page that is read does not become another tunnel's when
// that one comes to the top of the list: not when it was opened by its key, nor
// when it was remembered and then scrolled.
func TestDetailStays(t *testing.T) {
	for _, c := range []struct {
		name string
		keys []string
		want string
	}{
		{"opened", []string{"5"}, subject},
		{"left and opened", []string{"5", "1", "5"}, subject},
		{"scrolled", []string{"J", "K"}, subject},
		{"nobody there", nil, "ams2-tokyo-1"}, // the worst, then
	} {
		t.Run(c.name, func(t *testing.T) {
			s := working()
			m := open(s, s.scene, 80, 24)
			if c.name == "scrolled" || c.name == "nobody there" {
				m.current = detailView // as the settings had it
				m.refresh()
			}
			press(m, c.keys...)
			s.cut("ams2-tokyo-1")
			s.run(10)
			m.lastKey = time.Time{} // long ago: the rows move again
			look(m)
			if got := m.board.cursorName(); got != c.want {
				t.Errorf("the page is that of %s, want %s", got, c.want)
			}
		})
	}
}

// TestDetailBudget: drawing it, whole, is quicker than half a millisecond.
func TestDetailBudget(t *testing.T) {
	if raceEnabled || testing.Short() {
		t.Skip("time means nothing here")
	}
	m := openCase(caseNamed(t, "incident"), 120, 50)
	budget(t, "the page", 500*time.Microsecond, func() { drawDetail(m) })
}

func drawDetail(m *model) {
	m.refresh()
	m.stale = true
	m.screen()
}

// BenchmarkDetail: the page written and drawn, with 10,000 tunnels and many events.
func BenchmarkDetail(b *testing.B) {
	s := night(10_000)
	m := openScene(s, 120, 50)
	press(m, "5")
	b.ReportAllocs()
	for b.Loop() {
		drawDetail(m)
	}
}
