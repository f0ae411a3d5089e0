package inventory

import (
	"strings"
	"testing"
)

const goodTunnel = "[[tunnel]]\nname = \"a\"\nsource = \"192.0.2.10\"\ndestination = \"198.51.100.17\"\n"

// TestTunnelRules: one line, the fifth, and all that is wrong with the file.
func TestTunnelRules(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`interval = 5`, `5:12: interval is the integer 5, not a duration (write "5s")`},
		{`interval = 0.5`, `5:12: interval is the number 0.5, not a duration (write "500ms")`},
		{`interval = "5"`, `5:12: interval "5" is no duration (write "5s")`},
		{`interval = "5 s"`, `5:12: interval "5 s" is no duration (write a number with its unit, as in "5s" or "250ms")`},
		{`interval = true`, `5:12: interval is the boolean true, not a duration (write a number with its unit, as in "5s" or "250ms")`},
		{`interval = 07:32:00`, `5:12: interval is a date or time, not a duration (write a number with its unit, as in "5s" or "250ms")`},
		{`interval = "99ms"`, `5:12: interval "99ms" is out of range (write "100ms" to "32767s")`},
		{`interval = "32768s"`, `5:12: interval "32768s" is out of range (write "100ms" to "32767s")`},
		{`interval = "-1s"`, `5:12: interval "-1s" is out of range (write "100ms" to "32767s")`},
		{`degraded_rtt = "-1s"`, `5:16: degraded_rtt "-1s" is out of range (write "0s" to "32767s")`},
		{`retries = 0`, `5:11: retries 0 is out of range (write 1 to 255)`},
		{`retries = 256`, `5:11: retries 256 is out of range (write 1 to 255)`},
		{`retries = "4"`, `5:11: retries is the string "4", not an integer (write 4)`},
		{`retries = 4.0`, `5:11: retries is the number 4, not an integer (write a whole number without quotes)`},
		{`up_after = 0`, `5:12: up_after 0 is out of range (write 1 to 255)`},
		{`rank = 0`, `5:8: rank 0 is out of range (write 1 to 255)`},
		{`rank = 256`, `5:8: rank 256 is out of range (write 1 to 255)`},
		{`ttl = 0`, `5:7: ttl 0 is out of range (write 1 to 255)`},
		{`ttl = 256`, `5:7: ttl 256 is out of range (write 1 to 255)`},
		{`tos = 256`, `5:7: tos 256 is out of range (write 0 to 255)`},
		{`tos = 194`, `5:7: tos 194 sets an ECN bit, the two lowest, which must be 0 (write 192)`},
		{`tos = 195`, `5:7: tos 195 sets an ECN bit, the two lowest, which must be 0 (write 196)`},
		{`tos = 255`, `5:7: tos 255 sets an ECN bit, the two lowest, which must be 0 (write 252)`},
		{`key = -1`, `5:7: key -1 is out of range (write 0 to 4294967295)`},
		{`key = 4294967296`, `5:7: key 4294967296 is out of range (write 0 to 4294967295)`},
		{`checksum = 1`, `5:12: checksum is the integer 1, not true or false (write true or false)`},
		{`enabled = "false"`, `5:11: enabled is the string "false", not true or false (write false)`},
		{`probe = "ping"`, `5:9: probe "ping" is not known (write "keepalive" or "icmp")`},
		{`payload = ["signed"]`, `5:11: payload is an array, not a word (write "bare" or "signed")`},
		{`match = "seq"`, `5:9: match "seq" is not known (write "id" or "address")`},
		{`degraded_loss = 5`, `5:17: degraded_loss 5 is out of range (write 0 to 1; 0.05 for 5 %)`},
		{`degraded_loss = -0.1`, `5:17: degraded_loss -0.1 is out of range (write 0 to 1)`},
		{`degraded_loss = nan`, `5:17: degraded_loss NaN is out of range (write 0 to 1)`},
		{`degraded_loss = "5%"`, `5:17: degraded_loss is the string "5%", not a ratio (write 0.05 for 5 %)`},
		{`device = "sixteen-bytes-xx"`, `5:10: device "sixteen-bytes-xx" has 16 bytes (Linux takes at most 15 bytes)`},
		{`device = "a/b"`, `5:10: device "a/b" cannot be an interface (an interface's name has no "/", ":" or space)`},
		{`device = "eth 0"`, `5:10: device "eth 0" cannot be an interface (an interface's name has no "/", ":" or space)`},
		{`device = ".."`, `5:10: device ".." cannot be an interface (an interface's name has no "/", ":" or space)`},
		{`tags = "apac"`, `5:8: tags is the string "apac", not an array of strings (write ["apac"])`},
		{`tags = ["a", {b = 1}, ""]`, "5:14: tags is a table, not a string (write \"…\")\nf:5:23: tags is empty (write a name, as in \"fra1-seoul\")"},
		{`hub = 7`, `5:7: hub is the integer 7, not a string (write "7")`},
		{`spoke = "a\u0007b"`, `5:9: spoke has a control character, U+0007 (use letters, digits and signs)`},
		{`spoke = "a\u202eb"`, `5:9: spoke has a control character, U+202E (use letters, digits and signs)`},
		{`reply_to = "198.51.100.17"`, `4:15: destination "198.51.100.17" is reply_to too (answers go to this end, write the far end's address)`},
		{`peer = "x"`, `5:8: peer is the string "x", not a table (write [tunnel.peer])`},
		{`urpf = "off"`, `5:1: unknown key "urpf" (it belongs in [tunnel.peer])`},
		{`max_rate = 5`, `5:1: unknown key "max_rate" (it belongs in [engine])`},
		{`Interval = "5s"`, `5:1: unknown key "Interval" (did you mean "interval"?)`},
		{`'inter val' = "5s"`, `5:1: unknown key "inter val" (did you mean "interval"?)`},
		{`peer.fornt_vrf = "x"`, `5:6: unknown key "fornt_vrf" (did you mean "front_vrf"?)`},
		{`peer = {mode = 1}`, `5:16: mode is the integer 1, not a word (write "point-to-point" or "multipoint")`},
		{`peer.keepalive = 5`, `5:18: keepalive is the integer 5, not a string (write "5 3": seconds and retries)`},
		{`peer.keepalive = "0 3"`, `5:18: keepalive "0 3": seconds are 1 to 32767 (write seconds and retries, as in "10 3", or "" for none)`},
		{`peer.keepalive = "5 256"`, `5:18: keepalive "5 256": retries are 1 to 255 (write seconds and retries, as in "10 3", or "" for none)`},
		{`peer.keepalive = "5 4 3"`, `5:18: keepalive "5 4 3": too many numbers (write seconds and retries, as in "10 3", or "" for none)`},
		{`retries = [{}]`, `5:11: retries is an array, not an integer (write a whole number without quotes)`},
		{"match = \"" + strings.Repeat("서", 41) + "\"", "5:9: match \"" + strings.Repeat("서", 39) + "…\" is not known (write \"id\" or \"address\")"},
		{`peer.keepalive = "5s"`, `5:18: keepalive "5s": seconds are 1 to 32767 (write seconds and retries, as in "10 3", or "" for none)`},
		{`peer.acl_permits_gre = "yes"`, `5:24: acl_permits_gre is the string "yes", not true or false (write true or false)`},
		{`hint = 1`, `5:1: unknown key "hint" ([[tunnel]] has: name, destination, source, hub, spoke, rank, tags, enabled, probe, interval, retries, up_after, key, checksum, sequence, payload, match, reply_to, device, ttl, tos, degraded_loss, degraded_rtt, ipsec, routes, routing_dead, peer)`},
		{`routes = "10.17.0.0/16"`, `5:10: routes is the string "10.17.0.0/16", not an array of prefixes (write ["10.17.0.0/16"])`},
		{`routes = ["10.0.0.0/8", "10.17.3.0/16", 7]`, "5:25: routes \"10.17.3.0/16\" has host bits (write \"10.17.0.0/16\")\nf:5:41: routes is the integer 7, not a prefix (write \"10.17.0.0/16\")"},
		{`routing_dead = 40`, `5:16: routing_dead is the integer 40, not a duration (write "40s")`},
		{`routing_dead = "65536s"`, `5:16: routing_dead "65536s" is out of range (write "0s" to "65535s")`},
		{`peer.key = "0"`, `5:12: key is the string "0", not an integer (write 0)`},
		{`peer.key = "no"`, `5:12: key "no" is no key (write its number, or "none" if it has none)`},
		{`peer.key = 4294967296`, `5:12: key 4294967296 is out of range (write 0 to 4294967295)`},
		{`peer.checksum = "yes"`, `5:17: checksum is the string "yes", not true or false (write true or false)`},
		{`peer.sequence = 1`, `5:17: sequence is the integer 1, not true or false (write true or false)`},
	} {
		t.Run(c.line, func(t *testing.T) { mustSay(t, goodTunnel+c.line+"\n", "f:"+c.want) })
	}
}

