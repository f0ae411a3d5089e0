package tui

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"greylag/fleet"
)

// keyCase is what must be before and after a binding's key.
type keyCase struct {
	before func(d *desk)
	after  func(t *testing.T, d *desk, said []tea.Msg)
}

func atName(want string) func(*testing.T, *desk, []tea.Msg) {
	return func(t *testing.T, d *desk, _ []tea.Msg) {
		t.Helper()
		if got := d.under(); got != want {
			t.Errorf("the cursor is on %s, want %s", got, want)
		}
	}
}

func atLine(want int) func(*testing.T, *desk, []tea.Msg) {
	return func(t *testing.T, d *desk, _ []tea.Msg) {
		t.Helper()
		if got := d.board.line(); got != want {
			t.Errorf("the cursor is on line %d, want %d", got, want)
		}
	}
}

func onView(want string) func(*testing.T, *desk, []tea.Msg) {
	return func(t *testing.T, d *desk, _ []tea.Msg) {
		t.Helper()
		if got := d.body().name(); got != want {
			t.Errorf("the view is %s, want %s", got, want)
		}
	}
}

func shows(want string) func(*testing.T, *desk, []tea.Msg) {
	return func(t *testing.T, d *desk, _ []tea.Msg) {
		t.Helper()
		if lineWith(d.model, want) == "" {
			t.Errorf("%q is not on the screen:\n%s", want, screenOf(d.model))
		}
	}
}

func sends[T tea.Msg](t *testing.T, _ *desk, said []tea.Msg) {
	t.Helper()
	for _, msg := range said {
		if _, ok := msg.(T); ok {
			return
		}
	}
	t.Errorf("sent %v, want a %T", said, *new(T))
}

func pressing(keys ...string) func(*desk) {
	return func(d *desk) { press(d.model, keys...) }
}

