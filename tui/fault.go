package tui

import (
	"fmt"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// Fault is a panic in the terminal's program or in its source. The program ends
// in order, with the terminal as it was, and [Run] returns it.
type Fault struct {
	Value any
	Place string // file and line
	Stack []byte // as [debug.Stack] has it
}

// Error is one line.
func (f *Fault) Error() string {
	return fmt.Sprintf("the terminal view failed, by a fault in it: %v (%s)", f.Value, f.Place)
}

// newFault is the fault of a panic; it is called while that is recovered from.
func newFault(value any) *Fault {
	return &Fault{Value: value, Place: faultPlace(), Stack: debug.Stack()}
}

// faultPlace is the innermost line that is not the runtime's, below the
// recovering functions.
func faultPlace() string {
	var callers [32]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers[:])])
	panicking := false
	for {
		frame, more := frames.Next()
		if panicking && !strings.HasPrefix(frame.Function, "runtime.") {
			return fmt.Sprintf("%s:%d", filepath.Base(frame.File), frame.Line)
		}
		panicking = panicking || frame.Function == "runtime.gopanic"
		if !more {
			return "unknown place"
		}
	}
}

// guard is the model as Bubble Tea has it. What panics in it ends the program in
// order: the library's own way out kills it, and does not wait for its readers.
type guard struct {
	*model
	leave    func()
	fault    *Fault // the first panic
	portions portions
}

// Init implements [tea.Model].
func (g *guard) Init() tea.Cmd { return guarded(g.model.Init()) }

// Update implements [tea.Model].
func (g *guard) Update(msg tea.Msg) (_ tea.Model, cmd tea.Cmd) {
	defer func() { g.caught(recover()) }()
	if fault, ok := msg.(*Fault); ok {
		g.end(fault)
		return g, nil
	}
	_, cmd = g.model.Update(msg)
	return g, tea.Batch(guarded(cmd), guarded(g.portions.follow(msg, g.screen(), g.options.Clock())))
}

// View implements [tea.Model]. After a fault it is the last one.
func (g *guard) View() (v tea.View) {
	defer func() { g.caught(recover()) }()
	if g.fault != nil {
		g.stale = false
	}
	v = g.model.View()
	if g.fault == nil {
		v.Content = g.portions.content
	}
	return v
}

func (g *guard) caught(value any) {
	if value != nil {
		g.end(newFault(value))
	}
}

func (g *guard) end(fault *Fault) {
	if g.fault == nil {
		g.fault = fault
	}
	g.leave()
}

// guarded turns a panic in a command, which runs beside the program, into a
// message to it.
func guarded(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer func() {
			if value := recover(); value != nil {
				msg = newFault(value)
			}
		}()
		msg = cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			for i := range batch {
				batch[i] = guarded(batch[i])
			}
		}
		return msg
	}
}