func TestAddressRules(t *testing.T) {
	for _, c := range []struct{ value, want string }{
		{`"192.0.2.10"`, `destination "192.0.2.10" is the source too (write the far end's address)`},
		{`"2001:db8::1"`, `destination "2001:db8::1" is an IPv6 address (keepalives are IPv4: write an IPv4 address, as in "192.0.2.10")`},
		{`"::ffff:198.51.100.1"`, `destination "::ffff:198.51.100.1" is an IPv6 address (write "198.51.100.1")`},
		{`"224.0.0.5"`, `destination "224.0.0.5" is a multicast address (keepalives are point-to-point (R15): write the far end's own address)`},
		{`"0.0.0.0"`, `destination "0.0.0.0" is no host's address (write the address itself)`},
		{`"255.255.255.255"`, `destination "255.255.255.255" is the broadcast address (write one host's address)`},
		{`"198.51.100.1/24"`, `destination "198.51.100.1/24" is not an IPv4 address (write "198.51.100.1", without the length)`},
		{`"198.51.100.256"`, `destination "198.51.100.256" is not an IPv4 address (write an IPv4 address, as in "192.0.2.10")`},
		{`"seoul.example"`, `destination "seoul.example" is not an IPv4 address (write an address, not a name: greylag asks no DNS)`},
		{`""`, `destination "" is not an IPv4 address (write an IPv4 address, as in "192.0.2.10")`},
		{`1`, `destination is the integer 1, not an address (write an IPv4 address, as in "192.0.2.10")`},
		{`["198.51.100.1"]`, `destination is an array, not an address (write an IPv4 address, as in "192.0.2.10")`},
	} {
		t.Run(c.value, func(t *testing.T) {
			text := "tunnel = [{name = \"a\", source = \"192.0.2.10\", destination = " + c.value + "}]"
			mustSay(t, text, "f:1:61: "+c.want)
		})
	}
	parse(t, "[[tunnel]]\nname = \"a\"\nsource = \"127.0.0.1\"\ndestination = \"127.0.0.2\"\n") // loopback is allowed
}

