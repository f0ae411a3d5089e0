package query

import (
	"fmt"
	"strings"
)

// Error is what is wrong with a filter, and what would be right.
type Error struct {
	Start, End int // of the term, in bytes of the input
	Column     int // of Start, in characters from 1
	Message    string
	Hint       string // what would be right
	// HalfTyped: the term is the beginning of one that is right. It is left out
	// until it is complete; nobody needs to be told.
	HalfTyped bool
}

// Error is one line: COLUMN: what is wrong (what would be right).
func (e *Error) Error() string {
	return fmt.Sprintf("%d: %s (%s)", e.Column, e.Message, e.Hint)
}

// didYouMean is a hint to the one of known that is one slip from word, and
// otherwise to all of them.
func didYouMean(word string, known []string) string {
	for _, k := range known {
		if word != "" && oneSlip(word, k) {
			return "did you mean " + k + "?"
		}
	}
	return "there are " + strings.Join(known, ", ")
}

// oneSlip tells whether a is b with one byte more, less, or another, or two
// neighbours swapped.
func oneSlip(a, b string) bool {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return len(a) <= 1 && len(b) <= 1 || len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
}
