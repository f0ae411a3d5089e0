package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"greylag/probe/netlab"
)

// noNamespace is why the tests run without a network namespace of their own, and
// nil where they have one.
var noNamespace error

// theLab is that namespace, for tests that put far ends into it; nil where there is
// none.
var theLab *netlab.Lab

// TestMain is where this binary begins, whatever it is used as. The scripts know
// it as greylag and as until: then it is that program (testscript.Main). As the tests it runs
// itself again in a network namespace of its own, where raw sockets need no root
// and meet nobody else's packets, and from there the scripts. Where there can be
// no namespace, what needs sockets is skipped.
func TestMain(m *testing.M) {
	commands := map[string]func(){programName: main, "until": until}
	switch {
	case commands[filepath.Base(os.Args[0])] != nil:
		testscript.Main(m, commands)
	case netlab.Inside():
		testscript.Main(inLab{m}, commands)
	}
	if noNamespace = netlab.Available(); noNamespace != nil {
		hurry()
		testscript.Main(m, commands)
	}
	code, err := netlab.Reexec(context.Background(), os.Args[1:], nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// programName is what the scripts call the program.
const programName = "greylag"

// inLab runs the tests where lo is up. 192.0.2.1 is this host's too, the rest of
// 192.0.2.0/24 is there and silent, and to all else there is no route.
type inLab struct{ *testing.M }

func (l inLab) Run() int {
	hurry()
	lab, err := netlab.New()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	theLab = lab
	code := l.M.Run()
	if err := lab.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// race is what hurry sets for the programs that the tests start.
const race = "GORACE"

// hurry keeps those that are built with -race from sleeping a second at their end.
func hurry() { _ = os.Setenv(race, "atexit_sleep_ms=0 "+os.Getenv(race)) }

// sharedNetwork is the real network of a station in the tests' own process, which
// goes on needing its privileges.
type sharedNetwork struct{ rawNetwork }

func (sharedNetwork) confine() error { return nil }

// needSockets skips a test where raw sockets cannot be had.
func needSockets(t *testing.T) {
	t.Helper()
	if noNamespace != nil {
		t.Skip(noNamespace)
	}
}
