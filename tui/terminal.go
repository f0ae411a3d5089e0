package tui

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"
	"golang.org/x/sys/unix"
)

// ErrNoTerminal is why [Run] refuses to begin: there is no terminal, or one
// that cannot move its cursor.
var ErrNoTerminal = errors.New("no terminal to draw on")

// CheckTerminal says, with an error that is [ErrNoTerminal], why [Run] would refuse
// to begin; nil where it would not. It is for those who have work to do before.
func CheckTerminal(o Options) error {
	o = o.withDefaults()
	return checkTerminal(&o)
}

// checkTerminal says what is wrong with the terminal, and what to do instead.
func checkTerminal(o *Options) error {
	name, _ := o.lookup("TERM")
	switch {
	case name == "dumb", name == "":
		return fmt.Errorf("%w: TERM is %q, which cannot move its cursor: "+
			"set TERM to what the terminal is, or run greylag headless", ErrNoTerminal, name)
	case !term.IsTerminal(o.Out.Fd()):
		return fmt.Errorf("%w: standard output is not one: run greylag headless for JSON", ErrNoTerminal)
	case !term.IsTerminal(o.In.Fd()):
		return fmt.Errorf("%w: keys cannot be read: standard input is not one", ErrNoTerminal)
	}
	return nil
}

// watched is a terminal's file that tells when the terminal is gone. Bubble Tea
// goes on without a word where reading ends or writing fails.
type watched struct {
	*os.File
	gone    func()
	written *atomic.Uint64 // counts the bytes
}

// Read tells also that reading ended: a terminal has no end but hanging up.
func (w watched) Read(b []byte) (int, error) {
	n, err := w.File.Read(b)
	if err != nil && !isInterrupted(err) {
		w.gone()
	}
	return n, err
}

// ready tells whether something can be read within that time.
func (w watched) ready(within time.Duration) bool {
	polled := []unix.PollFd{{Fd: int32(w.Fd()), Events: unix.POLLIN}}
	for end := time.Now().Add(within); ; within = time.Until(end) {
		n, err := unix.Poll(polled, int(max(within, 0).Milliseconds()))
		if !isInterrupted(err) {
			return n > 0
		}
	}
}

// keyboard is a terminal's file from which whole keys are read.
type keyboard struct {
	watched
	joiner
}

// Read reads keys.
func (k *keyboard) Read(b []byte) (int, error) { return k.read(b, k.watched.Read, k.ready) }

// Write tells also that writing failed.
func (w watched) Write(b []byte) (int, error) {
	n, err := w.File.Write(b)
	w.written.Add(uint64(n))
	if err != nil {
		w.gone()
	}
	return n, err
}

// WriteString is Write: [io.WriteString] and [io.Copy] must not go around it.
func (w watched) WriteString(s string) (int, error) { return w.Write([]byte(s)) }

// ReadFrom copies through Write, for the same reason.
func (w watched) ReadFrom(r io.Reader) (int64, error) { return io.Copy(writerOnly{w}, r) }

type writerOnly struct{ io.Writer }

func isInterrupted(err error) bool {
	return errors.Is(err, syscall.EINTR) || errors.Is(err, syscall.EAGAIN)
}

// onSignals calls leave at the first signal that asks to end. The terminal is
// raw: Ctrl-C comes as a key, and SIGINT from elsewhere. stop undoes it.
func onSignals(leave func()) (stop func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		select {
		case <-c:
			leave()
		case <-done:
		}
	}()
	return sync.OnceFunc(func() {
		signal.Stop(c)
		close(done)
	})
}

// askSynchronized asks the terminal whether it can show a frame at once (mode
// 2026); Bubble Tea uses it where the answer is yes, but does not ask over SSH.
func askSynchronized() tea.Msg { return tea.RawMsg{Msg: ansi.RequestModeSynchronizedOutput} }
