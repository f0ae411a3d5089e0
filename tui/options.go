package tui

import (
	"io"
	"os"
	"strings"
	"time"

	"greylag/fleet"
)

// Background says what the terminal's background is.
type Background string

// The backgrounds. Auto asks the terminal, and takes it for dark until it
// answers.
const (
	BackgroundAuto  Background = "auto"
	BackgroundDark  Background = "dark"
	BackgroundLight Background = "light"
)

// Options are what [Run] needs. Source, In and Out are required.
type Options struct {
	Source  Source
	In, Out *os.File // the terminal

	// Environ is the environment, as [os.Environ] has it: TERM, NO_COLOR,
	// COLORTERM, LC_ALL, LC_CTYPE, LANG. Nil is that of the process.
	Environ    []string
	Color      Color      // "" is ColorAuto
	Background Background // "" is BackgroundAuto
	ASCII      bool       // ASCII only, whatever the locale says

	// StatePath is the file that remembers sort, columns, filter, view, mutes,
	// bell and notifications; "": nothing is remembered.
	StatePath string
	// SnapshotDir is where snapshots are written; "" is the working directory.
	SnapshotDir string

	// Write writes a report as JSON, a line for each record; nil: there are no
	// snapshots.
	Write func(io.Writer, *fleet.Report) error
	// JSON is one tunnel as JSON; nil: it cannot be copied.
	JSON func(*fleet.TunnelReport) string

	// Clock is the time; nil is time.Now.
	Clock func() time.Time
}

// withDefaults fills in what was left out.
func (o Options) withDefaults() Options {
	if o.Environ == nil {
		o.Environ = os.Environ()
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Color == "" || o.Color == ColorAuto {
		o.Color = Color16
		if _, set := o.lookup("NO_COLOR"); set {
			o.Color = ColorNone
		}
	}
	o.ASCII = o.ASCII || !o.speaksUTF8()
	return o
}

// lookup is the value of an environment variable, and whether it is set at all:
// NO_COLOR counts by being there (no-color.org).
func (o *Options) lookup(name string) (value string, set bool) {
	for _, entry := range o.Environ {
		if key, v, _ := strings.Cut(entry, "="); key == name {
			value, set = v, true
		}
	}
	return value, set
}

// speaksUTF8 tells whether the locale's character set is UTF-8, by the first of
// the variables that says anything (POSIX, section 8.2). The console of Linux
// has no font for more than a few of our glyphs.
func (o *Options) speaksUTF8() bool {
	if name, _ := o.lookup("TERM"); name == "linux" {
		return false
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value, _ := o.lookup(name); value != "" {
			value = strings.ToUpper(value)
			return strings.Contains(value, "UTF-8") || strings.Contains(value, "UTF8")
		}
	}
	return false
}