// TestFileRules: whole files, and all that is wrong with them.
func TestFileRules(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":            {"", "1:1: no tunnel (add a [[tunnel]] with a name and a destination)"},
		"comment":          {"# nothing\n", "1:1: no tunnel (add a [[tunnel]] with a name and a destination)"},
		"empty list":       {"tunnel = []", "1:1: no tunnel (add a [[tunnel]] with a name and a destination)"},
		"one table":        {"[tunnel]\nname = 1", "1:1: tunnel is a table, not a list of tables (write [[tunnel]], once for each)"},
		"two tables":       {"[tunnel]\n[tunnel]\n", "1:1: tunnel is a table, not a list of tables (write [[tunnel]], once for each)\nf:2:2: table \"tunnel\" is already defined on line 1 (write [[tunnel]], once for each)"},
		"list of defaults": {"[[defaults]]\n" + goodTunnel, "1:1: defaults is a list of tables, not a table (write [defaults])"},
		"wrong elements":   {"tunnel = [1]", "1:11: tunnel is the integer 1, not a table (write [[tunnel]])"},
		"unknown table":    {goodTunnel + "[hubs]\n", "5:2: unknown table \"hubs\" (did you mean \"hub\"?)"},
		"unknown list":     {goodTunnel + "[[metrics]]\n", "5:3: unknown table \"metrics\" (an inventory has: defaults, engine, hook, hub, spoke, tunnel)"},
		"key outside":      {"interval = \"5s\"\n" + goodTunnel, "1:1: unknown key \"interval\" (it belongs in [defaults] or [[tunnel]])"},
		"not a default":    {"[defaults]\ndestination = \"198.51.100.1\"\n" + goodTunnel, "2:1: unknown key \"destination\" (it belongs in [[tunnel]])"},
		"after peer":       {goodTunnel + "[tunnel.peer]\nttl = 5\n", "6:1: unknown key \"ttl\" (it belongs in [defaults] or [[tunnel]], above [tunnel.peer])"},
		"default peer":     {"[defaults.peer]\nmod = 1\n" + goodTunnel, "2:1: unknown key \"mod\" (did you mean \"mode\"?)"},
		"default routes":   {"[defaults]\nroutes = []\n" + goodTunnel, "2:1: unknown key \"routes\" (it belongs in [[tunnel]])"},
		"default peer key": {"[defaults.peer]\nkey = 1\n" + goodTunnel, "2:1: unknown key \"key\" (it belongs in [[tunnel]] or [tunnel.peer])"},
		"max_rate":         {"[engine]\nmax_rate = 0\n" + goodTunnel, "2:12: max_rate 0 is out of range (write 1 to 2147483647)"},
		"nothing said":     {"[[tunnel]]\n", "1:1: [[tunnel]] has no destination (write the far end's address)\nf:1:1: [[tunnel]] has no name (write name = \"fra1-seoul\", unique in this file)\nf:1:1: [[tunnel]] has no source (give one to the tunnel, to its hub or to [defaults])"},
		"empty name":       {"[[tunnel]]\nname = \" \"\nsource = \"192.0.2.10\"\ndestination = \"198.51.100.17\"\n", "2:8: name is empty (write a name, as in \"fra1-seoul\")"},
		"same answers":     {goodTunnel + strings.Replace(goodTunnel, `"a"`, `"b"`, 1), "5:1: its answers look like those of \"a\" on line 1: same source, destination and key (give each a key of its own)"},
		"same key":         {goodTunnel + "key = 7\n" + strings.Replace(goodTunnel, `"a"`, `"b"`, 1) + "key = 7", "6:1: its answers look like those of \"a\" on line 1: same source, destination and key (give each a key of its own)"},
		"hub twice":        {"[[hub]]\nname = \"x\"\n[[hub]]\nname = \"x\"\n" + goodTunnel, "4:8: name \"x\" is already that of the hub on line 1 (names are unique)"},
		"hub without name": {"[[hub]]\nsource = \"192.0.2.1\"\n" + goodTunnel + "hub = \"x\"", "1:1: [[hub]] has no name (write name = \"…\", by which tunnels name it)"},
		"hub far off":      {"[[hub]]\nname = \"paris\"\n" + goodTunnel + "hub = \"x\"", "7:7: hub \"x\" is not declared (add a [[hub]] of that name)"},
		"default hub":      {"[defaults]\nhub = \"pariss\"\n[[hub]]\nname = \"paris\"\n" + goodTunnel, "2:7: hub \"pariss\" is not declared (did you mean \"paris\"?)"},
		"spoke":            {"[[spoke]]\nname = \"seoul\"\n" + goodTunnel + "spoke = \"soeul\"", "7:9: spoke \"soeul\" is not declared (did you mean \"seoul\"?)"},
		"hub's ipsec":      {"[[hub]]\nname = \"x\"\nipsec = true\n" + goodTunnel, "3:9: ipsec is the boolean true, not a word (write \"none\", \"crypto-map\" or \"tunnel-protection\")"},
		"watch":            {"[[spoke]]\nname = \"x\"\nwatch = \"10.17.3.0/16\"\n" + goodTunnel, "3:9: watch \"10.17.3.0/16\" has host bits (write \"10.17.0.0/16\")"},
		"watch host":       {"[[spoke]]\nname = \"x\"\nwatch = \"10.17.3.1\"\n" + goodTunnel, "3:9: watch \"10.17.3.1\" is not an IPv4 prefix (write \"10.17.3.1/32\" for the one host)"},
		"watch type":       {"[[spoke]]\nname = \"x\"\nwatch = 10\n" + goodTunnel, "3:9: watch is the integer 10, not a prefix (write \"10.17.0.0/16\")"},
		"watch nonsense":   {"[[spoke]]\nname = \"x\"\nwatch = \"10.17/16\"\n" + goodTunnel, "3:9: watch \"10.17/16\" is not an IPv4 prefix (write an address and a length, as in \"10.17.0.0/16\")"},
		"watch IPv6":       {"[[spoke]]\nname = \"x\"\nwatch = \"2001:db8::/32\"\n" + goodTunnel, "3:9: watch \"2001:db8::/32\" is an IPv6 prefix (tunnels are IPv4)"},
		"icmp by default":  {"[defaults]\nprobe = \"icmp\"\n" + goodTunnel + "payload = \"bare\"\nmatch = \"id\"", "7:1: payload means nothing to probe = \"icmp\" (only for probe = \"keepalive\")\nf:8:1: match means nothing to probe = \"icmp\" (only for probe = \"keepalive\")"},
	} {
		t.Run(name, func(t *testing.T) { mustSay(t, c.text, "f:"+c.want) })
	}
}

