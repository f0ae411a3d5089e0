package main

import (
	"cmp"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"
)

// manVariable names the directory into which packaging/build wants the man pages. They
// are made here, so that the program need not hold what makes them.
const manVariable = "GREYLAG_MAN"

// There is a man page of each command, with each of its flags.
func TestManPages(t *testing.T) {
	dir := cmp.Or(os.Getenv(manVariable), t.TempDir())
	root := (&app{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard}).root()
	root.DisableAutoGenTag = true
	each(root, func(c *cobra.Command) { c.Long = manText(c.Long) })
	header := &doc.GenManHeader{Section: "1", Source: programName + " " + version, Manual: "greylag"} // of $SOURCE_DATE_EPOCH
	if err := doc.GenManTree(root, header, dir); err != nil {
		t.Fatal(err)
	}
	pages := 0
	each(root, func(c *cobra.Command) {
		if !c.IsAvailableCommand() && c != root {
			return
		}
		pages++
		checkManPage(t, filepath.Join(dir, strings.ReplaceAll(c.CommandPath(), " ", "-")+".1"), c)
	})
	if found, _ := filepath.Glob(filepath.Join(dir, "*.1")); len(found) != pages || pages < 12 {
		t.Errorf("%d pages for %d commands", len(found), pages)
	}
}

// each is called with a command and all below it.
func each(c *cobra.Command, do func(*cobra.Command)) {
	do(c)
	for _, below := range c.Commands() {
		each(below, do)
	}
}

// indented are lines that --help shows as examples.
var indented = regexp.MustCompile(`(?m)((?:^ {2,}.*\n?)+)`)

// manText is the text of --help in Markdown, of which man pages are made: lines that
// are indented stand as they are.
func manText(long string) string {
	return indented.ReplaceAllStringFunc(long, func(lines string) string {
		return "\n" + regexp.MustCompile(`(?m)^`).ReplaceAllString(strings.TrimRight(lines, "\n"), "    ") + "\n\n"
	})
}

func checkManPage(t *testing.T, file string, c *cobra.Command) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
		return
	}
	page := strings.ReplaceAll(string(text), `\-`, "-")
	for _, want := range []string{".TH", "NAME", c.Short, "SYNOPSIS"} {
		if !strings.Contains(page, want) {
			t.Errorf("%s has no %q", filepath.Base(file), want)
		}
	}
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden && !strings.Contains(page, "--"+f.Name) {
			t.Errorf("%s has no --%s", filepath.Base(file), f.Name)
		}
	})
}
