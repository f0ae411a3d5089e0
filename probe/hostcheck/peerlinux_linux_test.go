package hostcheck

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestPeerLinux(t *testing.T) {
	script, err := PeerLinux("gre1")
	must(t, err)
	compare(t, "testdata/peer-linux.golden", script)

	for name, want := range map[string]string{
		"":                 "an interface's name is needed, such as gre1",
		"..":               "an interface's name is needed, such as gre1",
		"sixteen-letters-": `interface name "sixteen-letters-" has more than 15 characters`,
		"gre 1":            `interface name "gre 1" has characters other than letters, digits, '.', '-' and '_'`,
		"$(reboot)":        `interface name "$(reboot)" has characters other than letters, digits, '.', '-' and '_'`,
	} {
		if _, err := PeerLinux(name); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", name, err, want)
		}
	}
}

// The script is one that a shell can read, its settings are the kernel's, and
// its rules are nft's.
func TestPeerLinuxOnThisKernel(t *testing.T) {
	newLab(t)
	script, err := PeerLinux("near1")
	must(t, err)
	if said, err := exec.Command("sh", "-n", "-c", script).CombinedOutput(); err != nil {
		t.Errorf("sh: %v: %s", err, said)
	}
	settings := 0
	for line := range strings.Lines(script) {
		if name, value, is := strings.Cut(strings.TrimSpace(line), " = "); is && strings.HasPrefix(name, "net.") {
			settings++
			set(t, name, value)
		}
	}
	if settings != 4 {
		t.Errorf("%d settings, want 4", settings)
	}
	needTool(t, "nft")
	load(t, "table inet filter { chain input { }; chain forward { }; }")
	rules := 0
	for line := range strings.Lines(script) {
		if rule, is := strings.CutPrefix(line, "#   nft "); is {
			rules++
			cmd := exec.Command("sh", "-c", "nft "+rule)
			cmd.Env = append(os.Environ(), "HUB=192.0.2.10")
			if said, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v: %s", rule, err, said)
			}
		}
	}
	if rules != 2 {
		t.Errorf("%d rules, want 2", rules)
	}
}
