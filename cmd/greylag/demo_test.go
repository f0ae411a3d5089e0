package main

import (
	"bufio"
	"bytes"
	"context"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"greylag/fleet"
	"greylag/fleet/stream"
	"greylag/probe/netlab"
)

// asProgram makes the test binary the program: the demo starts itself anew.
const asProgram = "GREYLAG_TEST_AS_PROGRAM"

func init() {
	if os.Getenv(asProgram) != "" {
		tellHealth()
		main()
	}
}

// program prepares the program with these arguments, outside any laboratory that
// the tests themselves may run in.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	if testing.Short() {
		t.Skip("takes seconds of real time")
	}
	if err := netlab.Available(); err != nil {
		t.Skip(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GREYLAG_NETLAB=") })
	cmd.Env = append(cmd.Env, asProgram+"=1")
	return cmd
}

func TestDemoCommandLine(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"demo", "--tunnels=0"}, "--tunnels 0 is not within 1 and 20000 (see: greylag demo --help)\n"},
		{[]string{"demo", "--tunnels", "20001"}, "--tunnels 20001 is not within 1 and 20000 (see: greylag demo --help)\n"},
		{[]string{"demo", "--every", "1ms"}, "--every 1ms is too often: 100ms is the least (see: greylag demo --help)\n"},
		{[]string{"demo", "--for=-1s"}, "--for -1s is negative (see: greylag demo --help)\n"},
	} {
		var stdout, stderr bytes.Buffer
		code := run(context.Background(), c.args, nil, &stdout, &stderr)
		if code != exitUsage || stderr.String() != c.want || stdout.Len() > 0 {
			t.Errorf("%v: exit %d, %q, want %d, %q", c.args, code, stderr.String(), exitUsage, c.want)
		}
	}
}

func TestAgainIsTheSameCommandLine(t *testing.T) {
	a := &app{}
	c := a.demo()
	if err := c.ParseFlags([]string{"--tunnels", "7", "--headless", "--for", "90s"}); err != nil {
		t.Fatal(err)
	}
	want := []string{"demo", "--for=1m30s", "--headless=true", "--tunnels=7"}
	if diff := cmp.Diff(want, again("demo", c.Flags())); diff != "" {
		t.Error(diff)
	}
}

// The whole way: namespaces, raw sockets, the kernel between them.
func TestDemoInANamespace(t *testing.T) {
	cmd := program(t, "demo", "--headless", "--every", "1s")
	t.Parallel()
	stdout, stderr := runUntilWritten(t, cmd, `"spoke":"seoul","from":"backup","to":"primary"`)
	if !strings.Contains(stderr, "real GRE keepalives through raw sockets") {
		t.Errorf("said %q, want that the packets are real", stderr)
	}
	records := decodeAll(t, strings.NewReader(stdout))
	tunnels, spokes := changes(records, records[0].Hello.Time)
	checkTunnels(t, map[string][]seen{"fra1-seoul": reached(tunnels["fra1-seoul"])}, map[string][]change{
		"fra1-seoul": {roomy(contact()), roomy(down("up", urpfOn, "black-hole")), roomy(up(urpfOff))},
	})
	want := []string{"pending -> primary fra1-seoul", "primary -> backup iad1-seoul", "backup -> primary fra1-seoul"}
	if diff := cmp.Diff(want, spokes["seoul"]); diff != "" {
		t.Errorf("paths of seoul (-want +got):\n%s", diff)
	}
	checkReal(t, records)
}

// runUntilWritten runs a program until its standard output matches a pattern, and
// interrupts it.
func runUntilWritten(t *testing.T, cmd *exec.Cmd, pattern string) (stdout, stderr string) {
	t.Helper()
	w := &awaited{wanted: []*regexp.Regexp{regexp.MustCompile(pattern)}, come: make(chan struct{})}
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &watched{out: &out, by: w}, &said
	if err := w.run(cmd); err != nil {
		t.Fatalf("%v: %s", err, said.String())
	}
	return out.String(), said.String()
}

// roomy allows for a real machine, which may be as late as it likes: that greylag is in
// time where the machine is, TestSimulatedFirstMinute knows.
func roomy(c change) change {
	c.after -= 50 * time.Millisecond
	c.till += soon
	return c
}

// reached are the changes of a tunnel for which it is no matter whether it is degraded,
// as a machine that is late may make it.
func reached(list []seen) (kept []seen) {
	for _, s := range list {
		s.what = strings.ReplaceAll(s.what, "degraded", "up")
		if !strings.HasPrefix(s.what, "up -> up") {
			kept = append(kept, s)
		}
	}
	return kept
}

// checkReal looks at the last report, some 15 s after the start. A machine that is late
// may make any tunnel degraded.
func checkReal(t *testing.T, records []stream.Record) {
	t.Helper()
	last := map[string]*fleet.TunnelReport{}
	for i := range records {
		if r := records[i].Tunnel; r != nil {
			last[r.Tunnel.Name] = r
		}
	}
	for name, r := range last {
		want := []fleet.State{fleet.Up, fleet.Degraded}
		switch name {
		case "iad1-cairo":
			want = []fleet.State{fleet.Down}
		case "lte-quito":
			want = []fleet.State{fleet.Disabled}
		}
		if !slices.Contains(want, r.State) {
			t.Errorf("%s is %s (%s), want %v", name, r.State, r.Detail, want)
		}
	}
	// Round trips through the kernel take a little longer than on paper.
	for name, least := range map[string]time.Duration{"fra1-oslo": 12 * time.Millisecond, "lte-sydney": 180 * time.Millisecond} {
		if r := last[name]; r.RTT.Min < least || r.RTT.Min > least+100*time.Millisecond || r.Sent < 8 {
			t.Errorf("%s: %d sent, round trip %v, want at least 8 in %v", name, r.Sent, r.RTT.Min, least)
		}
	}
	if r := last["fra1-nairobi"]; r.PeerReflected < 4 || r.PeerInterval < 1500*time.Millisecond {
		t.Errorf("nairobi's own keepalives: %d every %v, want at least 4 every 2 s", r.PeerReflected, r.PeerInterval)
	}
}

// Ctrl-C in a terminal reaches both processes.
func TestDemoEndsByInterrupt(t *testing.T) {
	cmd := program(t, "demo", "--tunnels", "3")
	t.Parallel()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stuck := time.AfterFunc(soon, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer stuck.Stop()
	var last string
	interrupt := sync.OnceFunc(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		last = lines.Text()
		if strings.Contains(last, "  UP  ") {
			interrupt()
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("ended with %v, want exit 0", err)
	}
	if !strings.Contains(last, "  END       after ") {
		t.Errorf("the last line is %q, want the end", last)
	}
}

// The script takes the address away from one tunnel, not from a hub.
func TestDemoSourcesAreApart(t *testing.T) {
	users := map[netip.Addr]int{}
	for _, tun := range newDemoFleet(24).inv.Tunnels {
		users[tun.Source]++
	}
	if users[demoOwnSource] != 1 {
		t.Errorf("%d tunnels have the source %v, want the one that the script takes it from", users[demoOwnSource], demoOwnSource)
	}
}
