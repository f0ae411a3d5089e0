package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

const unitFile = "packaging/greylag.service"

// directives are a unit's by their names, each with its values in their order.
type directives map[string][]string

func readUnit(t *testing.T) directives {
	t.Helper()
	text, err := os.ReadFile(unitFile)
	if err != nil {
		t.Fatal(err)
	}
	unit := directives{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == '[' {
			continue
		}
		key, value, is := strings.Cut(line, "=")
		if !is {
			t.Errorf("%s: %q is no directive", unitFile, line)
		}
		unit[key] = append(unit[key], value)
	}
	return unit
}

// one is the value of what may be given only once.
func (d directives) one(t *testing.T, key string) string {
	t.Helper()
	if len(d[key]) != 1 {
		t.Fatalf("%s= is there %d times", key, len(d[key]))
	}
	return d[key][0]
}

// What the unit starts is a command line of this program, with files where the unit and
// the packages have them.
func TestUnitStartsTheProgram(t *testing.T) {
	unit := readUnit(t)
	words := strings.Fields(unit.one(t, "ExecStart"))
	root := (&app{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard}).root()
	c, args, err := root.Find(words[1:])
	if err != nil || c.Name() != "headless" {
		t.Fatalf("%q starts %s: %v", words, c.Name(), err)
	}
	if err := c.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	if rest := c.Flags().Args(); len(rest) > 0 {
		t.Errorf("%q is for nobody", rest)
	}
	packages, err := os.ReadFile("packaging/nfpm.yaml")
	if err != nil {
		t.Fatal(err)
	}
	given := map[string]string{}
	c.Flags().Visit(func(f *pflag.Flag) { given[f.Name] = f.Value.String() })
	for _, path := range []string{words[0], given["config"], "/usr/lib/systemd/system/greylag.service"} {
		if !strings.Contains(string(packages), "dst: "+path+",") {
			t.Errorf("the packages have no %s", path)
		}
	}
	for flag, dir := range map[string]string{
		"socket":  "/run/" + unit.one(t, "RuntimeDirectory"),
		"journal": "/var/lib/" + unit.one(t, "StateDirectory"),
	} {
		if path := given[flag]; filepath.Dir(path) != dir {
			t.Errorf("--%s %s is not in %s", flag, path, dir)
		}
	}
}

// The unit gives the one capability, and nothing that is known to break raw sockets or
// systemd 252.
func TestUnitConfines(t *testing.T) {
	unit := readUnit(t)
	for key, want := range map[string]string{
		"Type": "notify", "ExecReload": "/bin/kill -HUP $MAINPID", "StandardOutput": "null",
		"DynamicUser": "yes", "AmbientCapabilities": "CAP_NET_RAW", "CapabilityBoundingSet": "CAP_NET_RAW",
		"NoNewPrivileges": "yes", "ProtectSystem": "strict", "Restart": "on-failure",
		"RestartPreventExitStatus": strings.Join([]string{strconv.Itoa(exitUsage), strconv.Itoa(exitForbidden), strconv.Itoa(exitInventory)}, " "),
	} {
		if got := unit.one(t, key); got != want {
			t.Errorf("%s=%s, want %s", key, got, want)
		}
	}
	for _, key := range []string{"PrivateUsers", "ProcSubset", "PrivateNetwork"} {
		if values := unit[key]; values != nil {
			t.Errorf("%s=%s breaks greylag", key, values)
		}
	}
	for _, family := range []string{"AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK"} {
		if !strings.Contains(unit.one(t, "RestrictAddressFamilies")+" ", family+" ") {
			t.Errorf("no socket of %s can be opened", family)
		}
	}
	if !slices.Contains(unit["SystemCallFilter"], "setpriority") {
		t.Error("hooks cannot be given a lower priority than greylag's own: setpriority is one of @resources")
	}
	if !slices.Contains(unit["SystemCallFilter"], "sched_setattr prlimit64") || unit.one(t, "LimitRTPRIO") != "1" || unit["RestrictRealtime"] != nil {
		t.Error("an inventory that says real_time = true is not obeyed")
	}
	if seconds, err := strconv.Atoi(unit.one(t, "WatchdogSec")); err != nil || seconds < 10 {
		t.Errorf("WatchdogSec=%s; a sign of life comes each half of it", unit.one(t, "WatchdogSec"))
	}
}

// systemd reads the unit without a word, and scores it 2.0 or better.
func TestSystemdLikesTheUnit(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip(err)
	}
	text, err := os.ReadFile(unitFile)
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Executable() // it must be there, and executable
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "greylag.service")
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), "=/usr/bin/greylag ", "="+here+" ", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.Command(analyze, "verify", "--man=no", file).CombinedOutput(); err != nil || len(said) > 0 {
		t.Errorf("systemd-analyze verify: %v: %s", err, said)
	}
	said, err := exec.Command(analyze, "security", "--offline=true", "--threshold=20", file).CombinedOutput()
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	t.Log(lines[len(lines)-1])
	if err != nil {
		t.Errorf("systemd-analyze security: %v\n%s", err, said)
	}
}
