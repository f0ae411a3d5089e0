//go:build linux

package netlab_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"greylag/probe/netlab"
	"greylag/probe/netlab/netlabtest"
)

// childReport is what the child "report" says of itself.
type childReport struct {
	Inside     bool
	Namespace  string
	Arguments  []string
	Interfaces []string
	UID        int
}

func report() {
	r := childReport{Inside: netlab.Inside(), Arguments: os.Args[1:], UID: os.Getuid()}
	r.Namespace, _ = os.Readlink("/proc/self/ns/net")
	interfaces, _ := net.Interfaces()
	for _, i := range interfaces {
		r.Interfaces = append(r.Interfaces, i.Name)
	}
	_ = json.NewEncoder(os.Stdout).Encode(r)
	os.Exit(7)
}

// reexec runs the test binary as the named child, with stdout to a pipe.
func reexec(t *testing.T, ctx context.Context, child string, args ...string) (stdout io.Reader, end func() (int, error)) {
	t.Helper()
	read, write, err := os.Pipe()
	must(t, err)
	saved := os.Stdout
	os.Stdout = write
	type result struct {
		code int
		err  error
	}
	done := make(chan result, 1)
	go func() {
		code, err := netlab.Reexec(ctx, args, []string{childVariable + "=" + child})
		os.Stdout = saved
		_ = write.Close()
		done <- result{code, err}
	}()
	return read, func() (int, error) {
		_ = read.Close()
		r := <-done
		return r.code, r.err
	}
}

func TestReexecRunsInANamespaceOfItsOwn(t *testing.T) {
	netlabtest.Lab(t)
	stdout, end := reexec(t, t.Context(), "report", "-a", "b c")
	var got childReport
	must(t, json.NewDecoder(stdout).Decode(&got))
	if code, err := end(); code != 7 || err != nil {
		t.Errorf("exit code %d, %v; want 7", code, err)
	}
	here, err := os.Readlink("/proc/self/ns/net")
	must(t, err)
	if !got.Inside || got.Namespace == here || got.UID != 0 {
		t.Errorf("child: %+v; want inside, not in %s, user 0", got, here)
	}
	if !slices.Equal(got.Arguments, []string{"-a", "b c"}) {
		t.Errorf("arguments %q; want [-a, b c]", got.Arguments)
	}
	if !slices.Contains(got.Interfaces, "lo") || slices.Contains(got.Interfaces, "near0") {
		t.Errorf("interfaces %v; want lo, and not our near0", got.Interfaces)
	}
}

func TestReexecTellsTheSignalThatEndedIt(t *testing.T) {
	netlabtest.Need(t)
	_, end := reexec(t, t.Context(), "killed")
	if code, err := end(); code != 128+9 || err != nil {
		t.Errorf("exit code %d, %v; want 137", code, err)
	}
}

// signalled starts the child "wait", does something to it, and returns what it
// says and its exit code.
func signalled(t *testing.T, ctx context.Context, act func()) (string, int) {
	t.Helper()
	stdout, end := reexec(t, ctx, "wait")
	lines := bufio.NewScanner(stdout)
	if !lines.Scan() || lines.Text() != "ready" {
		t.Fatalf("child said %q", lines.Text())
	}
	act()
	lines.Scan()
	said := lines.Text()
	code, err := end()
	must(t, err)
	return said, code
}

func TestReexecPassesSignalsOn(t *testing.T) {
	netlabtest.Need(t)
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		if signal.Ignored(s) { // as a shell's & has it, and then it stays so
			continue
		}
		said, code := signalled(t, t.Context(), func() { must(t, syscall.Kill(os.Getpid(), s)) })
		if said != s.String() || code != 3 {
			t.Errorf("after %v to us the child said %q and exited with %d; want the signal and 3", s, said, code)
		}
	}
}

func TestReexecEndsWithItsContext(t *testing.T) {
	netlabtest.Need(t)
	ctx, cancel := context.WithCancel(t.Context())
	said, code := signalled(t, ctx, cancel)
	if said != "terminated" || code != 3 {
		t.Errorf("the child said %q and exited with %d; want terminated and 3", said, code)
	}
}

// Whatever ends the process that called Reexec, nothing is left behind.
func TestReexecedDiesWithItsParent(t *testing.T) {
	netlabtest.Need(t)
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe")
	cmd.Env = append(os.Environ(), childVariable+"=nested")
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	lines := bufio.NewScanner(stdout)
	if !lines.Scan() || lines.Text() != "ready" {
		t.Fatalf("child said %q", lines.Text())
	}
	must(t, cmd.Process.Kill())
	if lines.Scan(); lines.Text() != "terminated" {
		t.Errorf("child said %q; want terminated", lines.Text())
	}
	_ = cmd.Wait() // killed, as we know
}

// A namespace is ours because of what it is: whoever merely inherits the
// variable of Reexec is not inside, and neither makes a lab.
func TestInsideIsNotInherited(t *testing.T) {
	netlabtest.Need(t)
	here, err := os.Readlink("/proc/self/ns/net")
	must(t, err)
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe")
	cmd.Env = append(os.Environ(), childVariable+"=report", "GREYLAG_NETLAB="+here)
	out, _ := cmd.Output()
	var got childReport
	must(t, json.Unmarshal(out, &got))
	if got.Inside {
		t.Errorf("a process in our own namespace %s thinks it is inside", here)
	}
	t.Setenv("GREYLAG_NETLAB", here)
	if _, err := netlab.New(); err == nil || !strings.Contains(err.Error(), "netlab.Reexec") {
		t.Errorf("New outside: %v; want what to do", err)
	}
}

func TestAvailableAgrees(t *testing.T) {
	netlabtest.Need(t)
	start := time.Now()
	if err := netlab.Available(); err != nil {
		t.Errorf("we are inside, and yet: %v", err)
	}
	t.Logf("found out in %v", time.Since(start))
}
