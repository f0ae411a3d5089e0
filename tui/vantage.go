package tui

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"

	"greylag/fleet"
	"greylag/tui/text"
)

// lookout is what a [puller] knows of vantage points.
type lookout struct {
	vantages Vantages     // nil: there is one point
	stand    atomic.Int32 // that is wanted: the model's word
}

// standAndLook goes where it was told to, so that all of a look is of one point.
func (o *lookout) standAndLook(s *snapshot) {
	if o.vantages != nil {
		s.stand = int(o.stand.Load())
		o.vantages.Stand(s.stand)
		s.points = o.vantages.Points(s.taken, nil)
	}
}

// hasViews tells whether there are several vantage points.
func (b *board) hasViews() bool { return len(b.points) > 1 }

// turns tells whether a snapshot is of another vantage point than the board: what is
// different on it has not happened.
func (b *board) turns(s *snapshot) bool { return s.stand != b.stand }

// takePoints takes the vantage points of a snapshot. Counters are another's where it is
// of another.
func (b *board) takePoints(s *snapshot) {
	if b.turns(s) {
		b.rates, b.mark = rates{}, nil
	}
	b.points, b.stand = s.points, s.stand
}

// hosts are the names of the vantage points; none where there is one.
func (b *board) hosts() (list []string) {
	if b.hasViews() {
		for i := range b.points {
			list = append(list, b.points[i].Host)
		}
	}
	return list
}

// has tells whether there is what a binding is about.
func (m *model) has(b *binding) bool { return !b.needsViews || m.board.hasViews() }

// changeVantage shows the fleet from the next vantage point, or from that of a host.
func changeVantage(m *model, host string) tea.Cmd {
	hosts := m.board.hosts()
	at := (int(m.puller.lookout.stand.Load()) + 1) % len(hosts)
	if host != "" {
		if at = hostNamed(hosts, host); at < 0 {
			return m.fail(fmt.Errorf("no vantage point is called %q: there are %s", host, strings.Join(hosts, ", ")))
		}
	}
	m.puller.lookout.stand.Store(int32(at))
	m.puller.now()
	return m.tell("as %s sees the fleet", hosts[at])
}

// hostNamed is the place of the host of that name, or of the only one that begins so;
// -1: none, or several.
func hostNamed(hosts []string, name string) int {
	if at := slices.Index(hosts, name); at >= 0 {
		return at
	}
	found := -1
	for i, host := range hosts {
		switch {
		case !strings.HasPrefix(host, name):
		case found >= 0:
			return -1
		default:
			found = i
		}
	}
	return found
}

// word is how a point is, in few words: how old what it told is, and whether it is
// stale.
func (p *Point) word() string {
	switch {
	case p.Trouble != "" && p.Age > 0:
		return p.Trouble + " " + text.Span(p.Age)
	case p.Trouble != "":
		return p.Trouble
	}
	return text.Span(p.Age)
}

func (p *Point) style() style {
	if p.Trouble != "" {
		return degraded
	}
	return dim
}

// pointCells is what stands beside a point's name, and leastHost how much of the name
// there is at least.
const (
	pointCells = 6
	leastHost  = 8
)

// pointRuns names the vantage points and says how old what they told is; the one that
// the screen stands on is marked.
func (m *model) pointRuns() []run {
	list := []run{{dim, "from"}}
	room := max((m.width/2-leastWidth/4)/len(m.board.points)-pointCells, leastHost)
	for i := range m.board.points {
		p := &m.board.points[i]
		host := m.charset().FitMiddle(p.Host, min(room, m.charset().Width(p.Host)))
		mark, s := " ", plain
		if i == m.board.stand {
			mark, s = m.theme.glyphs.plays, strong
		}
		list = append(list, run{plain, " "}, run{s, mark + host}, run{p.style(), " " + p.word()})
	}
	return list
}

// troubledPoint is the first vantage point that is stale; nil: none is.
func (b *board) troubledPoint() *Point {
	if b.hasViews() {
		for i := range b.points {
			if b.points[i].Trouble != "" {
				return &b.points[i]
			}
		}
	}
	return nil
}

// viewsColumn is the column of the views, of tunnels and of spokes.
const viewsColumn = "views"

// viewsWidth is what it takes: a sign for each, and the mark of a disagreement.
func (b *board) viewsWidth() int {
	if !b.hasViews() {
		return 0
	}
	return len(b.points) + 2
}

func drawViews(d *drawing, w int) {
	drawViewsOf(d, w, d.report.Views, d.c.glyphs.state, stateStyle)
}

func drawPathViews(d *drawing, w int) {
	drawViewsOf(d, w, d.spoke.Views, d.c.glyphs.path, pathStyle)
}

// drawViewsOf writes a sign for each vantage point, and whether they disagree.
func drawViewsOf[V fleet.State | fleet.Path](d *drawing, w int, views *fleet.Views[V], glyph func(V) string, look func(V) style) {
	left := w
	put := func(s style, sign string) {
		if left > 0 {
			d.c.cell(s, sign, 1)
			left--
		}
	}
	if views != nil {
		for _, v := range views.List {
			put(viewSign(d.c.glyphs, v, glyph, look))
		}
		if views.Disagree {
			put(plain, " ")
			put(degraded, d.c.glyphs.disagree)
		}
	}
	d.c.space(left)
}

// viewSign is the sign of a view and how it looks.
func viewSign[V fleet.State | fleet.Path](g *glyphs, v fleet.View[V], glyph func(V) string, look func(V) style) (style, string) {
	switch {
	case v.Verdict == "":
		return dim, g.unseen
	case v.Stale:
		return dim, g.stale
	}
	return look(v.Verdict), glyph(v.Verdict)
}
