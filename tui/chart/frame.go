package chart

import (
	"time"
	"unicode/utf8"

	"greylag/fleet"
	"greylag/tui/text"
)

// gutter is the width of the labels of the vertical axis; the axis is one more.
const gutter = 6

// The least sizes at which labels are drawn: below, the points matter more.
const (
	labelWidth  = gutter + len("|") + len("-23h59m now")
	labelHeight = 4
)

// frame is what one drawing is measured by.
type frame struct {
	columns, rows int // of the plot itself, in cells
	labels        bool
	span          time.Duration
	scale         Scale
}

func (p *Plot) frame(points []Point, width, height int) frame {
	f := frame{columns: width, rows: height, labels: width >= labelWidth && height >= labelHeight, span: p.Span}
	if f.labels {
		f.columns -= gutter + 1
		f.rows--
	}
	if height >= 2 {
		f.rows--
	}
	if f.span <= 0 {
		for _, o := range points {
			f.span = max(f.span, o.Age)
		}
	}
	f.setScale(p.Scale, points)
	return f
}

// setScale takes the scale or, where it has no range, that of the points shown.
func (f *frame) setScale(s Scale, points []Point) {
	if f.scale = s; s.isSet() {
		return
	}
	f.scale.clear()
	for _, o := range points {
		if o.Fate == fleet.FateAnswered && o.Age <= f.span {
			f.scale.include(o.RTT)
		}
	}
	f.scale = f.scale.widened()
}

// appendRow appends a row of the plot with its label.
func (p *Plot) appendRow(l *Line, f frame, row int) {
	if f.labels {
		p.appendLabel(l, f, row)
	}
	slow := f.slowDots(p.canvas.height)
	for column := range f.columns {
		kind := p.canvas.kind(column, row, slow)
		start := len(l.Text)
		l.Text = p.canvas.appendCell(l.Text, column, row)
		l.extend(kind, start)
	}
}

// appendLabel appends what time a row stands for, at the top, in the middle and
// at the bottom, and the axis.
func (p *Plot) appendLabel(l *Line, f frame, row int) {
	var buf [16]byte
	label := buf[:0]
	if f.scale.Max > 0 && (row == 0 || row == f.rows-1 || row == f.rows/2 && f.rows >= 5) {
		label = p.Charset.AppendDuration(label, f.time(row, f.rows))
	}
	start := len(l.Text)
	l.Text = append(text.AppendSpaces(l.Text, gutter-utf8.RuneCount(label)), label...)
	l.Text = append(l.Text, glyphsOf(p.Charset).axis...)
	l.extend(KindAxis, start)
}

// time is what one of so many steps stands for: the greatest time at the top,
// the least at the bottom, the mean where there is but one.
func (f *frame) time(step, steps int) time.Duration {
	height := f.scale.Max - f.scale.Min
	if steps < 2 {
		return f.scale.Min + height/2
	}
	return f.scale.Max - time.Duration(float64(height)*float64(step)/float64(steps-1))
}

// slowDots is how many of so many dots, from the top, are over the limit.
func (f *frame) slowDots(height int) int {
	slow := 0
	for slow < height && f.scale.kind(f.time(slow, height)) == KindSlow {
		slow++
	}
	return slow
}

// appendFoot appends the line of marks.
func (p *Plot) appendFoot(l *Line, f frame) {
	g := glyphsOf(p.Charset)
	if f.labels {
		l.add(KindAxis, "  lost"+g.axis)
	}
	for _, fate := range p.foot {
		l.add(g.mark(fate))
	}
}

// appendTimes appends the time axis: how long ago the left edge and, where there
// is room, the middle is.
func (p *Plot) appendTimes(l *Line, f frame) {
	start := len(l.Text)
	l.Text = text.AppendSpaces(l.Text, gutter+1)
	used := len(l.Text)
	if f.span > 0 {
		l.Text = text.AppendSpan(append(l.Text, '-'), f.span)
	}
	if f.span > 0 && f.columns >= 4*gutter {
		l.Text = text.AppendSpaces(l.Text, f.columns/2-(len(l.Text)-used))
		l.Text = text.AppendSpan(append(l.Text, '-'), f.span-f.span*time.Duration(f.columns/2)/time.Duration(f.columns-1))
	}
	l.Text = text.AppendSpaces(l.Text, f.columns-len("now")-(len(l.Text)-used))
	l.Text = append(l.Text, "now"...)
	l.extend(KindAxis, start)
}
