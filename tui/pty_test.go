package tui

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"greylag/fleet"
)

// childMode is the environment variable that makes the test binary the program
// on a terminal: what it does there.
const childMode = "GREYLAG_TUI_TEST_CHILD"

func TestMain(m *testing.M) {
	if mode := os.Getenv(childMode); mode != "" {
		os.Exit(child(mode))
	}
	os.Exit(m.Run())
}

// child runs the program on standard input and output.
func child(mode string) int {
	s := night(60)
	s.now = time.Now()
	o := Options{Source: s, In: os.Stdin, Out: os.Stdout, Background: BackgroundDark}
	switch mode {
	case "storm":
		return childInStorm(o)
	case "panic in View":
		o.Source = &faulty{scene: s, outcomes: true, after: time.Now().Add(300 * time.Millisecond)}
	case "panic in a command":
		o.Source = &faulty{scene: s, report: true, after: time.Now().Add(300 * time.Millisecond)}
	}
	if err := Run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "greylag:", err)
		return 1
	}
	return 0
}

// faulty is a source that fails after a while.
type faulty struct {
	*scene
	outcomes, report bool
	after            time.Time
}

func (f *faulty) Outcomes(position int, into []fleet.Outcome) []fleet.Outcome {
	f.fail(f.outcomes)
	return f.scene.Outcomes(position, into)
}

func (f *faulty) Report(now time.Time, into *fleet.Report) *fleet.Report {
	f.fail(f.report)
	return f.scene.Report(now, into)
}

func (f *faulty) Changes(now time.Time, since uint64, into *fleet.Changes) *fleet.Changes {
	f.fail(f.report)
	return f.scene.Changes(now, since, into)
}

func (f *faulty) fail(does bool) {
	if does && time.Now().After(f.after) {
		panic("injected fault")
	}
}

// pty is a terminal with a program on it.
type pty struct {
	t       *testing.T
	master  *os.File
	slave   *os.File // kept open to look at its settings
	before  unix.Termios
	process *exec.Cmd
	ended   chan error

	patience time.Duration // with what is to be written

	mu     sync.Mutex
	output bytes.Buffer
}

// ptyPatience is how long what must come is waited for, on a slow machine too.
const ptyPatience = time.Minute

// startPTY starts the program on a terminal of 80x24.
func startPTY(t *testing.T, mode string, environment ...string) *pty {
	t.Helper()
	p := &pty{t: t, ended: make(chan error, 1), patience: ptyPatience}
	p.open()
	p.process = exec.Command(os.Args[0])
	p.process.Stdin, p.process.Stdout, p.process.Stderr = p.slave, p.slave, p.slave
	p.process.Env = append([]string{childMode + "=" + mode, "TERM=xterm-256color", "LANG=C.UTF-8", "PATH=" + os.Getenv("PATH"), "GORACE=" + os.Getenv("GORACE")}, environment...)
	p.process.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := p.process.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.process.Wait() }()
	t.Cleanup(func() {
		_ = p.process.Process.Kill()
		_ = p.master.Close()
		_ = p.slave.Close()
	})
	return p
}

// open makes the terminal; see pts(4).
func (p *pty) open() {
	p.t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		p.t.Skip(err)
	}
	p.master = master
	number := 0
	p.control(master, func(fd int) error {
		if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
			return err
		}
		n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
		number = n
		return errorsFirst(err, unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}))
	})
	p.slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		p.t.Skip(err)
	}
	p.before = p.settings()
}

