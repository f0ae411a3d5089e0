package hostcheck

import (
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"

	"greylag/probe"
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

// For a tunnel the addresses and options are filled in, and nothing else differs.
func TestPeerLinuxOf(t *testing.T) {
	tunnel := probe.Tunnel{
		Source: netip.MustParseAddr("192.0.2.10"), Destination: netip.MustParseAddr("198.51.100.17"),
		Key: 1017, HasKey: true, Checksum: true, Sequence: true,
	}
	script, err := PeerLinuxOf(&tunnel, "gre1")
	must(t, err)
	blank, err := PeerLinux("gre1")
	must(t, err)
	_, rest, _ := strings.Cut(blank, "ttl 255\n")
	const head = "HERE=198.51.100.17\nHUB=192.0.2.10\n\n# The tunnel.\n" +
		"ip link add gre1 type gre local $HERE remote $HUB ttl 255 key 1017 csum seq\n"
	if !strings.HasSuffix(script, head+rest) {
		t.Errorf("%s", script)
	}
	tunnel = probe.Tunnel{Source: tunnel.Source, Destination: tunnel.Destination, ReplyTo: netip.MustParseAddr("203.0.113.9")}
	if script, err = PeerLinuxOf(&tunnel, "gre1"); err != nil || !strings.Contains(script, "HUB=203.0.113.9\n") || !strings.Contains(script, "ttl 255\n") {
		t.Errorf("%v: %s", err, script)
	}
	if _, err := PeerLinuxOf(&tunnel, "gre 1"); err == nil {
		t.Error("no error for a name that no interface can have")
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
