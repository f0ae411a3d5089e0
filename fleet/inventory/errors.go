package inventory

import (
	"fmt"
	"strings"
)

// Error is one mistake in an inventory.
type Error struct {
	File string
	// Line and Column count from 1; columns are characters (a tab is one, and a
	// byte order mark none).
	Line, Column int
	Message      string // what is wrong
	Hint         string // what would be right; may be empty
}

// Error is "FILE:LINE:COL: message (hint)", as the contract has it.
func (e Error) Error() string {
	s := fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// Errors are all mistakes of an inventory, sorted by position.
type Errors []Error

// Error has one line per mistake, without a newline at the end.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i := range e {
		lines[i] = e[i].Error()
	}
	return strings.Join(lines, "\n")
}