// TestOneMistakeOneError: what follows from a mistake is not reported as another.
func TestOneMistakeOneError(t *testing.T) {
	const bare = "[[tunnel]]\nname = \"a\"\ndestination = \"198.51.100.1\"\n"
	for name, c := range map[string]struct{ text, want string }{
		"wrong source":      {bare + "source = 7", `f:4:10: source is the integer 7, not an address (write an IPv4 address, as in "192.0.2.10")`},
		"wrong hub source":  {"[[hub]]\nname = \"h\"\nsource = 7\n" + bare + "hub = \"h\"", `f:3:10: source is the integer 7, not an address (write an IPv4 address, as in "192.0.2.10")`},
		"wrong default":     {"[defaults]\nsource = 7\n" + bare, `f:2:10: source is the integer 7, not an address (write an IPv4 address, as in "192.0.2.10")`},
		"undeclared hub":    {"[[hub]]\nname = \"hub1\"\nsource = \"192.0.2.1\"\n" + bare + "hub = \"hub2\"", `f:7:7: hub "hub2" is not declared (did you mean "hub1"?)`},
		"unquoted source":   {bare + "source = 192.0.2.1", `f:4:10: 192.0.2.1 is not a TOML value (write "192.0.2.1")`},
		"wrong key of two":  {goodTunnel + strings.Replace(goodTunnel, `"a"`, `"b"`, 1) + "key = \"x\"", `f:9:7: key is the string "x", not an integer (write a whole number without quotes)`},
		"default not meant": {"[defaults]\nsource = \"198.51.100.1\"\n" + bare + "source = \"x\"", `f:6:10: source "x" is not an IPv4 address (write an address, not a name: greylag asks no DNS)`},
	} {
		t.Run(name, func(t *testing.T) { mustSay(t, c.text, c.want) })
	}
}

func mustSay(t *testing.T, text, want string) {
	t.Helper()
	inv, err := Parse("f", []byte(text))
	if err == nil {
		t.Fatalf("accepted: %+v", inv)
	}
	if err.Error() != want {
		t.Errorf("\ngot  %s\nwant %s", err, want)
	}
}
