package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"greylag/fleet/advise"
)

// lintJSON writes an object for each finding. Like lintText it leaves it to the
// writer to remember what could not be written.
func lintJSON(out *bufio.Writer, found []placedFinding) {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for _, f := range found {
		_ = encoder.Encode(f)
	}
}

// lintText writes a line for each finding, and how many there are.
func lintText(out *bufio.Writer, path string, tunnels int, found []placedFinding) {
	for _, f := range found {
		fmt.Fprintf(out, "%s:%d:%d: %s: [%s] %s: %s (%s)\n", path, f.Line, f.Column, f.Severity, f.Rule, f.subject(), f.Message, f.Fix)
	}
	fmt.Fprintf(out, "%s: %s: %s\n", path, count(tunnels, "tunnel"), lintTally(found))
}

func (f *placedFinding) subject() string {
	switch {
	case f.Tunnel != "":
		return f.Tunnel
	case f.Hub != "":
		return "hub " + f.Hub
	}
	return "fleet"
}

// lintTally is "2 errors, 1 warning", or that there is nothing.
func lintTally(found []placedFinding) string {
	var parts []string
	for _, s := range []advise.Severity{advise.Error, advise.Warning, advise.Info} {
		switch n := countSeverity(found, s); {
		case n > 0 && s == advise.Info:
			parts = append(parts, fmt.Sprintf("%d info", n))
		case n > 0:
			parts = append(parts, count(n, string(s)))
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "nothing found")
}

func countSeverity(found []placedFinding, s advise.Severity) (n int) {
	for i := range found {
		if found[i].Severity == s {
			n++
		}
	}
	return n
}

// lintCode is CONTRACT's exit code.
func lintCode(found []placedFinding) int {
	switch {
	case countSeverity(found, advise.Error) > 0:
		return 2
	case countSeverity(found, advise.Warning) > 0:
		return 1
	}
	return 0
}
