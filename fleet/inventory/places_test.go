package inventory

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// threeForms has a tunnel of each form. Its places were counted by hand.
const threeForms = `[defaults]
source = "192.0.2.1"
peer.urpf = "strict"
[[hub]]
name = "서울"
  ipsec = "none"
[[tunnel]]
name = "a"
destination = "198.51.100.1"
hub = "서울"
  [tunnel.peer]
  urpf = "off"
[engine]
# a comment
reflect = true
max_rate = 5
[[tunnel]]
destination = "198.51.100.2"
name = "b"
peer = { mode = "multipoint", "urpf" = "loose" }
[[tunnel]]
name = "c" # 서
destination = "198.51.100.3"
	peer.ipsec = "none"
`

func TestPlacesOfKeys(t *testing.T) {
	variants := map[string]string{
		"as it is": threeForms,
		"crlf":     strings.ReplaceAll(threeForms, "\n", "\r\n"),
		"bom":      byteOrderMark + threeForms,
	}
	for name, text := range variants {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "a.toml")
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			inv, p, err := LoadPlaced(file)
			if err != nil || len(inv.Tunnels) != 3 {
				t.Fatal(inv, err)
			}
			for what, c := range map[string]struct{ got, want Place }{
				"engine's key":         {p.Engine("max_rate"), Place{16, 1}},
				"engine":               {p.Engine("nothing"), Place{13, 1}},
				"hub":                  {p.Hub(0), Place{4, 1}},
				"hub's key":            {p.Hub(0, "ipsec"), Place{6, 3}},
				"tunnel":               {p.Tunnel(0), Place{7, 1}},
				"tunnel's key":         {p.Tunnel(0, "destination"), Place{9, 1}},
				"in its [tunnel.peer]": {p.Tunnel(0, "peer.urpf"), Place{12, 3}},
				"its [tunnel.peer]":    {p.Tunnel(0, "peer"), Place{11, 11}},
				"after [engine]":       {p.Tunnel(1), Place{17, 1}},
				"inline":               {p.Tunnel(1, "peer.urpf"), Place{20, 31}},
				"the first there is":   {p.Tunnel(1, "peer.ipsec", "peer.mode", "name"), Place{20, 10}},
				"dotted":               {p.Tunnel(2, "peer.ipsec"), Place{24, 7}},
				"only in [defaults]":   {p.Tunnel(2, "peer.urpf", "source"), Place{21, 1}},
				"no such key":          {p.Tunnel(2, "peer.", "urpf"), Place{21, 1}},
			} {
				if c.got != c.want {
					t.Errorf("%s: %v, want %v", what, c.got, c.want)
				}
			}
		})
	}
}

// TestPlacesOfUnusual: implied hubs, lists of inline tables, no [engine].
func TestPlacesOfUnusual(t *testing.T) {
	text := `tunnel = [
  {name = "a", source = "192.0.2.1", destination = "198.51.100.1", hub = "x"},
  {name = "b", source = "192.0.2.1", destination = "198.51.100.2", hub = "x"},
  {name = "c", source = "192.0.2.1", destination = "198.51.100.3", hub = "y", peer.urpf = "off"},
]
`
	var p Places
	if _, err := parseText("f", text, &p); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct{ got, want Place }{
		"no engine":       {p.Engine("max_rate"), Place{1, 1}},
		"first mentioned": {p.Hub(0), Place{2, 68}},
		"second hub":      {p.Hub(1, "ipsec"), Place{4, 68}},
		"tunnel":          {p.Tunnel(1), Place{3, 3}},
		"key":             {p.Tunnel(1, "name"), Place{3, 4}},
		"peer":            {p.Tunnel(2, "peer.urpf"), Place{4, 84}},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", what, c.got, c.want)
		}
	}
	// A hub that only the defaults name has no better place than its first tunnel.
	text = "[defaults]\nhub = \"x\"\nsource = \"192.0.2.1\"\n[[tunnel]]\nname = \"a\"\ndestination = \"198.51.100.1\"\n"
	if _, err := parseText("f", text, &p); err != nil || p.Hub(0) != (Place{4, 1}) {
		t.Errorf("%v, %v", p.Hub(0), err)
	}
}
