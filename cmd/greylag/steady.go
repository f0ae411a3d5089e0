package main

import (
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

	full bool // nothing could be written last time
	torn bool // what was written last is the beginning of a line
	lost int  // writes that were dropped since then
}

func newSteady(out, stderr io.Writer) *steady { return &steady{out: out, stderr: stderr} }

func (s *steady) Write(p []byte) (int, error) {
	if err := s.mend(); err != nil {
		return s.refused(err, p)
	}
	n, err := s.out.Write(p)
	if err != nil {
		s.torn = n > 0 && n < len(p) && p[n-1] != '\n'
		return s.refused(err, p)
	}
	s.resumed()
	return n, nil
}

// mend ends a torn line, so that the next one can be read.
func (s *steady) mend() error {
	if !s.torn {
		return nil
	}
	if _, err := s.out.Write([]byte{'\n'}); err != nil {
		return err
	}
	s.torn = false
	return nil
}

func (s *steady) refused(err error, p []byte) (int, error) {
	if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EDQUOT) {
		return 0, err
	}
	if !s.full {
		fmt.Fprintf(s.stderr, "free some space: standard output: %v; probing goes on, what cannot be written is dropped\n", err)
	}
	s.full = true
	s.lost++
	return len(p), nil
}

func (s *steady) resumed() {
	if s.full {
		fmt.Fprintf(s.stderr, "standard output has room again; %d writes were dropped\n", s.lost)
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
