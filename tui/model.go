package tui

import (
	"context"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"greylag/fleet"
	"greylag/tui/chart"
	"greylag/tui/text"
)

// model is the program's state. It is changed by Update only, which Bubble Tea
// calls from one goroutine.
type model struct {
	options  Options
	control  Control // nil: the source can only be read
	player   *player // nil: what is shown is no recording
	puller   *puller
	hasShell func() bool // whether there is one to go back to
	theme    *theme
	dark     bool // as the theme is

	width, height int
	now           time.Time // at the last message that needed the time
	lastKey       time.Time

	board    board
	views    []view
	current  int     // the view on the screen
	previous int     // the one before, where detail goes back to
	pane     bool    // detail is open beside the view, or over it
	overlay  overlay // what takes the keys before the views do; nil: nothing
	message  message
	click    click

	frozen       bool
	frozenAt     time.Time
	behind       []fleet.Event // what came while the screen stood still
	behindCount  int           // of them, those dropped since too
	behindMissed uint64
	behindAnew   bool // and the recording went back before it

	settings   settings
	saver      saver
	mouse      bool
	keepScreen bool

	thrift   thrift
	written  atomic.Uint64 // bytes to the terminal so far; the renderer's word
	canvases canvases
	strip    chart.Line // reused
	content  string     // the screen
	stale    bool       // content is not what the model says
}

// canvases are the parts of the screen, kept for their memory.
type canvases struct{ whole, body, side, detail canvas }

// newModel returns the program before it has seen anything.
func newModel(ctx context.Context, o Options) *model {
	m := &model{
		options:  o,
		puller:   newPuller(ctx, o.Source, o.Clock),
		dark:     o.Background != BackgroundLight,
		views:    newViews(),
		hasShell: hasShell,
		now:      o.Clock(),
		stale:    true,
	}
	m.control, _ = o.Source.(Control)
	m.player = newPlayer(o.Source, m.now)
	m.theme = newTheme(o.Color, m.dark, o.ASCII)
	m.board.init(o.Source)
	m.restore()
	return m
}

// Init looks at the source at once.
func (m *model) Init() tea.Cmd {
	commands := []tea.Cmd{m.puller.next(0, 0, false), askSynchronized}
	if m.options.Background == "" || m.options.Background == BackgroundAuto {
		commands = append(commands, tea.RequestBackgroundColor)
	}
	return tea.Batch(commands...)
}

// Update follows one message.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	was := m.stale
	m.stale = true
	switch msg := msg.(type) {
	case *snapshot:
		return m, m.follow(msg)
	case tea.KeyPressMsg:
		return m, m.keyPressed(msg)
	case tea.PasteMsg:
		return m, m.paste(msg.Content)
	case tea.MouseMsg:
		return m, m.point(msg)
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		m.refresh()
	case tea.BackgroundColorMsg:
		m.dark = msg.IsDark()
		m.theme = newTheme(m.options.Color, m.dark, m.options.ASCII)
	case tea.ResumeMsg:
		m.puller.now()
	case message:
		m.say(msg)
	default:
		m.stale = was
	}
	return m, nil
}

// View is the screen. It is made anew only where something changed.
func (m *model) View() tea.View {
	v := tea.NewView(m.screen())
	v.AltScreen = true
	v.WindowTitle = m.title()
	v.Cursor = m.textCursor()
	if m.mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	return v
}

// screen is what View shows.
func (m *model) screen() string {
	if m.stale {
		m.content = m.compose()
		m.stale = false
	}
	return m.content
}

// charset is what the terminal can show.
func (m *model) charset() text.Charset {
	if m.theme.glyphs.ascii {
		return text.ASCII
	}
	return text.UTF8
}

// follow puts a snapshot on the screen, unless it is frozen, and asks for the
// next.
func (m *model) follow(s *snapshot) tea.Cmd {
	m.now = s.taken
	m.message.expire(m.now)
	m.followPlayer(s)
	var ring tea.Cmd
	switch {
	case m.frozen || s.changes == nil:
		m.park(s)
	default:
		m.unpark(s)
		jumped := m.arrived(s) || m.board.turns(s)
		if !jumped {
			ring = m.ring(s.events)
		}
		m.board.take(s, m.isBusy() && !jumped)
		m.puller.shown(s)
		m.puller.giveBack(s)
		if jumped {
			m.board.acceptAll()
		}
		m.refresh()
		m.board.look(m.now, m.visible)
		before := m.content
		m.thrift.pay(m.written.Load(), m.now)
		m.thrift.account(before, m.screen(), len(s.events) >= stormEvents, m.now)
		calm := len(s.events) < stormEvents && !m.isBusy()
		m.board.fresh.parts = m.thrift.divide(calm, m.board.fresh.parts)
	}
	m.puller.toll.wanted.Store(m.board.measures())
	return tea.Batch(ring, m.puller.next(m.period(), quick, m.frozen))
}

// quick is how often the source is looked at while keys are pressed, and busy
// how long after a key they count as being pressed.
const (
	quick = 100 * time.Millisecond
	busy  = time.Second
)

// isBusy tells whether somebody is at the keys: rows then keep their places.
func (m *model) isBusy() bool { return m.now.Sub(m.lastKey) < busy }

// period is how long the next look may take to come.
func (m *model) period() time.Duration {
	if m.isBusy() {
		return min(quick, m.settings.refresh())
	}
	if m.settings.RefreshMillis != 0 {
		return m.settings.refresh() // as it was chosen
	}
	return max(m.settings.refresh(), m.thrift.pause(m.now))
}

// refresh lets the views on the screen follow whatever changed.
func (m *model) refresh() {
	l := m.layout()
	m.body().refresh(m, l.bodyWidth, l.bodyHeight)
	if !m.pane {
		return
	}
	width := l.bodyWidth
	if l.beside {
		width = l.sideWidth
	}
	m.views[detailView].refresh(m, width, l.bodyHeight)
}

// table is the table, whose columns are what can be sorted by.
func (m *model) table() *tableView { return m.views[0].(*tableView) }

// body is the view that has the cursor.
func (m *model) body() view { return m.views[m.current] }

// target is the position of the tunnel under the cursor, -1: none.
func (m *model) target() int {
	if m.current == detailView {
		return m.board.cursor
	}
	return m.body().target(m)
}

// visible calls yield for each tunnel whose state can be seen now.
func (m *model) visible(yield func(position int)) {
	if _, covered := m.overlay.(*help); covered || m.tooSmall() {
		return
	}
	l := m.layout()
	if m.pane {
		m.views[detailView].visible(m, yield)
	}
	if !m.pane || l.beside {
		m.body().visible(m, yield)
	}
}
