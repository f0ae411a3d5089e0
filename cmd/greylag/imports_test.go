package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mayImport says which of our packages each of our packages may import, test
// files aside. A package that is not here must be added.
var mayImport = map[string][]string{
	"greylag/probe":                   {"greylag/probe/gre", "greylag/probe/icmp", "greylag/probe/session"},
	"greylag/probe/alloctest":         nil,
	"greylag/probe/awake":             nil,
	"greylag/probe/capture":           nil,
	"greylag/probe/gre":               nil,
	"greylag/probe/gre/anatomy":       {"greylag/probe/gre"},
	"greylag/probe/icmp":              nil,
	"greylag/probe/session":           nil,
	"greylag/probe/privilege":         nil,
	"greylag/probe/realtime":          nil,
	"greylag/probe/rawsock":           nil,
	"greylag/probe/routes":            nil,
	"greylag/probe/netlab":            nil,
	"greylag/probe/netlab/netlabtest": {"greylag/probe/netlab"},
	"greylag/probe/simnet":            {"greylag/probe/gre"},
	"greylag/probe/hostcheck": {
		"greylag/probe", "greylag/probe/gre", "greylag/probe/hostcheck/netfilter", "greylag/probe/icmp", "greylag/probe/rawsock",
	},
	"greylag/probe/hostcheck/netfilter": nil,
	"greylag/fleet":                     {"greylag/probe", "greylag/probe/session"},
	"greylag/fleet/advise":              {"greylag/fleet"},
	"greylag/fleet/decode": {
		"greylag/fleet", "greylag/probe", "greylag/probe/capture", "greylag/probe/gre", "greylag/probe/icmp", "greylag/probe/session",
	},
	"greylag/fleet/history":   {"greylag/fleet", "greylag/fleet/stream"},
	"greylag/fleet/hook":      {"greylag/fleet", "greylag/fleet/stream"},
	"greylag/fleet/inventory": {"greylag/fleet"},
	"greylag/fleet/ios":       {"greylag/fleet"},
	"greylag/fleet/journal":   {"greylag/fleet", "greylag/fleet/stream"},
	"greylag/fleet/metrics":   {"greylag/fleet"},
	"greylag/fleet/replica":   {"greylag/fleet", "greylag/fleet/serve", "greylag/fleet/stream"},
	"greylag/fleet/serve":     {"greylag/fleet/stream"},
	"greylag/fleet/stream":    {"greylag/fleet"},
	"greylag/fleet/vantage":   {"greylag/fleet", "greylag/fleet/replica"},
	"greylag/tui":             {"greylag/fleet", "greylag/tui/chart", "greylag/tui/query", "greylag/tui/text"},
	"greylag/tui/chart":       {"greylag/fleet", "greylag/tui/text"},
	"greylag/tui/query":       {"greylag/fleet"},
	"greylag/tui/text":        nil,
}

// pure packages do no I/O, and read no clock but by an argument.
var pure = []string{"greylag/probe/gre", "greylag/probe/gre/anatomy", "greylag/probe/icmp", "greylag/probe/session",
	"greylag/probe/capture", "greylag/fleet/decode",
	"greylag/tui/chart", "greylag/tui/query", "greylag/tui/text"}

// inputOutput is what those must not import.
var inputOutput = []string{"net", "os", "syscall", "golang.org/x/sys/unix", "golang.org/x/net/ipv4"}

func TestImports(t *testing.T) {
	packages := listImports(t)
	for name, imports := range packages {
		if strings.HasPrefix(name, "greylag/cmd/") {
			continue // cmd sees all
		}
		allowed, known := mayImport[name]
		if !known {
			t.Errorf("%s is not in mayImport", name)
		}
		for _, i := range imports {
			if strings.HasPrefix(i, "greylag/") && !slices.Contains(allowed, i) {
				t.Errorf("%s imports %s, and must not", name, i)
			}
			if slices.Contains(pure, name) && slices.Contains(inputOutput, i) {
				t.Errorf("%s imports %s, and must do no I/O", name, i)
			}
		}
	}
	for name := range mayImport {
		if packages[name] == nil {
			t.Errorf("%s is in mayImport, and not there", name)
		}
	}
}

func listImports(t *testing.T) map[string][]string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	cmd := exec.Command("go", "list", "-buildvcs=false", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", "../../...")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, stderr.String())
	}
	packages := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		packages[f[0]] = f[1:]
	}
	return packages
}
