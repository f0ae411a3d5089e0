package main

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greylag/probe/netlab"
	"greylag/probe/netlab/netlabtest"
)

// twoJumps is a far end with two tunnels, and two hosts that watch them by networks of
// their own, each with a socket. The far end has no way back to jump2 for tunnel b.
type twoJumps struct {
	t       *testing.T
	far     *netlab.Host
	sockets [2]string
}

func newTwoJumps(t *testing.T) *twoJumps {
	t.Helper()
	needSockets(t)
	j := &twoJumps{t: t, far: netlabtest.Host(t)}
	j.do(j.far.AddAddress(netip.MustParsePrefix("10.99.0.1/32")))
	j.do(j.far.AddAddress(netip.MustParsePrefix("10.99.0.2/32")))
	reflector := startIn(t, j.far.Do, 2*soon, "reflect", "--peer", "10.90.0.0/15", "--every", "1h")
	j.endWith(reflector)
	for i := range j.sockets {
		j.sockets[i] = j.jump(i)
	}
	return j
}

// jump begins to watch from one more host, and returns its socket.
func (j *twoJumps) jump(i int) (socket string) {
	j.t.Helper()
	host, net := netlabtest.Host(j.t), 90+i
	j.do(netlab.Wire{
		{Host: host, Name: "wan", Address: prefixOf("10.%d.255.1/30", net)},
		{Host: j.far, Name: fmt.Sprintf("jump%d", i+1), Address: prefixOf("10.%d.255.2/30", net)},
	}.Connect())
	j.do(host.AddRoute(netip.MustParsePrefix("10.99.0.0/24"), netip.MustParseAddr(fmt.Sprintf("10.%d.255.2", net)), 1))
	dir := openDir(j.t)
	var inventory strings.Builder
	for k, name := range []string{"a", "b"} {
		j.do(host.AddAddress(prefixOf("10.%d.0.%d/32", net, k+1)))
		fmt.Fprintf(&inventory, "[[tunnel]]\nname = %q\nsource = \"10.%d.0.%d\"\ndestination = \"10.99.0.%d\"\ninterval = \"100ms\"\nretries = 2\n", name, net, k+1, k+1)
		if i == 0 || name == "a" {
			j.back(net, k+1)
		}
	}
	file := filepath.Join(dir, "fleet.toml")
	j.do(os.WriteFile(file, []byte(inventory.String()), 0o644))
	socket = filepath.Join(dir, "s")
	probing := startIn(j.t, host.Do, 2*soon, "headless", "-c", file, "--every", "200ms", "--socket", socket, "--socket-mode", "0666")
	j.endWith(probing)
	go func() {
		for probing.lines.Scan() { // nobody waits for it
		}
	}()
	return socket
}

// back gives the far end a way back to an address of a jump host.
func (j *twoJumps) back(net, k int) {
	j.t.Helper()
	j.do(j.far.AddRoute(prefixOf("10.%d.0.%d/32", net, k), netip.MustParseAddr(fmt.Sprintf("10.%d.255.1", net)), 1))
}

func (j *twoJumps) endWith(r *running) {
	j.t.Cleanup(func() {
		_ = r.Process.Kill()
		_ = r.Wait()
	})
}

func (j *twoJumps) do(err error) {
	j.t.Helper()
	if err != nil {
		j.t.Fatal(err)
	}
}

func prefixOf(format string, args ...any) netip.Prefix {
	return netip.MustParsePrefix(fmt.Sprintf(format, args...))
}

// from is a command with both sources.
func (j *twoJumps) from(command ...string) []string {
	return append(command, "--from", j.sockets[0], "--from", j.sockets[1])
}

// check is check over both, until its line contains what.
func (j *twoJumps) check(want int, what string) {
	j.t.Helper()
	var stdout, stderr bytes.Buffer
	for end := time.Now().Add(soon); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		stdout.Reset()
		stderr.Reset()
		code := run(context.Background(), j.from("check", "--timeout", "3s"), nil, &stdout, &stderr)
		if code == want && strings.Contains(stdout.String(), what) {
			return
		}
	}
	j.t.Errorf("check never said %q with exit %d; the last was %s%s", what, want, &stdout, &stderr)
}

// Two hosts have different views of one far end, and a terminal without any privilege is
// shown both: what they disagree about can be seen
// and filtered by in one terminal, check says so, and the merged stream; and that it is
// over.
func TestTwoVantagePoints(t *testing.T) {
	j := newTwoJumps(t)
	for _, socket := range j.sockets {
		awaitFile(t, socket)
	}
	j.check(checkCritical, "1 of 2 tunnels down: b (silent); hosts disagree about 1 tunnel: b (up from ")

	merged := startIn(t, func(f func() error) error { return f() }, 2*soon, j.from("headless", "--every", "200ms")...)
	j.endWith(merged)
	merged.until(t, `"service":"vantage","tunnel":"b","from":"agree","to":"disagree","trouble":true,"detail":"up from `)

	term := onTerminal(t, nil, j.from("tui")...)
	term.await("⇅ 1")
	term.await("down from ")
	term.press("/disagree:yes\r")
	term.await("1 of 2")
	term.press("v")
	term.await("sees the fleet")

	j.back(91, 2)
	merged.until(t, `"service":"vantage","tunnel":"b","from":"disagree","to":"agree"`)
	term.await("Nothing matches the filter.")
	term.press("q")
	term.quietly()
	j.check(checkOK, "2 tunnels up")
}

// awaitFile waits until there is a file.
func awaitFile(t *testing.T, path string) {
	t.Helper()
	for end := time.Now().Add(soon); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(path); err == nil {
			return
		}
	}
	t.Fatalf("%s does not appear", path)
}
