package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs testdata/script. Beside testscript's own commands there are
//
//	exits CODE PROGRAM ARG...   run a program that must exit with CODE
//	await FILE PATTERN...       wait until a file is there, and matches each pattern
//
// the program until, and the conditions [sockets], with the reason in $WHY where there are none, and
// [inventory]: this host has one. The scripts share one loopback: each has a
// 127.N.0.0/16 of its own.
func TestScripts(t *testing.T) {
	example, err := filepath.Abs("../../config.toml.example")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "await": await},
		Condition:           condition,
		Setup: func(env *testscript.Env) error {
			env.Setenv("EXAMPLE", example)
			env.Setenv(race, os.Getenv(race))
			env.Setenv("WHY", fmt.Sprint(noNamespace))
			return nil
		},
	})
}

func condition(name string) (bool, error) {
	switch name {
	case "sockets":
		return noNamespace == nil, nil
	case "inventory":
		return exists("/etc/greylag/config.toml"), nil
	}
	return false, fmt.Errorf("no such condition: %s", name)
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var ended *exec.ExitError
		if !errors.As(err, &ended) {
			ts.Fatalf("%v", err)
		}
		got = ended.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit %d, want %d", got, want)
	}
}
