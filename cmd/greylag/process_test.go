package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// soon bounds what comes at once, on a machine too that runs the tests ten times
// slower than others, or not at all for seconds.
const soon = time.Minute

// ownFleet writes an inventory of one tunnel, both ends of which are played by
// this host, in 127.N.0.0/16.
func ownFleet(t *testing.T, n int) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "fleet.toml")
	text := fmt.Sprintf("[[tunnel]]\nname = \"a\"\nsource = \"127.%d.0.1\"\ndestination = \"127.%[1]d.0.2\"\ninterval = \"100ms\"\n", n)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// running is the program at work. Its stdout is a pipe.
type running struct {
	*exec.Cmd
	out    *os.File
	lines  *bufio.Scanner
	stderr bytes.Buffer
}

func start(t *testing.T, args ...string) *running {
	t.Helper()
	here := func(f func() error) error { return f() }
	return startIn(t, here, soon, args...)
}

// startIn starts the program where do runs it, and kills it after a limit.
func startIn(t *testing.T, do func(func() error) error, limit time.Duration, args ...string) *running {
	t.Helper()
	needSockets(t)
	r := &running{Cmd: program(t, args...)}
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.out, r.lines = out, bufio.NewScanner(out)
	r.Stdout, r.Stderr = in, &r.stderr
	if err := do(r.Start); err != nil {
		t.Fatal(err)
	}
	in.Close()
	stuck := time.AfterFunc(limit, func() { _ = r.Process.Kill() })
	t.Cleanup(func() { stuck.Stop(); out.Close() })
	return r
}

// until reads up to a line that contains text.
func (r *running) until(t *testing.T, text string) {
	t.Helper()
	for r.lines.Scan() {
		if strings.Contains(r.lines.Text(), text) {
			return
		}
	}
	_ = r.Wait()
	t.Fatalf("the output ends without %q; stderr: %s", text, r.stderr.String())
}

// quietly waits for an end with exit code 0 and nothing on stderr.
func (r *running) quietly(t *testing.T) {
	t.Helper()
	if err := r.Wait(); err != nil || r.stderr.Len() > 0 {
		t.Errorf("ended with %v, said %q; want exit 0 and silence", err, r.stderr.String())
	}
}

// A signal ends headless with a last report.
func TestHeadlessEndsBySignal(t *testing.T) {
	for i, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			r := start(t, "headless", "-c", ownFleet(t, 20+i), "--every", "1h")
			r.until(t, `"to":"up"`)
			if err := r.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			var types []string
			last := ""
			for r.lines.Scan() {
				last = r.lines.Text()
				kind, _, _ := strings.Cut(last, ",")
				types = append(types, kind)
			}
			r.quietly(t)
			want := `{"type":"tunnel" {"type":"summary"`
			if got := strings.Join(types, " "); got != want {
				t.Errorf("after the signal came %s, want %s", got, want)
			}
			if !strings.Contains(last, `"tunnels":{"up":1,"degraded":0,"down":0,"pending":0,"disabled":0}`) {
				t.Errorf("the last line is %s, want a summary with 1 tunnel up", last)
			}
		})
	}
}

// Reflect ends by a signal as well, and sums up.
func TestReflectEndsBySignal(t *testing.T) {
	t.Parallel()
	r := start(t, "reflect", "-c", ownFleet(t, 22), "--every", "100ms")
	r.until(t, `{"type":"peer"`)
	if err := r.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, r.out)
	err := r.Wait()
	if said := r.stderr.String(); err != nil || !strings.HasPrefix(said, "reflected 0 of ") || strings.Count(said, "\n") != 1 {
		t.Errorf("ended with %v, said %q; want exit 0 and a line that sums up", err, said)
	}
}

// | head -1: the reader goes away after a line. That is no error.
func TestReaderGoesAway(t *testing.T) {
	for i, args := range [][]string{
		{"headless", "--every", "100ms"},
		{"reflect", "--every", "100ms"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			r := start(t, append(args, "-c", ownFleet(t, 23+i))...)
			r.until(t, `{"type":`)
			r.out.Close()
			r.quietly(t)
		})
	}
}

// A stream that has no more to say ends with its reader too.
func TestReaderOfAQuietStreamGoesAway(t *testing.T) {
	file := ownFleet(t, 25)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(text, "enabled = false\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	r := start(t, "headless", "--events", "-c", file)
	r.until(t, `{"type":"hello"`)
	r.out.Close()
	r.quietly(t)
}

// A disk that is full is said once, and probing goes on until its time is over.
func TestFullDisk(t *testing.T) {
	needSockets(t)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	cmd := program(t, "headless", "-c", ownFleet(t, 26), "--every", "100ms", "--for", "700ms")
	t.Parallel()
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = full, &stderr
	began := time.Now()
	_ = cmd.Run() // the exit code is looked at
	if took := time.Since(began); took < 700*time.Millisecond || cmd.ProcessState.ExitCode() != exitFailure {
		t.Errorf("exit %d after %v, want %d after 700 ms", cmd.ProcessState.ExitCode(), took, exitFailure)
	}
	const want = "free some space: standard output: write /dev/stdout: no space left on device; greylag goes on, and drops what cannot be written\n"
	if stderr.String() != want {
		t.Errorf("said %q, want %q", stderr.String(), want)
	}
}

// With stdout closed, no socket or file of the program takes its place.
func TestClosedStdout(t *testing.T) {
	needSockets(t)
	self := program(t, "headless", "-c", ownFleet(t, 27), "--for", "300ms")
	t.Parallel()
	cmd := exec.Command("/bin/sh", append([]string{"-c", `exec "$@" >&-`, "sh", self.Path}, self.Args[1:]...)...)
	cmd.Env = self.Env
	if said, err := cmd.CombinedOutput(); err != nil || len(said) > 0 {
		t.Errorf("ended with %v, said %q; want exit 0 and silence", err, said)
	}
}
