package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"syscall"
)

// steady is an output that outlives a full disk: it says so once, drops whole
// lines while there is no room, and goes on when there is. Any other error is
// the caller's. Each Write must hold whole lines.
type steady struct {
	out, stderr io.Writer

	full bool   // there was no room last time
	rest []byte // of a line whose beginning was written; it comes first when there is room
	lost int    // lines that were dropped since there was none
}

func newSteady(out, stderr io.Writer) *steady { return &steady{out: out, stderr: stderr} }

func (s *steady) Write(p []byte) (int, error) {
	left, err := p, s.mend()
	if err == nil {
		var n int
		n, err = s.out.Write(p)
		left = s.keepTorn(p, n)
	}
	switch {
	case err == nil:
		s.resumed()
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		s.drop(left, err)
	default:
		return 0, err
	}
	return len(p), nil
}

// mend writes what is missing of a torn line.
func (s *steady) mend() error {
	if len(s.rest) == 0 {
		return nil
	}
	n, err := s.out.Write(s.rest)
	s.rest = s.rest[n:]
	return err
}

// keepTorn keeps the rest of the line in which writing p stopped after n bytes,
// and returns the lines after that.
func (s *steady) keepTorn(p []byte, n int) (left []byte) {
	left = p[n:]
	if n == 0 || n == len(p) || p[n-1] == '\n' {
		return left
	}
	line, left, _ := bytes.Cut(left, []byte{'\n'})
	s.rest = append(bytes.Clone(line), '\n')
	return left
}

func (s *steady) drop(lines []byte, err error) {
	if !s.full {
		fmt.Fprintf(s.stderr, "free some space: standard output: %v; greylag goes on, and drops what cannot be written\n", err)
	}
	s.full = true
	s.lost += bytes.Count(lines, []byte{'\n'})
}

func (s *steady) resumed() {
	if s.full {
		fmt.Fprintf(s.stderr, "standard output has room again; dropped meanwhile: %s\n", count(s.lost, "line"))
	}
	s.full, s.lost = false, 0
}

// farewell returns an error if lines are missing at the end.
func (s *steady) farewell() error {
	if !s.full {
		return nil
	}
	return exit(exitFailure)
}
