package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"
)

// binding is one thing that a user can do: what its keys are, what help says of
// it, and what does it. The table of bindings dispatches the keys, and is the
// help.
type binding struct {
	name  string   // ":freeze" does it, too
	keys  []string // as [tea.KeyPressMsg.String] has them
	group group
	help  string // what it does, in the help
	hint  string // the same in a word, in the footer; "": not there
	// needsControl: it acts on the engine, which only some sources have.
	needsControl bool
	// needsReplay: it moves about in a recording, which only some sources are.
	needsReplay bool
	// needsViews: it is about vantage points, of which most sources have one.
	needsViews bool
	// argument is what the command takes, "" nothing.
	argument string
	// run does it. argument is what followed the command, "" by a key.
	run func(m *model, argument string) tea.Cmd
}

// group is a heading of the help.
type group string

// The headings, in their order.
const (
	groupMove  group = "Move"
	groupShow  group = "Show"
	groupTime  group = "Time"
	groupReel  group = "Recording"
	groupAct   group = "Act"
	groupLeave group = "Leave"
)

// bindings is the table. It is filled by init, since help shows it.
var bindings []binding

func init() {
	bindings = slices.Concat(moveBindings(), showBindings(), timeBindings(), replayBindings(), actBindings(), leaveBindings())
	for i := range bindings {
		for _, key := range bindings[i].keys {
			byKey[key] = &bindings[i]
		}
		byName[bindings[i].name] = &bindings[i]
	}
}

var (
	byKey  = map[string]*binding{}
	byName = map[string]*binding{}
)

func moveBindings() []binding {
	step := func(name, help string, to motion, keys ...string) binding {
		return binding{name: name, keys: keys, group: groupMove, help: help, run: func(m *model, _ string) tea.Cmd {
			m.move(to)
			return nil
		}}
	}
	return []binding{
		step("up", "up", moveUp, "k", "up"),
		step("down", "down", moveDown, "j", "down"),
		step("left", "left, in the grid", moveLeft, "h", "left"),
		step("right", "right, in the grid", moveRight, "l", "right"),
		step("first", "to the first; then stay on top", toFirst, "g", "home"),
		step("last", "to the last", toLast, "G", "end"),
		step("page-up", "a screen up", pageUp, "pgup", "ctrl+b"),
		step("page-down", "a screen down", pageDown, "pgdown", "ctrl+f"),
		step("half-up", "half a screen up", halfUp, "ctrl+u"),
		step("half-down", "half a screen down", halfDown, "ctrl+d"),
		{name: "next-problem", keys: []string{"n"}, group: groupMove, hint: "next problem",
			help: "to the next tunnel that is down or degraded", run: nextProblem(1)},
		{name: "previous-problem", keys: []string{"N"}, group: groupMove,
			help: "to the one before", run: nextProblem(-1)},
		{name: "scroll-down", keys: []string{"J"}, group: groupMove, help: "scroll the detail, also beside the list", run: scrollDetail(halfDown)},
		{name: "scroll-up", keys: []string{"K"}, group: groupMove, help: "scroll it back", run: scrollDetail(halfUp)},
		{name: "goto", group: groupMove, argument: "TUNNEL", help: "to the tunnel of that name", run: gotoTunnel},
	}
}

