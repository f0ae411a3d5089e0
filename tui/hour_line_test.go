package tui

import (
	"bytes"
	"io"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// What a line of 16 KB/s carries, in bytes a second, and how long a key may take on
// it (issue 3).
const (
	lineRate     = 16 << 10
	lineKeyLimit = 200 * time.Millisecond
)

// line is the one to the terminal. It carries what is written to it in order, rate
// bytes a second or at once where that is 0, and holds nothing back: what is written
// waits in it. A real one lets the writer wait, who then leaves frames out, so that
// keys are answered on it no later than here.
type line struct {
	rate int
	free time.Duration
}

// carry is when the last of n bytes arrives that are written at that time.
func (l *line) carry(at time.Duration, n int) time.Duration {
	if l.rate == 0 {
		return at
	}
	l.free = max(l.free, at) + time.Duration(n)*time.Second/time.Duration(l.rate)
	return l.free
}

// reply is what a terminal does on which something arrives after that time: it
// answers what it is asked.
func reply(keyboard io.Writer, written []byte, after time.Duration) {
	if bytes.Contains(written, []byte(ansi.RequestModeSynchronizedOutput)) {
		time.AfterFunc(after, func() { _, _ = io.WriteString(keyboard, "\x1b[?2026;2$y") })
	}
}

// arrive notes that n bytes are written now, and how long the key took whose answer,
// or the last of it, is among them.
func (w *watcher) arrive(b []byte) {
	at := time.Since(w.begin)
	after := w.line.carry(at, len(b)) - at
	reply(w.keyboard, b, after)
	took := w.typed.since() + after
	if w.key == keyDrawn {
		w.keys = append(w.keys, took)
		w.key = noKey
	}
	if w.whole && w.awaited {
		w.answers = append(w.answers, took)
		w.awaited = false
	}
}

// drawn notes a frame that shows all there is to show, or not yet.
func (w *watcher) drawn(content string, whole bool) {
	w.whole = whole
	if w.key == keyFollowed {
		w.key, w.awaited = keyDrawn, true
		if content == w.content { // it changed nothing that can be seen
			w.key, w.awaited = noKey, false
			w.idle++
		}
	}
	w.content = content
}
