package main

import (
	"cmp"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"greylag/fleet"
	"greylag/fleet/inventory"
)

// importableFleet has what routers can have, apart from crypto maps: of those
// packet --ios shows the access list, and the rest is the reader's.
const importableFleet = `
[[hub]]
name   = "fra1"
source = "192.0.2.10"
ipsec  = "tunnel-protection"

[[tunnel]]
name        = "protected"
hub         = "fra1"
spoke       = "seoul"
destination = "198.51.100.17"
key         = 0
interval    = "5s"
retries     = 4
[tunnel.peer]
keepalive   = "32767 255"
ipsec       = "tunnel-protection"
front_vrf   = "INTERNET"
inside_vrf  = "BLUE"
key         = 0
checksum    = false
sequence    = false

[[tunnel]]
name        = "unlike its hub's"
hub         = "fra1"
spoke       = "busan"
destination = "198.51.100.18"
key         = 4294967295
checksum    = true
sequence    = true
ipsec       = "none"
[tunnel.peer]
keepalive   = ""
key         = 4294967295
checksum    = true
sequence    = true

[[tunnel]]
name        = "without a hub"
source      = "192.0.2.11"
destination = "198.51.100.19"
[tunnel.peer]
keepalive   = "1 1"
key         = "none"
checksum    = false
sequence    = false
`

// What packet --ios says to configure is, imported, the same tunnel: of an inventory
// that somebody wrote, and of one that was imported.
func TestPacketIOSImportedAgain(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(routersDir, "*.cfg"))
	if err != nil {
		t.Fatal(err)
	}
	imported, _ := runs(t, 0, nil, append([]string{"import", "ios", "--as", "fra1"}, files...)...)
	for _, text := range []string{importableFleet, imported} {
		file := filepath.Join(t.TempDir(), "fleet.toml")
		writeFile(t, file, text)
		inv := loadInventory(t, file)
		for i := range inv.Tunnels {
			t.Run(inv.Tunnels[i].Name, func(t *testing.T) { checkImportedAgain(t, file, inv, &inv.Tunnels[i]) })
		}
	}
}

func checkImportedAgain(t *testing.T, file string, inv *fleet.Inventory, want *fleet.Tunnel) {
	t.Helper()
	lines, _ := runs(t, 0, nil, "packet", "--ios", "-c", file, want.Name)
	ends := strings.Split(lines, "! ---- ") // what it is, this end, the far end, a Linux host
	if len(ends) != 4 {
		t.Fatalf("%d parts, want 4:\n%s", len(ends), lines)
	}
	dir := t.TempDir()
	near, far, again := filepath.Join(dir, "near.cfg"), filepath.Join(dir, "far.cfg"), filepath.Join(dir, "again.toml")
	writeFile(t, near, "! "+ends[1])
	writeFile(t, far, "! "+ends[2])
	text, said := runs(t, 0, nil, "import", "ios", near, far, "--as", "near")
	writeFile(t, again, text)
	got := loadInventory(t, again)
	if len(got.Tunnels) != 1 || said != "" {
		t.Fatalf("%d tunnels imported, want 1; said %q:\n%s", len(got.Tunnels), said, text)
	}
	addresses := gocmp.Comparer(func(a, b netip.Addr) bool { return a == b })
	if diff := gocmp.Diff(configured(inv, want), configured(got, &got.Tunnels[0]), addresses); diff != "" {
		t.Errorf("-declared +imported:\n%s\nfrom\n%s", diff, lines)
	}
}

// configured is the part of a tunnel that is in routers' configurations as they
// should be: without unicast RPF (R17). Of this end nothing declared is nothing
// configured.
func configured(inv *fleet.Inventory, from *fleet.Tunnel) fleet.Tunnel {
	peer := *from.Peer
	peer.URPF = "off"
	ipsec := from.IPsec
	for _, h := range inv.Hubs {
		if ipsec == fleet.IPsecUndeclared && h.Name == from.Hub {
			ipsec = h.IPsec
		}
	}
	return fleet.Tunnel{
		Source: from.Source, Destination: from.Destination, Interval: from.Interval, Retries: from.Retries,
		Key: from.Key, HasKey: from.HasKey, Checksum: from.Checksum, Sequence: from.Sequence,
		Enabled: from.Enabled, IPsec: cmp.Or(ipsec, fleet.IPsecNone), Peer: &peer,
	}
}

// A tunnel's own protection goes before its hub's, as lint has it.
func TestNearIPsec(t *testing.T) {
	inv := &fleet.Inventory{Hubs: []fleet.Hub{{Name: "fra1", IPsec: fleet.CryptoMap}, {Name: "plain"}}}
	for _, c := range []struct {
		hub       string
		own, want fleet.IPsec
	}{
		{"fra1", fleet.IPsecUndeclared, fleet.CryptoMap},
		{"fra1", fleet.TunnelProtected, fleet.TunnelProtected},
		{"fra1", fleet.IPsecNone, fleet.IPsecNone},
		{"plain", fleet.IPsecUndeclared, fleet.IPsecUndeclared},
		{"", fleet.IPsecUndeclared, fleet.IPsecUndeclared},
		{"", fleet.CryptoMap, fleet.CryptoMap},
	} {
		if got := nearIPsec(inv, &fleet.Tunnel{Hub: c.hub, IPsec: c.own}); got != c.want {
			t.Errorf("hub %q, own %q: %q, want %q", c.hub, c.own, got, c.want)
		}
	}
}

func loadInventory(t *testing.T, file string) *fleet.Inventory {
	t.Helper()
	inv, err := inventory.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

func writeFile(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
