package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// until is a program for scripts:
//
//	until PATTERN... -- PROGRAM ARG...
//
// It runs a program until what that has written to standard output or to standard
// error matches each pattern, ends it by SIGINT, and exits as it does. So a script
// need not know how long something takes.
func until() {
	err := runUntil(os.Args[1:])
	if ended, is := err.(*exec.ExitError); is && ended.Exited() {
		os.Exit(ended.ExitCode())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "until:", err)
		os.Exit(125)
	}
}

func runUntil(args []string) error {
	at := slices.Index(args, "--")
	if at < 1 || at == len(args)-1 {
		return errors.New("usage: until PATTERN... -- PROGRAM ARG...")
	}
	var wanted []*regexp.Regexp
	for _, pattern := range args[:at] {
		re, err := regexp.Compile("(?m)" + pattern)
		if err != nil {
			return err
		}
		wanted = append(wanted, re)
	}
	w := &awaited{wanted: wanted, come: make(chan struct{})}
	cmd := exec.Command(args[at+1], args[at+2:]...)
	cmd.Stdout, cmd.Stderr = &watched{out: os.Stdout, by: w}, &watched{out: os.Stderr, by: w}
	return w.run(cmd)
}

// run runs a program, whose outputs are watched, until all has come.
func (w *awaited) run(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	stuck := time.AfterFunc(soon, func() { _ = cmd.Process.Kill() })
	defer stuck.Stop()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		return fmt.Errorf("it ended (%v), and has not written %q", err, w.missing())
	case <-w.come:
		_ = cmd.Process.Signal(os.Interrupt)
		return <-ended
	}
}

// awaited is patterns that are to match what is written.
type awaited struct {
	mu     sync.Mutex
	wanted []*regexp.Regexp
	come   chan struct{} // closed when all have
}

// missing is which have not.
func (w *awaited) missing() []*regexp.Regexp {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.wanted
}

// watched is one of a program's outputs.
type watched struct {
	out io.Writer
	by  *awaited
	all bytes.Buffer // guarded by the mutex of by
}

func (o *watched) Write(b []byte) (int, error) {
	o.by.mu.Lock()
	defer o.by.mu.Unlock()
	o.all.Write(b)
	if len(o.by.wanted) > 0 {
		o.by.wanted = slices.DeleteFunc(o.by.wanted, func(re *regexp.Regexp) bool { return re.Match(o.all.Bytes()) })
		if len(o.by.wanted) == 0 {
			close(o.by.come)
		}
	}
	return o.out.Write(b)
}

// await is a command for scripts: await FILE PATTERN... waits until a file, which
// something else writes, matches each pattern.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: await FILE PATTERN...")
	}
	var text []byte
	for end := time.Now().Add(soon); ; time.Sleep(5 * time.Millisecond) {
		var err error
		if text, err = os.ReadFile(ts.MkAbs(args[0])); err == nil && matchesAll(ts, text, args[1:]) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("%s is not as wanted within a minute: %v\n%s", filepath.Base(args[0]), err, text)
		}
	}
}

func matchesAll(ts *testscript.TestScript, text []byte, patterns []string) bool {
	for _, pattern := range patterns {
		re, err := regexp.Compile("(?m)" + pattern)
		ts.Check(err)
		if !re.Match(text) {
			return false
		}
	}
	return true
}
