package advise

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"

	"greylag/fleet"
)

var update = flag.Bool("update", false, "write the golden file")

// TestText holds every text against testdata/findings.golden, where a person
// has read them.
func TestText(t *testing.T) {
	peers := []struct {
		title  string
		change func(*fleet.Peer)
	}{
		{"everything", func(p *fleet.Peer) { *p = *worst() }},
		{"loose, two VRFs", func(p *fleet.Peer) { p.URPF, p.FrontVRF, p.InsideVRF = "loose", "red", "blue" }},
		{"the global table inside", func(p *fleet.Peer) { p.FrontVRF = "red" }},
		{"the global table in front", func(p *fleet.Peer) { p.InsideVRF = "red" }},
	}
	var out strings.Builder
	for _, p := range peers {
		peer := sound()
		p.change(peer)
		inv, tun := tunnelTo(peer)
		write(&out, p.title, Tunnel(inv, tun))
	}
	for _, c := range combinations {
		peer := sound()
		peer.IPsec = c.far
		inv, tun := tunnelTo(peer)
		inv.Hubs[0].IPsec = c.near
		write(&out, fmt.Sprintf("IPsec: far end %q, this end %q", c.far, c.near), Tunnel(inv, tun))
	}
	peer := sound()
	peer.ACLPermitsGRE = false
	inv, tun := tunnelTo(peer)
	tun.ReplyTo = netip.MustParseAddr("203.0.113.9")
	write(&out, "behind NAT", Tunnel(inv, tun))
	compare(t, "testdata/findings.golden", out.String())
}

func write(out *strings.Builder, title string, findings []Finding) {
	fmt.Fprintf(out, "== %s\n", title)
	for _, f := range findings {
		fmt.Fprintf(out, "%s %s: %s\n    fix: %s\n", f.Rule, f.Severity, f.Message, f.Fix)
	}
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("differs from %s (see with -update and git diff):\n%s", file, got)
	}
}
