package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"greylag/fleet/inventory"
	"greylag/probe/rawsock"
)

// Every text that --help shows is a file: a change of it is seen.
func TestHelp(t *testing.T) {
	names := []string{"", "import ios"}
	for _, c := range (&app{}).root().Commands() {
		names = append(names, c.Name())
	}
	for _, name := range names {
		var stdout, stderr bytes.Buffer
		args := strings.Fields(name + " --help")
		if code := run(context.Background(), args, nil, &stdout, &stderr); code != 0 || stderr.Len() > 0 {
			t.Errorf("%v: exit %d, said %q; want exit 0 and silence", args, code, stderr.String())
		}
		compareGolden(t, "testdata/help/"+strings.ReplaceAll(cmp.Or(name, programName), " ", "_")+".txt", stdout.Bytes())
	}
}

// The errors of the commands, and what becomes of them: CONTRACT's exit codes.
func TestFail(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	setcap := "run: sudo setcap cap_net_raw+ep " + self + " (raw sockets need the capability CAP_NET_RAW; greylag demo needs none)\n"
	mistakes := inventory.Errors{
		{File: "f", Line: 1, Column: 2, Message: "one"},
		{File: "f", Line: 3, Column: 4, Message: "two", Hint: "2"},
	}
	for name, c := range map[string]struct {
		err  error
		code int
		said string
	}{
		"anything":           {errors.New("broken"), 1, "broken\n"},
		"usage":              {usageError{errors.New("odd")}, 64, "odd (see: greylag headless --help)\n"},
		"usage, wrapped":     {fmt.Errorf("very %w", usageError{errors.New("odd")}), 64, "very odd (see: greylag headless --help)\n"},
		"cobra's":            {errors.New(`unknown command "x" for "greylag completion"`), 64, "unknown command \"x\" for \"greylag completion\" (see: greylag headless --help)\n"},
		"permission":         {rawsock.ErrPermission, 77, setcap},
		"permission, joined": {errors.Join(fmt.Errorf("socket: %w", rawsock.ErrPermission), io.ErrClosedPipe), 77, setcap},
		"no inventory":       {inventoryError{errors.New("f: missing")}, 78, "f: missing\n"},
		"mistakes":           {inventoryError{mistakes}, 78, "f:1:2: one\nf:3:4: two (2)\n"},
		"said already":       {exit(2), 2, ""},
	} {
		var stdout, stderr bytes.Buffer
		a := &app{stdout: &stdout, stderr: &stderr}
		code := a.fail(find(t, a, "headless"), c.err)
		if code != c.code || stderr.String() != c.said || stdout.Len() > 0 {
			t.Errorf("%s: exit %d, said %q, %q; want %d, %q, nothing", name, code, stderr.String(), stdout.String(), c.code, c.said)
		}
	}
}

// check fails as a plugin does: 3, and a line on stdout with the first of what is
// wrong, where | has no place.
func TestFailCheck(t *testing.T) {
	var stdout, stderr bytes.Buffer
	a := &app{stdout: &stdout, stderr: &stderr}
	code := a.fail(find(t, a, checkName), errors.New("a|b\nc"))
	if code != 3 || stderr.String() != "a|b\nc\n" || stdout.String() != "UNKNOWN - a/b\n" {
		t.Errorf("exit %d, said %q, wrote %q", code, stderr.String(), stdout.String())
	}
	if code := a.fail(find(t, a, checkName), exit(checkWarning)); code != 1 {
		t.Errorf("a verdict becomes exit %d, want its own 1", code)
	}
}

func find(t *testing.T, a *app, name string) *cobra.Command {
	t.Helper()
	c, _, err := a.root().Find([]string{name})
	if err != nil || c.Name() != name {
		t.Fatal(name, err)
	}
	return c
}