// keyCases says of each binding what it is to do.
var keyCases = map[string]keyCase{
	"up":        {pressing("j", "j"), atLine(1)},
	"down":      {nil, atName(secondName)},
	"left":      {pressing("j"), atLine(1)}, // a list has no left
	"right":     {pressing("j"), atLine(1)},
	"first":     {pressing("G"), atName(firstName)},
	"last":      {nil, atName(lastName)},
	"page-up":   {pressing("G"), atLine(59 - pageLines)},
	"page-down": {nil, atLine(pageLines)},
	"half-up":   {pressing("G"), atLine(59 - pageLines/2)},
	"half-down": {nil, atLine(pageLines / 2)},

	"next-problem":     {nil, atName(secondName)},
	"previous-problem": {nil, atLine(7)}, // around the end: the last of the 8
	"goto":             {nil, nil},       // has no key: TestCommands
	"scroll-down":      {pressing("enter"), scrolled(true)},
	"scroll-up":        {pressing("enter", "J"), scrolled(false)},

	"help":   {nil, shows("one step back")},
	"open":   {nil, func(t *testing.T, d *desk, _ []tea.Msg) { onPane(t, d, true) }},
	"back":   {pressing("enter"), func(t *testing.T, d *desk, _ []tea.Msg) { onPane(t, d, false) }},
	"filter": {nil, typing("/")},
	"problems": {nil, func(t *testing.T, d *desk, _ []tea.Msg) {
		if got := len(d.board.shown); got != 8 {
			t.Errorf("%d rows, want the 6 that are down and the 2 degraded", got)
		}
	}},
	"sort": {nil, func(t *testing.T, d *desk, _ []tea.Msg) {
		if got := d.board.order.String(); got != "name" {
			t.Errorf("sorted by %s, want the first column", got)
		}
	}},
	"reverse": {pressing("G"), func(t *testing.T, d *desk, _ []tea.Msg) {
		if got := d.board.order.String(); got != "-problems" {
			t.Errorf("sorted by %s", got)
		}
		// Of the two that are disabled it was the second, and equals keep their order.
		atLine(1)(t, d, nil)
	}},
	"columns":       {nil, shows("[x] 99 % of round trip times are shorter")},
	"picture":       {pressing("2"), shows("by rank")},
	"next-view":     {nil, onView(viewNames[1])},
	"previous-view": {nil, onView("detail")},
	"view":          {nil, nil},
	"vantage":       {fromTwo, footerHas("as jump2 sees the fleet")},
	"table":         {pressing("tab"), onView("table")},
	"grid":          {nil, onView("grid")},
	"spokes":        {nil, onView("spokes")},
	"events":        {nil, onView("events")},
	"detail":        {nil, onView("detail")},

	"freeze": {nil, shows("FROZEN 0s, 0 events behind")},
	"mark":   {nil, shows("since 02:50")},
	"unmark": {pressing("z"), func(t *testing.T, d *desk, _ []tea.Msg) {
		if d.board.mark != nil {
			t.Error("the mark is still there")
		}
	}},
	"faster": {nil, shows("a look every 200ms")},
	"slower": {nil, shows("a look every 1s")},
	"seen": {func(d *desk) {
		d.scene.cut("fra1-seoul-1")
		d.scene.run(4)
		look(d.model)
	}, func(t *testing.T, d *desk, _ []tea.Msg) {
		if d.board.worse != 0 || lineWith(d.model, "got worse") != "" {
			t.Errorf("%d are still marked", d.board.worse)
		}
	}},

	"step":         {playing, orders("step")},
	"back-in-time": {playing, orders("seek 02:50:00")}, // 3 minutes back: the start
	"on-in-time":   {playing, orders("seek 02:53:34")},
	"seek":         {nil, nil}, // has no key: TestSeekCommand
	"play-slower":  {playing, orders("speed 5")},
	"play-faster":  {playing, orders("speed 20")},

	"mute": {nil, typing("mute " + firstName + ", because: ")},
	"enable": {nil, func(t *testing.T, d *desk, _ []tea.Msg) {
		shows("Stop probing "+firstName+"?")(t, d, nil)
		press(d.model, "y")
		d.called(t, "disable "+firstName)
	}},
	"probe": {nil, func(t *testing.T, d *desk, _ []tea.Msg) { d.called(t, "probe "+firstName) }},
	"copy":  {nil, shows("address  198.18.0.3")},
	"write": {nil, func(t *testing.T, d *desk, _ []tea.Msg) {
		path := filepath.Join(d.dir, "greylag-20261122-025034.ndjson")
		content, err := os.ReadFile(path)
		if err != nil || string(content) != "fra1-seoul-1\n" {
			t.Errorf("%q, %v", content, err)
		}
		if got, want := d.footer(), "written: "+path+" (60 tunnels)"; got != want {
			t.Errorf("footer %q, want %q", got, want)
		}
	}},
	"bell": {nil, func(t *testing.T, d *desk, _ []tea.Msg) {
		if !d.settings.Bell {
			t.Error("no bell")
		}
	}},
	"notify": {nil, func(t *testing.T, d *desk, _ []tea.Msg) {
		if !d.settings.Notify {
			t.Error("no notification")
		}
	}},
	"mouse": {nil, func(t *testing.T, d *desk, _ []tea.Msg) {
		if got := d.View().MouseMode; got != tea.MouseModeCellMotion {
			t.Errorf("mouse mode %v", got)
		}
	}},

	"command": {nil, typing(":")},
	"redraw":  {nil, sends[tea.Msg]},
	"suspend": {nil, sends[tea.SuspendMsg]},
	"quit":    {nil, sends[tea.QuitMsg]},
	"quit-keep": {nil, func(t *testing.T, d *desk, said []tea.Msg) {
		sends[tea.QuitMsg](t, d, said)
		if !d.keepScreen {
			t.Error("the screen is not kept")
		}
	}},
}

// scrolled: the detail does not show its beginning, or does.
func scrolled(want bool) func(*testing.T, *desk, []tea.Msg) {
	return func(t *testing.T, d *desk, _ []tea.Msg) {
		t.Helper()
		if line := d.views[detailView].(*detailPane).top; line > 0 != want {
			t.Errorf("the detail begins with line %d", line)
		}
	}
}

func onPane(t *testing.T, d *desk, want bool) {
	t.Helper()
	if d.pane != want {
		t.Errorf("detail is open: %v, want %v", d.pane, want)
	}
}

// typing: the footer is an input line that begins so.
func typing(label string) func(*testing.T, *desk, []tea.Msg) {
	return func(t *testing.T, d *desk, _ []tea.Msg) {
		t.Helper()
		if _, ok := d.overlay.(*prompt); !ok || !strings.HasPrefix(d.footer(), strings.TrimSpace(label)) {
			t.Errorf("footer %q, want a prompt %q", d.footer(), label)
		}
		if c := d.View().Cursor; c == nil || c.Y != 39 || c.X != len(label) {
			t.Errorf("cursor %v, want it behind the label", c)
		}
	}
}

func (d *desk) called(t *testing.T, want string) {
	t.Helper()
	if got := strings.Join(d.control.calls, ", "); got != want {
		t.Errorf("the engine was told %q, want %q", got, want)
	}
}

// fromTwo gives the desk a second vantage point.
func fromTwo(d *desk) { d.board.points = []Point{{Host: "jump1"}, {Host: "jump2"}} }

