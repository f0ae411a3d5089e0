// Package chart draws keepalives and numbers as cells of text: strips, bars,
// sparklines and plots. It knows no colour: a [Line] says which runs are of
// which [Kind], and the caller gives each run its style.
//
// Every glyph is one code point of one cell. Only the eight heights of strips
// and sparklines are ambiguous by Unicode (East Asian Width A: two cells where
// a terminal is set so); everything else is of neutral width.
package chart

import (
	"iter"
	"slices"
)

// Kind says what a run of cells shows.
type Kind uint8

// The kinds of runs.
const (
	KindBlank    Kind = iota // nothing: padding, or no keepalive yet
	KindAnswered             // a keepalive's answer: its height is the round trip time
	KindSlow                 // the same, over the limit of [Scale]
	KindMissing              // a miss: unanswered, and a later keepalive has been sent
	KindUnsent               // this host could not send it
	KindExcused              // unknown: this host lost answers or was away
	KindPending              // in flight
	KindFill                 // the part of a bar that is reached
	KindOver                 // a bar whose counter has reached retries (R10)
	KindRest                 // the part of a bar that is not reached
	KindValue                // a value, as text
	KindAxis                 // an axis and its labels
)

// Span is a run of one kind: Text[Start:End] of its [Line].
type Span struct {
	Kind       Kind
	Start, End int // bytes
}

// Line is one line of cells. It may be reset and used again, so that drawing
// allocates nothing. The zero Line is empty.
type Line struct {
	Text  []byte
	Spans []Span // in order, without gaps; neighbours differ in kind
}

// Reset makes the line empty and keeps its memory.
func (l *Line) Reset() { l.Text, l.Spans = l.Text[:0], l.Spans[:0] }

// String is the text without kinds.
func (l *Line) String() string { return string(l.Text) }

// Runs are the runs of the line, in order. The text is the line's own.
func (l *Line) Runs() iter.Seq2[Kind, []byte] {
	return func(yield func(Kind, []byte) bool) {
		for _, s := range l.Spans {
			if !yield(s.Kind, l.Text[s.Start:s.End]) {
				return
			}
		}
	}
}

// add appends text of a kind.
func (l *Line) add(kind Kind, text string) {
	start := len(l.Text)
	l.Text = append(l.Text, text...)
	l.extend(kind, start)
}

// extend gives what was appended to Text from start on its kind.
func (l *Line) extend(kind Kind, start int) {
	if start == len(l.Text) {
		return
	}
	if n := len(l.Spans); n > 0 && l.Spans[n-1].Kind == kind {
		l.Spans[n-1].End = len(l.Text)
		return
	}
	l.Spans = append(l.Spans, Span{kind, start, len(l.Text)})
}

// repeat appends n times text.
func (l *Line) repeat(kind Kind, text string, n int) {
	if n < 1 {
		return
	}
	start := len(l.Text)
	l.Text = slices.Grow(l.Text, n*len(text))
	for range n {
		l.Text = append(l.Text, text...)
	}
	l.extend(kind, start)
}
