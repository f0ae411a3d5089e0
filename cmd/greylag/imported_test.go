package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// Import, lint, headless, unedited, in a network of namespaces made from the very
// configurations that are imported.
func TestImportLintHeadless(t *testing.T) {
	f := newImportedFleet(t)
	said, code := f.command("fra1", f.dir, "lint", "-c", "fra1.toml")
	compareGolden(t, filepath.Join(routersDir, "lint.txt"), said)
	if code != 2 {
		t.Errorf("lint: exit %d, want 2", code)
	}
	spokes := f.startSpokes()
	primary := f.lineTo(f.primary("seoul").Destination)
	hub := f.start("fra1", "headless", "-c", "fra1.toml", "--for", "20s", "--every", "1h")

	for _, name := range []string{"fra1-seoul-Tunnel17", "fra1-seoul-Tunnel18", "fra1-oslo"} {
		hub.first(toState(name, fleet.Up))
	}
	primary.setUp(false)
	if on := hub.next(toPath("seoul", fleet.PathBackup)); on.Active != "fra1-seoul-Tunnel18" || on.Protected {
		t.Errorf("cut off from its primary seoul has %q, protected: %v; want fra1-seoul-Tunnel18, and not", on.Active, on.Protected)
	}
	f.checkCut(hub.first(toState("fra1-seoul-Tunnel17", fleet.Down)))
	primary.setUp(true)
	hub.next(toPath("seoul", fleet.PathPrimary))
	hub.first(toState("fra1-lima", fleet.Down))

	report := hub.end()
	compareGolden(t, filepath.Join(routersDir, "headless.txt"), standings(report))
	// The black hole is one-sided (R13): the hub answers lima's own keepalives.
	if got := tunnelOf(t, report, "fra1-lima"); got.PeerReflected == 0 {
		t.Error("the hub has answered none of lima's keepalives")
	}
	if got := tunnelOf(t, spokes["lima"].end(), "lima-fra1"); got.State != fleet.Up {
		t.Errorf("lima has its tunnel %s, %s: %s; want it up", got.State, got.Reason, got.Detail)
	}
}

// tunnelOf is what was said last of a tunnel.
func tunnelOf(t *testing.T, report []stream.Record, name string) *fleet.TunnelReport {
	t.Helper()
	for _, r := range slices.Backward(report) {
		if r.Tunnel != nil && r.Tunnel.Tunnel.Name == name {
			return r.Tunnel
		}
	}
	t.Fatalf("nothing is said of %s", name)
	return nil
}

// importedFleet is a network of routers, with the inventories imported for each.
type importedFleet struct {
	*routerNet
	dir string           // of ROUTER.toml
	hub *fleet.Inventory // fra1's, to know what the far ends are
}

func newImportedFleet(t *testing.T) *importedFleet {
	f := &importedFleet{routerNet: newRouterNet(t), dir: t.TempDir()}
	for name := range f.routers {
		text, code := f.command(name, routersDir, append([]string{"import", "ios", "--as", name}, f.files...)...)
		if code != 0 {
			t.Fatalf("import --as %s: exit %d: %s", name, code, text)
		}
		writeFile(t, f.file(name), string(text))
	}
	f.hub = loadInventory(t, f.file("fra1"))
	return f
}

func (f *importedFleet) file(name string) string { return filepath.Join(f.dir, name+".toml") }

// command runs the program in a router's namespace to its end.
func (f *importedFleet) command(name, dir string, args ...string) (stdout []byte, code int) {
	f.t.Helper()
	cmd := program(f.t, args...)
	var out, said bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &said
	f.do(f.routers[name].host.Do(cmd.Start))
	_ = cmd.Wait() // the exit code is looked at
	notes := ""
	if args[0] == "import" {
		notes = "fra1.cfg:61: Tunnel100 left out: multipoint GRE has no keepalives (R15)\n"
	}
	if said.String() != notes {
		f.t.Errorf("%s at %s said %q, want %q", args[0], name, said.String(), notes)
	}
	return out.Bytes(), cmd.ProcessState.ExitCode()
}

// primary is the hub's tunnel of rank 1 to a spoke.
func (f *importedFleet) primary(spoke string) *fleet.Tunnel {
	i := slices.IndexFunc(f.hub.Tunnels, func(t fleet.Tunnel) bool { return t.Spoke == spoke && t.Rank == 1 })
	return &f.hub.Tunnels[i]
}