func footerHas(what string) func(*testing.T, *desk, []tea.Msg) {
	return func(t *testing.T, d *desk, _ []tea.Msg) {
		t.Helper()
		if !strings.Contains(d.footer(), what) {
			t.Errorf("footer %q, want %q", d.footer(), what)
		}
	}
}

// TestEveryBinding walks the table that help shows: each key of each binding
// does what keyCases says, and so does its name as a command.
func TestEveryBinding(t *testing.T) {
	for i := range bindings {
		b := &bindings[i]
		c, known := keyCases[b.name]
		if !known {
			t.Errorf("%s has no case in keyCases", b.name)
			continue
		}
		for _, key := range b.keys {
			t.Run(b.name+"/"+key, func(t *testing.T) { c.check(t, key) })
		}
		if b.argument == "" || len(b.keys) > 0 {
			t.Run(b.name+"/command", func(t *testing.T) {
				c.check(t, append(append([]string{":"}, strings.Split(b.name, "")...), "enter")...)
			})
		}
	}
	if got, want := len(keyCases), len(bindings); got != want {
		t.Errorf("%d cases for %d bindings", got, want)
	}
}

func (c *keyCase) check(t *testing.T, keys ...string) {
	d := newDesk(t)
	if c.before != nil {
		c.before(d)
	}
	said := press(d.model, keys...)
	wellFormed(t, d.model)
	c.after(t, d, said)
}

// TestBindingsAreUnique: no key and no command has two meanings.
func TestBindingsAreUnique(t *testing.T) {
	keys, names := map[string]string{}, map[string]bool{}
	for _, b := range bindings {
		if names[b.name] {
			t.Errorf("two bindings are called %s", b.name)
		}
		names[b.name] = true
		for _, key := range b.keys {
			if other := keys[key]; other != "" {
				t.Errorf("%s is %s and %s", key, other, b.name)
			}
			keys[key] = b.name
			if got := keyNamed(key).String(); got != key {
				t.Errorf("key %q is sent as %q", key, got)
			}
		}
	}
	for _, name := range hinted {
		if byName[name] == nil || byName[name].hint == "" {
			t.Errorf("%s is to be in the footer, and has no hint", name)
		}
	}
}

// TestHelpShowsEveryBinding: the help is the table.
func TestHelpShowsEveryBinding(t *testing.T) {
	m := openScene(newScene(3), 120, 200)
	m.board.points = []Point{{Host: "jump1"}, {Host: "jump2"}}
	press(m, "?")
	for _, b := range bindings {
		line := lineWith(m, b.help)
		if line == "" {
			t.Errorf("%s is not in the help", b.name)
		}
		for _, key := range b.keys {
			if !strings.Contains(line, key) {
				t.Errorf("%q does not name the key %s", line, key)
			}
		}
	}
}

// TestNeedsLiveEngine: what acts on the engine says so where there is none.
func TestNeedsLiveEngine(t *testing.T) {
	for _, key := range []string{"e", "p"} {
		m := openScene(night(3), 80, 24)
		press(m, key)
		if lineWith(m, "needs a live engine") == "" {
			t.Errorf("%s says nothing", key)
		}
	}
}

// TestEngineRefuses: what the engine says is shown.
func TestEngineRefuses(t *testing.T) {
	d := newDesk(t)
	d.control.err = errors.New("max_rate is reached")
	press(d.model, "p")
	if got := d.footer(); got != "max_rate is reached" {
		t.Errorf("footer %q", got)
	}
}

// TestUnknownKey: a key that does nothing says where to look.
func TestUnknownKey(t *testing.T) {
	d := newDesk(t)
	press(d.model, "X")
	if got := d.footer(); got != "X does nothing: ? shows what does" {
		t.Errorf("footer %q", got)
	}
}

// TestWriteFails: a snapshot that cannot be written leaves no half file, and the
// reason is shown.
func TestWriteFails(t *testing.T) {
	d := newDesk(t)
	d.options.Write = func(w io.Writer, _ *fleet.Report) error {
		_, _ = w.Write(bytes.Repeat([]byte("x"), 1<<16))
		return errors.New("disk full")
	}
	press(d.model, "w")
	if got := d.footer(); got != "not written: disk full" {
		t.Errorf("footer %q", got)
	}
	if left, _ := filepath.Glob(filepath.Join(d.dir, "*.ndjson")); left != nil {
		t.Errorf("left %v", left)
	}
	d.options.Write = nil
	press(d.model, "w")
	if got := d.footer(); got != "this source cannot be written" {
		t.Errorf("footer %q", got)
	}
}
