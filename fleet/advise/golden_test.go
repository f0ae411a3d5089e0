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

// TestText holds every text of advice against testdata/advice.golden, where a
// person has read them. Those of the other rules are in the golden files of lint.
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
		inv, _ := tunnelTo(peer)
		write(&out, p.title, inv)
	}
	for _, c := range combinations {
		peer := sound()
		peer.IPsec = c.far
		inv, _ := tunnelTo(peer)
		inv.Hubs[0].IPsec = c.near
		write(&out, fmt.Sprintf("IPsec: far end %q, this end %q", c.far, c.near), inv)
	}
	peer := sound()
	peer.ACLPermitsGRE = false
	inv, tun := tunnelTo(peer)
	tun.ReplyTo = netip.MustParseAddr("203.0.113.9")
	write(&out, "behind NAT", inv)
	compare(t, "testdata/advice.golden", out.String())
}

func write(out *strings.Builder, title string, inv *fleet.Inventory) {
	fmt.Fprintf(out, "== %s\n", title)
	for _, a := range New(inv).Advice(0) {
		fmt.Fprintf(out, "%s: %s\n    fix: %s\n", a.Rule, a.Message, a.Fix)
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