// startSpokes starts greylag at each spoke, as its configuration has it.
func (f *importedFleet) startSpokes() map[string]*member {
	f.t.Helper()
	members := map[string]*member{}
	for name := range f.routers {
		if name == "fra1" {
			continue
		}
		args := []string{"headless", "-c", name + ".toml", "--every", "1h"}
		switch peer := f.primary(name).Peer; {
		case peer.URPF != "off":
			f.dropAnswers(name)
		case peer.KeepaliveInterval == 0:
			args = []string{"reflect", "-c", name + ".toml", "--every", "200ms"}
		}
		members[name] = f.start(name, args...)
	}
	for _, m := range members {
		m.record() // it is at work
	}
	return members
}

// dropAnswers makes a spoke's greylag do as a router whose tunnel has unicast RPF
// (R17): its own keepalives go out, and of the hub's the answer is dropped.
func (f *importedFleet) dropAnswers(name string) {
	text, err := os.ReadFile(f.file(name))
	f.do(err)
	writeFile(f.t, f.file(name), string(text)+"\n[engine]\nreflect = false\n")
}

// checkCut looks at why the primary went down: the provider tells the hub.
func (f *importedFleet) checkCut(down *fleet.Event) {
	f.t.Helper()
	gateway := f.routers["fra1"].routes[0].gateway.String()
	if down.Reason != fleet.ReasonUnreachable || !strings.Contains(down.Detail, gateway) {
		f.t.Errorf("seoul's primary is down by %q, %q; want %q, and who said it, %s", down.Reason, down.Detail, fleet.ReasonUnreachable, gateway)
	}
}

func toState(tunnel string, to fleet.State) func(*fleet.Event) bool {
	return func(e *fleet.Event) bool { return e.Tunnel == tunnel && e.To == to }
}

func toPath(spoke string, to fleet.Path) func(*fleet.Event) bool {
	return func(e *fleet.Event) bool { return e.Spoke == spoke && e.ToPath == to }
}

// standings is a report in a line for each tunnel and spoke, without its figures.
func standings(report []stream.Record) []byte {
	var b bytes.Buffer
	for _, r := range report {
		if t := r.Tunnel; t != nil {
			detail, _, _ := strings.Cut(t.Detail, ";")
			fmt.Fprintf(&b, "%s rank %d: %s, %q, %q, advice %v\n", t.Tunnel.Name, t.Tunnel.Rank, t.State, t.Reason, detail, rules(t.Advice))
		}
		if s := r.Spoke; s != nil {
			fmt.Fprintf(&b, "%s: %s by %q, protected: %v\n", s.Spoke.Name, s.Path, s.Active, s.Protected)
		}
	}
	return b.Bytes()
}

func rules(all []fleet.Advice) (list []string) {
	for _, a := range all {
		list = append(list, a.Rule)
	}
	return list
}

// member is greylag at work at one of the routers.
type member struct {
	*running
	t       *testing.T
	records *stream.Decoder
	events  []fleet.Event
}

// start starts the program in a router's namespace.
func (f *importedFleet) start(name string, args ...string) *member {
	f.t.Helper()
	args[2] = filepath.Join(f.dir, args[2])
	r := startIn(f.t, f.routers[name].host.Do, 3*soon, args...)
	f.t.Cleanup(func() { _ = r.Process.Kill(); _ = r.Wait() })
	return &member{running: r, t: f.t, records: stream.NewDecoder(r.out)}
}

func (m *member) record() stream.Record {
	m.t.Helper()
	r, err := m.records.Next()
	if err != nil {
		m.t.Fatalf("%v: %v; said %q; events so far: %+v", m.Args[1:], err, m.stderr.String(), m.events)
	}
	return r
}

// next reads up to a wanted event.
func (m *member) next(wanted func(*fleet.Event) bool) *fleet.Event {
	m.t.Helper()
	for {
		if e := m.record().Event; e != nil {
			m.events = append(m.events, *e)
			if wanted(e) {
				return e
			}
		}
	}
}

// first is the first wanted event, which may have been read already.
func (m *member) first(wanted func(*fleet.Event) bool) *fleet.Event {
	m.t.Helper()
	if i := slices.IndexFunc(m.events, func(e fleet.Event) bool { return wanted(&e) }); i >= 0 {
		return &m.events[i]
	}
	return m.next(wanted)
}

// end ends the program by a signal, and returns its last report.
func (m *member) end() (last []stream.Record) {
	m.t.Helper()
	if err := m.Process.Signal(syscall.SIGTERM); err != nil {
		m.t.Fatal(err)
	}
	for {
		r, err := m.records.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			m.t.Fatal(err)
		}
		last = append(last, r)
	}
	m.quietly(m.t)
	return last
}
