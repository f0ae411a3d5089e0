package inventory

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"greylag/fleet"
)

const examplePath = "../../config.toml.example"

// commentedOut is a setting that is commented out: no space after the #.
var commentedOut = regexp.MustCompile(`(?m)^#([a-z_]+ *= |\[\[)`)

func example(t *testing.T) string {
	t.Helper()
	src, err := os.ReadFile(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

func TestExampleIsStrict(t *testing.T) {
	inv, err := Load(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	if len(inv.Hubs) != 2 || len(inv.Spokes) != 3 || len(inv.Tunnels) != 6 {
		t.Errorf("%d hubs, %d spokes, %d tunnels", len(inv.Hubs), len(inv.Spokes), len(inv.Tunnels))
	}
	var icmp, disabled, backups int
	for _, u := range inv.Tunnels {
		if !u.Source.IsLoopback() || !u.Destination.IsLoopback() || u.Device != "" {
			t.Errorf("%s: %v to %v by %q cannot work on any machine", u.Name, u.Source, u.Destination, u.Device)
		}
		icmp += count(u.Probe == fleet.Echo)
		disabled += count(!u.Enabled)
		backups += count(u.Rank > 1)
	}
	if icmp != 1 || disabled != 1 || backups != 3 {
		t.Errorf("%d icmp, %d disabled, %d backups", icmp, disabled, backups)
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestExampleUncommented: what is commented out is right too.
func TestExampleUncommented(t *testing.T) {
	inv := parse(t, commentedOut.ReplaceAllString(example(t), "$1"))
	u := inv.Tunnels[0]
	if u.Routing == nil || len(u.Routing.Routes) != 1 || u.Routing.Dead != 40*time.Second {
		t.Errorf("routing %+v", u.Routing)
	}
	if len(inv.Hooks) != 2 || len(inv.Hooks[0].On) != 4 || inv.Hooks[1].Name != "alerts.example.net" {
		t.Errorf("hooks %+v", inv.Hooks)
	}
	if u.Device != "eth0" || u.DegradedRTT != 250*time.Millisecond || u.Peer.KeepaliveInterval != 10*time.Second {
		t.Errorf("%+v, peer %+v", u, *u.Peer)
	}
}

// TestExampleShowsEveryKey: the schema has no key that the example does not
// explain in a comment.
func TestExampleShowsEveryKey(t *testing.T) {
	text := commentedOut.ReplaceAllString(example(t), "$1")
	md, err := toml.Decode(text, new(map[string]any))
	if err != nil {
		t.Fatal(err)
	}
	shown := make(map[string]bool)
	for _, k := range md.Keys() {
		shown[k.String()] = true
	}
	for table, keys := range map[string][]string{
		"engine": keysOf(engineRows), "hook": keysOf(hookRows), "hub": keysOf(hubRows), "spoke": keysOf(spokeRows),
		"tunnel": keysOf(tunnelRows), "tunnel.peer": keysOf(peerRows),
	} {
		for _, key := range keys {
			if !shown[table+"."+key] {
				t.Errorf("%s.%s is not in the example", table, key)
			}
		}
	}
}

// TestExampleDefaults: a setting that is commented out "with its default" has
// the value that greylag takes without it. Those with an example say "default".
func TestExampleDefaults(t *testing.T) {
	text := example(t)
	plain := parse(t, text).Tunnels[0]
	hooks := strings.Index(text, "# A hub is") // what stands before is of them, but for [defaults]
	examples := []string{"watch", "reply_to", "device", "degraded_rtt", "routes", "routing_dead", "keepalive"}
	for _, m := range commentedOut.FindAllStringSubmatchIndex(text, -1) {
		key := regexp.MustCompile(`[a-z_]+`).FindString(text[m[2]:])
		if key == "ipsec" || key == "hook" || m[0] < hooks && m[0] > strings.Index(text, "# A hook is") {
			continue // its default is the hub's; a hook has no defaults but those in TestHook
		}
		if slices.Contains(examples, key) {
			continue
		}
		with := parse(t, text[:m[0]]+text[m[2]:]).Tunnels[0]
		same(t, plain, with)
	}
}
