package tui

import (
	"bytes"
	"time"
	"unicode/utf8"
)

// Bubble Tea takes what stands alone for 50 ms for what it says, and a key may send
// several bytes: half an arrow is then lost, and its rest taken for letters. A busy
// machine or a bad line lets that happen. So the rest is waited for here.
const (
	// escapePatience: Esc is a key itself, and must not take long. With Bubble Tea's
	// time it is what vim waits.
	escapePatience = 50 * time.Millisecond
	// restPatience is for what nobody types by hand.
	restPatience = 500 * time.Millisecond
	// mostUnfinished is the longest beginning that is waited for, in bytes: answers of
	// the terminal are shorter.
	mostUnfinished = 256
)

// joiner reads whole keys from a terminal.
type joiner struct {
	held []byte // the beginning of a key whose rest had no room
}

// read reads at least one byte into b. What ends in the middle of a key is read on,
// as long as ready says within its time that there is more.
func (j *joiner) read(b []byte, read func([]byte) (int, error), ready func(time.Duration) bool) (int, error) {
	n := copy(b, j.held)
	j.held = j.held[n:]
	for {
		m, err := read(b[n:])
		n += m
		if err != nil {
			return n, err
		}
		start := unfinished(b[:n])
		if start == n || !ready(patienceWith(b[start:n])) {
			return n, nil
		}
		if n == len(b) && start > 0 {
			j.held = append(j.held[:0], b[start:]...)
			return start, nil
		}
		if n == len(b) {
			return n, nil
		}
	}
}

// patienceWith is how long the rest of a key is waited for.
func patienceWith(beginning []byte) time.Duration {
	if len(beginning) == 1 && beginning[0] == escape {
		return escapePatience
	}
	return restPatience
}

const escape = 0x1b

// unfinished is where the key begins whose bytes end too early at the end of b;
// len(b): none does.
func unfinished(b []byte) int {
	tail := b[max(0, len(b)-mostUnfinished):]
	if at := bytes.LastIndexByte(tail, escape); at >= 0 && !finished(tail[at:]) {
		return len(b) - len(tail) + at
	}
	for back := 1; back < utf8.UTFMax && back <= len(b); back++ {
		if c := b[len(b)-back]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-back:]) {
				return len(b) - back
			}
			break
		}
	}
	return len(b)
}

// finished tells whether a control sequence, which begins with Esc, is all there
// (ECMA-48 sections 5.4 and 5.6; what stands after it does not matter).
func finished(sequence []byte) bool {
	if len(sequence) == 1 {
		return false
	}
	switch rest := sequence[2:]; sequence[1] {
	case '[':
		if len(rest) > 0 && rest[0] == '[' { // Linux's own F1 to F5
			return len(rest) > 1
		}
		return bytes.ContainsFunc(rest, func(r rune) bool { return r < ' ' || r > '?' })
	case 'O', 'N': // SS3, SS2
		return len(rest) > 0
	case ']', 'P', '_', '^', 'X': // a string, up to BEL; ST begins with another Esc
		return bytes.IndexByte(rest, '\a') >= 0
	}
	return true
}