func errorsFirst(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// control calls f with the descriptor, without making the file blocking.
func (p *pty) control(file *os.File, f func(fd int) error) {
	p.t.Helper()
	raw, err := file.SyscallConn()
	if err == nil {
		err = errorsFirst(raw.Control(func(fd uintptr) { err = f(int(fd)) }), err)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// settings are the terminal's.
func (p *pty) settings() (t unix.Termios) {
	p.t.Helper()
	p.control(p.slave, func(fd int) error {
		got, err := unix.IoctlGetTermios(fd, unix.TCGETS)
		if err == nil {
			t = *got
		}
		return err
	})
	return t
}

// read takes what the program writes, until it ends.
func (p *pty) read() {
	buf := make([]byte, 4096)
	for {
		n, err := p.master.Read(buf)
		p.mu.Lock()
		p.output.Write(buf[:n])
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (p *pty) written() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.String()
}

// await waits until the program has written what.
func (p *pty) await(what string) {
	p.t.Helper()
	p.awaitThat(what, func(written string) bool { return strings.Contains(written, what) })
}

// awaitThat waits until what the program has written is as described.
func (p *pty) awaitThat(description string, is func(written string) bool) {
	p.t.Helper()
	for deadline := time.Now().Add(p.patience); !is(p.written()); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatalf("never wrote %q, but %q", description, ending(p.written()))
		}
	}
}

// awaitWritten waits until the program has written something that nobody reads: it is
// at work, and knows what to do at a signal.
func (p *pty) awaitWritten() {
	p.t.Helper()
	for deadline := time.Now().Add(p.patience); ; time.Sleep(5 * time.Millisecond) {
		waiting := 0
		p.control(p.master, func(fd int) (err error) {
			waiting, err = unix.IoctlGetInt(fd, unix.TIOCINQ)
			return err
		})
		if waiting > 0 {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatal("never wrote anything")
		}
	}
}

// ending is the end of a text, as much as anybody reads.
func ending(text string) string { return text[max(len(text)-1<<14, 0):] }

// end waits for the program's end, and returns its exit code.
func (p *pty) end(within time.Duration) int {
	p.t.Helper()
	select {
	case <-p.ended:
		return p.process.ProcessState.ExitCode()
	case <-time.After(within):
		p.t.Fatalf("it does not end; written: %q", p.written())
		return -1
	}
}

// restored checks that the terminal is as it was: its settings, the screen
// before, the cursor, no mouse.
func (p *pty) restored() {
	p.t.Helper()
	if got := p.settings(); got != p.before {
		p.t.Errorf("settings are %+v, were %+v", got, p.before)
	}
	for on, off := range map[string]string{
		"\x1b[?1049h": "\x1b[?1049l", // the other screen
		"\x1b[?25l":   "\x1b[?25h",   // the cursor
		"\x1b[?2004h": "\x1b[?2004l", // bracketed paste
		"\x1b[?1002h": "\x1b[?1002l", // the mouse
	} {
		p.awaitThat(off, func(written string) bool { return strings.LastIndex(written, off) >= strings.LastIndex(written, on) })
	}
}

// TestTerminalRestored: however the program ends, the terminal is as it was.
func TestTerminalRestored(t *testing.T) {
	type ending struct {
		mode string
		act  func(p *pty)
		code int
	}
	for name, c := range map[string]ending{
		"q":                  {"plain", func(p *pty) { p.master.WriteString("q") }, 0},
		"ctrl-c":             {"plain", func(p *pty) { p.master.WriteString("\x03") }, 0},
		":quit":              {"plain", func(p *pty) { p.master.WriteString(":quit\r") }, 0},
		"with the mouse":     {"plain", func(p *pty) { p.master.WriteString("M"); p.await("\x1b[?1002h"); p.master.WriteString("q") }, 0},
		"SIGTERM":            {"plain", func(p *pty) { p.signal(syscall.SIGTERM) }, 0},
		"SIGHUP":             {"plain", func(p *pty) { p.signal(syscall.SIGHUP) }, 0},
		"SIGINT":             {"plain", func(p *pty) { p.signal(syscall.SIGINT) }, 0},
		"panic in View":      {"panic in View", func(*pty) {}, 1},
		"panic in a command": {"panic in a command", func(*pty) {}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startPTY(t, c.mode)
			go p.read()
			p.await("live engine on jump1")
			c.act(p)
			if got := p.end(p.patience); got != c.code {
				t.Errorf("exit code %d, want %d; written %q", got, c.code, p.written())
			}
			p.restored()
			if c.code != 0 {
				p.await("greylag: the terminal view failed, by a fault in it: injected fault (pty_test.go:")
			}
		})
	}
}

func (p *pty) signal(s os.Signal) { _ = p.process.Process.Signal(s) }

// TestKeepsScreen: Q leaves the last screen in place, on the screen before.
func TestKeepsScreen(t *testing.T) {
	p := startPTY(t, "plain")
	go p.read()
	p.await("live engine on jump1")
	p.master.WriteString("Q")
	if got := p.end(p.patience); got != 0 {
		t.Errorf("exit code %d", got)
	}
	p.restored()
	p.awaitThat("the screen", func(written string) bool {
		_, after, _ := strings.Cut(written, "\x1b[?1049l")
		return strings.Contains(after, "live engine on jump1") && strings.Contains(after, firstName) && strings.Contains(after, "table 1/60")
	})
}

// TestTerminalGone: a lost line ends the program at once.
func TestTerminalGone(t *testing.T) {
	p := startPTY(t, "plain")
	go p.read()
	p.await("live engine on jump1")
	_ = p.slave.Close()
	_ = p.master.Close()
	p.end(p.patience)
}

// TestTerminalStuck: a terminal that takes no output, because it is stopped or
// its line is dead, keeps nobody from ending the program.
func TestTerminalStuck(t *testing.T) {
	t.Parallel()
	p := startPTY(t, "plain")
	p.t.Log("nobody reads: the terminal takes a few kilobytes")
	p.awaitWritten()
	for range 40 { // frames enough to fill it
		_, _ = p.master.WriteString("?\x1b")
		time.Sleep(50 * time.Millisecond)
	}
	p.signal(syscall.SIGTERM)
	if got := p.end(grace + p.patience); got != 0 {
		t.Errorf("exit code %d", got)
	}
	if got := p.settings(); got != p.before {
		t.Errorf("settings are %+v, were %+v", got, p.before)
	}
}

// TestSuspend: without a shell to go back to, Ctrl-Z says so, and the program
// goes on. (With one, see TestSuspendFromShell.)
func TestSuspend(t *testing.T) {
	p := startPTY(t, "plain")
	go p.read()
	p.await("live engine on jump1")
	p.master.WriteString("\x1a")
	p.await("no shell is behind this terminal")
	p.master.WriteString("q")
	p.end(p.patience)
	p.restored()
}

// TestSuspendFromShell: Ctrl-Z gives the terminal back to the shell, as it was,
// and fg returns to the program.
func TestSuspendFromShell(t *testing.T) {
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip(err)
	}
	rc := filepath.Join(t.TempDir(), "rc")
	if err := os.WriteFile(rc, []byte("PS1='ready> '\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &pty{t: t, ended: make(chan error, 1), patience: ptyPatience}
	p.open()
	p.process = exec.Command(shell, "--norc", "--rcfile", rc, "--noediting", "-i")
	p.process.Stdin, p.process.Stdout, p.process.Stderr = p.slave, p.slave, p.slave
	p.process.Env = []string{"TERM=xterm", "LANG=C.UTF-8", "PATH=" + os.Getenv("PATH"), "PS1=ready> "}
	p.process.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := p.process.Start(); err != nil {
		t.Skip(err)
	}
	go func() { p.ended <- p.process.Wait() }()
	t.Cleanup(func() { _ = p.process.Process.Kill() })
	go p.read()
	p.await("ready> ")
	fmt.Fprintf(p.master, "%s=plain %s\n", childMode, os.Args[0])
	p.await("live engine on jump1")
	p.master.WriteString("\x1a")
	p.await("Stopped")
	if got := p.settings(); got.Lflag&unix.ICANON == 0 || got.Lflag&unix.ECHO == 0 {
		t.Errorf("the shell's terminal is %+v", got)
	}
	p.forget()
	p.master.WriteString("fg\n")
	p.await("live engine on jump1")
	p.forget() // the prompt before fg is not the one after q
	p.master.WriteString("q")
	p.await("ready> ")
	p.master.WriteString("exit\n")
	p.end(p.patience)
}

// forget lets await look only for what is still to come.
func (p *pty) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.output.Reset()
}

// TestSynchronizedOutput: the terminal is asked for it, over SSH too, and it is
// used only where the answer is yes.
func TestSynchronizedOutput(t *testing.T) {
	const begin = "\x1b[?2026h"
	p := startPTY(t, "plain", "SSH_TTY=/dev/pts/0")
	go p.read()
	p.await("\x1b[?2026$p")
	p.await("live engine on jump1")
	if strings.Contains(p.written(), begin) {
		t.Error("used without an answer")
	}
	p.master.WriteString("\x1b[?2026;2$y")
	p.master.WriteString("?")
	p.await(begin)
}
