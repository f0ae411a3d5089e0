package main

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/probe/netlab"
)

// The fault suite's part for the program itself (the rest is package probe's):
// what a host can do to a process.

var hostFaults = []struct {
	name string
	// shell goes before the program's command line.
	shell string
	// strike does something to the process at work.
	strike func(t *testing.T, p *os.Process)
}{
	{"stopped by SIGSTOP", "", stopFor(2 * time.Second)},
	{"all CPUs busy at the same priority", "", busyCPUs},
	{"no file descriptor to spare", "ulimit -n 23;", nil},
	{"memory limited by the address space", "ulimit -v 2000000;", nil},
	{"memory limited by GOMEMLIMIT", "export GOMEMLIMIT=1MiB;", nil}, // less than it needs: it collects all the time
}

// stopFor stops the process for many times the retries, and lets it go on.
func stopFor(d time.Duration) func(*testing.T, *os.Process) {
	return func(t *testing.T, p *os.Process) {
		for _, s := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGCONT} {
			if err := p.Signal(s); err != nil {
				t.Fatal(err)
			}
			if s == syscall.SIGSTOP {
				time.Sleep(d)
			}
		}
		time.Sleep(500 * time.Millisecond) // for what it may say of it
	}
}

// busyCPUs has two processes for each CPU compute for a while.
func busyCPUs(t *testing.T, _ *os.Process) {
	var all []*exec.Cmd
	for range 4 {
		c := exec.CommandContext(t.Context(), "/bin/sh", "-c", "while :; do :; done")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	time.Sleep(1500 * time.Millisecond)
	for _, c := range all {
		_ = c.Process.Kill()
		_ = c.Wait()
	}
}

const (
	faultTunnels  = 50
	faultInterval = 200 * time.Millisecond
)

// faultFleet writes an inventory of tunnels to far ends that can be cut.
func faultFleet(t *testing.T) (file string, far *severable) {
	t.Helper()
	needSockets(t)
	far = &severable{}
	prefix := netip.MustParsePrefix("10.64.0.0/24")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(theLab.FarPrefix(prefix))
	t.Cleanup(func() { must(theLab.Underlay().RemoveRoute(prefix)) })
	server, err := theLab.Serve(t.Context(), func([4]byte) netlab.Responder { return far })
	must(err)
	t.Cleanup(func() { must(server.Close()) })
	var text strings.Builder
	for i := range faultTunnels {
		fmt.Fprintf(&text, "[[tunnel]]\nname = \"t%d\"\nsource = %q\ndestination = %q\ninterval = %q\nretries = 3\n\n",
			i, theLab.Underlay().Near().Addr(), cutAddress(i), faultInterval)
	}
	file = filepath.Join(t.TempDir(), "fleet.toml")
	must(os.WriteFile(file, []byte(text.String()), 0o644))
	return file, far
}

// Whatever a host does to the program, nobody is called down for it, and who is cut
// off is all the same.
func TestHostFaults(t *testing.T) {
	for _, c := range hostFaults {
		t.Run(c.name, func(t *testing.T) {
			if raceEnabled && strings.Contains(c.shell, "ulimit -v") {
				t.Skip("the race detector needs more address space than that")
			}
			file, far := faultFleet(t)
			self := program(t, "headless", "--events", "-c", file)
			cmd := exec.Command("/bin/sh", append([]string{"-c", c.shell + ` exec "$@"`, "sh", self.Path}, self.Args[1:]...)...)
			cmd.Env = self.Env
			out, in, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			var said strings.Builder
			cmd.Stdout, cmd.Stderr = in, &said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			in.Close()
			l := newListener()
			read := make(chan struct{})
			go func() { defer close(read); l.read(t, out) }()
			t.Cleanup(func() {
				_ = cmd.Process.Kill()
				<-read
				out.Close()
				if t.Failed() {
					_ = cmd.Wait()
					t.Logf("it said %q", said.String())
				}
			})

			l.await(t, "up", fleet.Up, faultTunnels)
			if c.strike != nil {
				c.strike(t, cmd.Process)
			}
			if n := l.count(fleet.Down); n > 0 {
				t.Errorf("%d are called down", n)
			}
			l.forget()
			far.set(true)
			l.await(t, "down", fleet.Down, faultTunnels)
			far.set(false)
			l.await(t, "up again", fleet.Up, faultTunnels)
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil || said.Len() > 0 {
				t.Errorf("ended with %v, said %q; want exit 0 and silence", err, said.String())
			}
		})
	}
}

// With fewer file descriptors than it needs the program says what it could not
// open, and ends.
func TestTooFewDescriptors(t *testing.T) {
	needSockets(t)
	self := program(t, "headless", "-c", ownFleet(t, 40), "--for", "300ms")
	for n := 11; n <= 13; n++ {
		cmd := exec.Command("/bin/sh", append([]string{"-c", fmt.Sprintf(`ulimit -n %d; exec "$@"`, n), "sh", self.Path}, self.Args[1:]...)...)
		cmd.Env = self.Env
		said, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != exitFailure || !strings.HasSuffix(string(said), ": too many open files\n") || strings.Count(string(said), "\n") != 1 {
			t.Errorf("%d descriptors: exit %d, said %q; want %d and what could not be opened", n, code, said, exitFailure)
		}
	}
}
