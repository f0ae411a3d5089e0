package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// forbidden says what to run when raw sockets are not permitted.
func forbidden() string {
	return "run: " + setcap() + " (raw sockets need the capability CAP_NET_RAW; greylag demo needs none)"
}

// setcap is the command that gives this program the capability it needs.
func setcap() string {
	path, err := os.Executable()
	if err != nil {
		path = "greylag"
	}
	return "sudo setcap cap_net_raw+ep " + path
}

// isUnknownCommand tells cobra's error for a mistyped command: it has no type.
func isUnknownCommand(err error) bool {
	return strings.HasPrefix(err.Error(), "unknown command ")
}

// knownCommand refuses what is no command, and names those that are near.
func knownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	near := c.SuggestionsFor(args[0])
	if len(near) == 0 {
		return usageError{fmt.Errorf("unknown command %q", args[0])}
	}
	return usageError{fmt.Errorf("unknown command %q: did you mean \"%s\"?", args[0], strings.Join(near, `" or "`))}
}

// noArguments is cobra.NoArgs with the right exit code.
func noArguments(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("%s takes no argument, and got %q", c.CommandPath(), args[0])}
	}
	return nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// pluginText makes text harmless on a monitoring plugin's line, where | begins
// the performance data.
func pluginText(s string) string { return strings.ReplaceAll(s, "|", "/") }
