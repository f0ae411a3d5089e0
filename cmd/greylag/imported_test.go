package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"greylag/fleet"
)

// Import, lint, headless, unedited, in a network of namespaces made from the very
// configurations that are imported.
func TestImportLintHeadless(t *testing.T) {
	t.Parallel() // in namespaces of its own
	f := newImportedFleet(t)
	f.checkLint()
	spokes := f.startSpokes()
	hub := f.start("fra1", "headless", "-c", "fra1.toml", "--every", "1h")
	for _, name := range []string{"fra1-seoul-Tunnel17", "fra1-seoul-Tunnel18", "fra1-oslo"} {
		hub.first(toState(name, fleet.Up))
	}
	f.cutPrimary(hub)
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

// checkLint compares what lint says of the hub's inventory before anything is sent.
func (f *importedFleet) checkLint() {
	f.t.Helper()
	said, code := f.command("fra1", f.dir, "lint", "-c", "fra1.toml")
	compareGolden(f.t, filepath.Join(routersDir, "lint.txt"), said)
	if code != 2 {
		f.t.Errorf("lint: exit %d, want 2", code)
	}
}

// cutPrimary cuts the line of seoul's primary tunnel and mends it, and looks at what
// the hub makes of it.
func (f *importedFleet) cutPrimary(hub *member) {
	f.t.Helper()
	const tries = 5 // a provider that a slow machine plays may tell too late
	for try := 1; ; try++ {
		down := f.cutOnce(hub)
		if f.isToldWhy(down) {
			return
		}
		if try == tries {
			f.t.Errorf("seoul's primary is down by %q, %q; want %q, and who said it", down.Reason, down.Detail, fleet.ReasonUnreachable)
			return
		}
	}
}

// cutOnce cuts that line, and mends it when seoul is on its backup.
func (f *importedFleet) cutOnce(hub *member) (down *fleet.Event) {
	f.t.Helper()
	primary, before := f.lineTo(f.primary("seoul").Destination), len(hub.events)
	primary.setUp(false)
	if on := hub.next(toPath("seoul", fleet.PathBackup)); on.Active != "fra1-seoul-Tunnel18" || on.Protected {
		f.t.Errorf("cut off from its primary seoul has %q, protected: %v; want fra1-seoul-Tunnel18, and not", on.Active, on.Protected)
	}
	down = hub.firstAfter(before, toState("fra1-seoul-Tunnel17", fleet.Down))
	primary.setUp(true)
	hub.next(toPath("seoul", fleet.PathPrimary))
	return down
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

// isToldWhy tells whether the provider has told the hub why the primary went down.
func (f *importedFleet) isToldWhy(down *fleet.Event) bool {
	gateway := f.routers["fra1"].routes[0].gateway.String()
	return down.Reason == fleet.ReasonUnreachable && strings.Contains(down.Detail, gateway)
}