func showBindings() []binding {
	list := []binding{
		{name: "help", keys: []string{"?", "f1"}, group: groupShow, hint: "help", help: "this help", run: openHelp},
		{name: "open", keys: []string{"enter"}, group: groupShow, hint: "detail",
			help: "everything about the tunnel under the cursor", run: openDetail},
		{name: "back", keys: []string{"esc"}, group: groupShow, help: "one step back", run: goBack},
		{name: "filter", keys: []string{"/"}, group: groupShow, hint: "filter", argument: "FILTER",
			help: "show what matches: seoul, state:down, hub:fra1, rtt>100ms, …", run: askFilter},
		{name: "problems", keys: []string{"!"}, group: groupShow, hint: "problems",
			help: "only what is down or degraded, and not muted", run: toggleProblems},
		{name: "sort", keys: []string{"s"}, group: groupShow, argument: "FIELD",
			help: "sort by the next column", run: sortBy},
		{name: "reverse", keys: []string{"S"}, group: groupShow, help: "turn the order round", run: reverseSort},
		{name: "columns", keys: []string{"c"}, group: groupShow, help: "choose the table's columns", run: chooseColumns},
		{name: "picture", keys: []string{"o"}, group: groupShow, argument: "PICTURE",
			help: "the grid by hub, by rank, as a map by hub, by tag", run: choosePicture},
		{name: "next-view", keys: []string{"tab"}, group: groupShow, hint: "next view", help: "the next view", run: turnView(1)},
		{name: "previous-view", keys: []string{"shift+tab"}, group: groupShow, help: "the view before", run: turnView(-1)},
	}
	for i, name := range viewNames {
		list = append(list, binding{name: name, keys: []string{string(rune('1' + i))}, group: groupShow,
			help: "the view: " + name, run: func(m *model, _ string) tea.Cmd { return m.show(i) }})
	}
	return append(list,
		binding{name: "view", group: groupShow, argument: "VIEW", help: "the view of that name", run: viewByName},
		binding{name: "vantage", keys: []string{"v"}, group: groupShow, argument: "HOST", needsViews: true,
			help: "see the fleet from the next vantage point", run: changeVantage})
}

func timeBindings() []binding {
	return []binding{
		{name: "freeze", keys: []string{"space"}, group: groupTime, hint: "freeze",
			help: "hold the screen still, probing goes on; a recording pauses", run: toggleFreeze},
		{name: "mark", keys: []string{"z"}, group: groupTime,
			help: "count sent, loss and flaps from now on", run: setMark},
		{name: "unmark", keys: []string{"Z"}, group: groupTime, help: "count from the beginning again", run: dropMark},
		{name: "faster", keys: []string{"+", "="}, group: groupTime, help: "look more often", run: changeRefresh(-1)},
		{name: "slower", keys: []string{"-"}, group: groupTime, help: "look less often", run: changeRefresh(1)},
		{name: "seen", keys: []string{"a"}, group: groupTime,
			help: "take everything that got worse as seen", run: seeAll},
	}
}

func actBindings() []binding {
	return []binding{
		{name: "mute", keys: []string{"m"}, group: groupAct, argument: "NOTE",
			help: "mute the tunnel with a note, here only; or no longer", run: toggleMute},
		{name: "enable", keys: []string{"e"}, group: groupAct, needsControl: true,
			help: "stop probing the tunnel, or resume", run: toggleEnabled},
		{name: "probe", keys: []string{"p"}, group: groupAct, needsControl: true,
			help: "send the tunnel a keepalive now", run: probeNow},
		{name: "copy", keys: []string{"y"}, group: groupAct, argument: "WHAT",
			help: "copy name, address or JSON (OSC 52)", run: copyTunnel},
		{name: "write", keys: []string{"w"}, group: groupAct, help: "write what is shown to a file, as JSON", run: writeSnapshot},
		{name: "bell", keys: []string{"b"}, group: groupAct, help: "ring at a new outage, or no longer", run: toggleBell},
		{name: "notify", keys: []string{"B"}, group: groupAct, help: "tell the desktop of a new outage (OSC 9 or 777), or no longer", run: toggleNotify},
		{name: "mouse", keys: []string{"M"}, group: groupAct,
			help: "take the mouse, or leave it to the terminal for selecting text", run: toggleMouse},
	}
}

func leaveBindings() []binding {
	return []binding{
		{name: "command", keys: []string{":"}, group: groupLeave,
			help: "type a command: any name of this help, tab completes", run: openCommand},
		{name: "redraw", keys: []string{"ctrl+l"}, group: groupLeave, help: "draw the screen anew",
			run: func(*model, string) tea.Cmd { return tea.ClearScreen }},
		{name: "suspend", keys: []string{"ctrl+z"}, group: groupLeave, help: "back to the shell; fg returns",
			run: suspend},
		{name: "quit", keys: []string{"q", "ctrl+c"}, group: groupLeave, hint: "quit", help: "leave greylag",
			run: func(*model, string) tea.Cmd { return tea.Quit }},
		{name: "quit-keep", keys: []string{"Q"}, group: groupLeave, help: "leave greylag, and its screen in place",
			run: func(m *model, _ string) tea.Cmd {
				m.keepScreen = true
				return tea.Quit
			}},
	}
}
