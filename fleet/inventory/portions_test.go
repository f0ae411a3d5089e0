package inventory

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
)

// agree holds the two ways of reading against each other: where the whole is
// wrong the portions must give up, and otherwise, unless they gave up, say the
// same. It tells whether they did not give up.
func agree(t *testing.T, text string, size int) (inPortions bool) {
	t.Helper()
	text = strings.TrimPrefix(text, byteOrderMark)
	var whole, portions Places
	want, err := readWhole("f", text, &whole)
	got := readPortionsOf(text, size, &portions)
	switch {
	case got == nil:
		return false
	case err != nil:
		t.Errorf("portions of %d bytes accept what is wrong: %v\n%s", size, err, clip(text))
	case !reflect.DeepEqual(want, got):
		t.Errorf("portions of %d bytes of %s", size, clip(text))
		same(t, want, got)
	default:
		samePlaces(t, &whole, &portions)
	}
	return true
}

func samePlaces(t *testing.T, whole, portions *Places) {
	t.Helper()
	ask := func(p *Places) (all []Place) {
		for _, key := range append(keysOf(engineRows), "") {
			all = append(all, p.Engine(key))
		}
		for i := range p.hubs {
			all = append(all, p.Hub(i), p.Hub(i, "source"))
		}
		for i := range p.tunnels {
			for _, key := range keysOf(tunnelRows) {
				all = append(all, p.Tunnel(i, key))
			}
			for _, key := range keysOf(peerRows) {
				all = append(all, p.Tunnel(i, peerPrefix+key))
			}
		}
		return all
	}
	if want, got := ask(whole), ask(portions); !slices.Equal(want, got) {
		t.Errorf("places (-whole +portions):\n%s", cmp.Diff(want, got))
	}
}

// portionSizes are one section each, a few, and all in one.
var portionSizes = []int{1, 300, portionSize}

// TestOrdinaryIsReadInPortions: what people and scripts write does not need the
// whole in memory.
func TestOrdinaryIsReadInPortions(t *testing.T) {
	generated := string(generate(99, "[tunnel.peer]\nurpf = \"off\"\n"))
	text, err := os.ReadFile(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	other := strings.Replace(goodTunnel, `"a"`, `"b"`, 1) + "key = 5\n"
	for name, text := range map[string]string{
		"example":         string(text),
		"uncommented":     commentedOut.ReplaceAllString(string(text), "$1"),
		"generated":       generated,
		"crlf":            strings.ReplaceAll(generated, "\n", "\r\n"),
		"no end":          strings.TrimSuffix(generated, "\n"),
		"tunnels first":   goodTunnel + "hub = \"x\"\n[defaults]\nttl = 9\n[[hub]]\nname = \"x\"\n" + other,
		"sites between":   "[[hub]]\nname = \"x\"\n" + goodTunnel + "hub = \"x\"\n[[hub]]\nname = \"y\"\n" + other + "hub = \"y\"\n",
		"indented":        "  [[ tunnel ]] # a\n" + strings.TrimPrefix(strings.TrimSpace(goodTunnel), "[[tunnel]]\n") + "\n\t[tunnel.peer]\n" + other,
		"quoted":          strings.ReplaceAll(goodTunnel+other, "[[tunnel]]", `[["t\u0075nnel"]]`),
		"implied sites":   goodTunnel + "hub = \"x\"\nspoke = \"s\"\n" + other + "hub = \"y\"\nspoke = \"s\"\n",
		"header in a tag": goodTunnel + "tags = [\"\"\"\\\n[[tunnel]]\"\"\", '[tunnel]',\n \"b\"]\n" + other,
		"comments":        "# [[tunnel]]\n" + goodTunnel + "# [tunnel.peer]\n" + other + "# [defaults]",
	} {
		t.Run(name, func(t *testing.T) {
			for _, size := range portionSizes {
				if !agree(t, text, size) {
					t.Errorf("portions of %d bytes gave up", size)
				}
			}
		})
	}
}

// TestFormsOfPeer: what a tunnel is written like means nothing to the next one,
// whether the library reads both at once or not.
func TestFormsOfPeer(t *testing.T) {
	forms := []string{
		"", "peer = {urpf = \"off\"}", "[tunnel.peer]\nurpf = \"loose\"", "peer.urpf = \"strict\"",
		"peer.urpf = \"strict\"\npeer.mode = \"multipoint\"", "[tunnel.peer]", "peer = {}", "tags = []",
	}
	for i := range len(forms) * len(forms) * len(forms) {
		var text strings.Builder
		for k, form := range []int{i % len(forms), i / len(forms) % len(forms), i / len(forms) / len(forms)} {
			fmt.Fprintf(&text, "[[tunnel]]\nname = \"%d\"\nsource = \"192.0.2.1\"\ndestination = \"198.51.100.%[1]d\"\n%s\n", k+1, forms[form])
		}
		if !agree(t, text.String(), 1) {
			t.Errorf("gave up:\n%s", text.String())
		}
	}
}

// TestUnusualIsReadWhole: right, but what a portion means depends on others.
func TestUnusualIsReadWhole(t *testing.T) {
	for name, text := range map[string]string{
		"inline list":   "tunnel = [{name = \"a\", source = \"192.0.2.1\", destination = \"198.51.100.1\"}]",
		"inline hubs":   "hub = [{name = \"x\"}]\n" + goodTunnel,
		"peer later":    goodTunnel + "[defaults]\nttl = 9\n[tunnel.peer]\nurpf = \"off\"\n",
		"no hubs, said": "hub = []\n" + goodTunnel,
	} {
		t.Run(name, func(t *testing.T) {
			parse(t, text)
			if agree(t, text, portionSize) {
				t.Error("read in portions")
			}
		})
	}
}

func TestBothWaysAgree(t *testing.T) {
	mistakes, err := os.ReadFile("testdata/mistakes.toml")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{
		"mistakes":      string(mistakes),
		"name twice":    goodTunnel + goodTunnel,
		"answers twice": goodTunnel + strings.Replace(goodTunnel, `"a"`, `"b"`, 1),
		"late mistake":  string(generate(99, "")) + "[engine]\nmax_rate = 0\n",
		"in a string":   "[defaults]\ndevice = \"\"\"\\\n" + goodTunnel + "[engine]\n\"\"\"\n",
		"open string":   goodTunnel + "device = \"\"\"\\\n" + goodTunnel,
		"table of list": goodTunnel + "[tunnel]\n",
		"peers":         goodTunnel + "[[tunnel.peer]]\n",
	}
	for name, text := range seeds {
		texts[name] = text
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			for _, size := range portionSizes {
				agree(t, text, size)
			}
		})
	}
}

// TestRepeatedWordsAreKeptOnce: a hub's name is the same string in all of its
// tunnels.
func TestRepeatedWordsAreKeptOnce(t *testing.T) {
	const each = "device = \"eth0\"\n[tunnel.peer]\nfront_vrf = \"inet\"\n"
	inv := parse(t, string(generate(4, each)))
	a, b := inv.Tunnels[0], inv.Tunnels[2]
	for what, pair := range map[string][2]string{
		"hub":       {a.Hub, b.Hub},
		"declared":  {a.Hub, inv.Hubs[0].Name},
		"spoke":     {a.Spoke, inv.Spokes[0].Name},
		"tag":       {a.Tags[1], b.Tags[1]},
		"device":    {a.Device, b.Device},
		"front_vrf": {a.Peer.FrontVRF, b.Peer.FrontVRF},
	} {
		if pair[0] == "" || unsafe.StringData(pair[0]) != unsafe.StringData(pair[1]) {
			t.Errorf("%s: %q and %q are two strings", what, pair[0], pair[1])
		}
	}
}
