package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greylag/fleet/inventory"
	"greylag/probe/capture"
	"greylag/probe/gre"
)

// packetFleet has a tunnel of each kind.
const packetFleet = `
[[hub]]
name   = "fra1"
source = "192.0.2.10"
ipsec  = "crypto-map"

[[tunnel]]
name        = "plain"
source      = "192.168.1.1"
destination = "192.168.1.2"
interval    = "5s"
retries     = 4

[[tunnel]]
name        = "keyed"
hub         = "fra1"
spoke       = "seoul"
destination = "198.51.100.17"
key         = 1017
interval    = "250ms"
[tunnel.peer]
keepalive   = "10 3"
urpf        = "strict"
ipsec       = "tunnel-protection"
front_vrf   = "INTERNET"
inside_vrf  = "BLUE"
acl_permits_gre = false

[[tunnel]]
name        = "everything"
hub         = "fra1"
spoke       = "seoul"
destination = "198.51.100.18"
key         = 0
checksum    = true
sequence    = true
payload     = "signed"
match       = "address"
reply_to    = "203.0.113.9"
tos         = 0
ttl         = 64
enabled     = false
[tunnel.peer]
mode        = "multipoint"
ipsec       = "crypto-map"

[[tunnel]]
name        = "echo"
source      = "192.168.1.1"
destination = "192.168.1.3"
probe       = "icmp"
`

func packetConfig(t testing.TB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "fleet.toml")
	if err := os.WriteFile(file, []byte(packetFleet), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// runs runs a command line that must exit with that code.
func runs(t testing.TB, code int, stdin []byte, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, said bytes.Buffer
	if got := run(context.Background(), args, bytes.NewReader(stdin), &out, &said); got != code {
		t.Errorf("%v: exit %d, want %d: %s", args, got, code, said.String())
	}
	return out.String(), said.String()
}

func TestPacketGolden(t *testing.T) {
	config := packetConfig(t)
	for _, tunnel := range []string{"plain", "keyed", "everything", "echo"} {
		for _, flag := range []string{"", "--hex", "--ios"} {
			args := []string{"packet", "-c", config, tunnel}
			code := 0
			if flag != "" {
				args = append(args, flag)
			}
			if tunnel == "echo" && flag == "--hex" {
				code = exitFailure
			}
			stdout, stderr := runs(t, code, nil, args...)
			compareGolden(t, "testdata/packet/"+tunnel+strings.TrimPrefix(flag, "-")+".txt", []byte(stdout+stderr))
		}
	}
}

// What is shown is what the engine sends, to the octet, and the capture has it.
func TestPacketIsTheEngines(t *testing.T) {
	config := packetConfig(t)
	inv, err := inventory.Load(config)
	if err != nil {
		t.Fatal(err)
	}
	for i := range inv.Tunnels[:3] {
		d := &inv.Tunnels[i]
		x := newExample(d)
		tunnel := probeTunnel(d)
		spec := tunnel.Keepalive(new(gre.Secret))
		if whole := spec.AppendRequest(nil, exampleMarks); !bytes.Equal(whole, x.request) {
			t.Errorf("%s: % x, want % x", d.Name, x.request, whole)
		}
		pcap, _ := runs(t, 0, nil, "packet", "-c", config, d.Name, "--pcap", "-")
		r := capture.NewReader(strings.NewReader(pcap))
		for _, want := range [][]byte{x.request, x.answer} {
			f, err := r.Next()
			if err != nil || f.Link != capture.LinkRaw || !bytes.Equal(f.Data, want) {
				t.Errorf("%s: %+v, %v", d.Name, f, err)
			}
		}
	}
}

func TestPacketRefuses(t *testing.T) {
	config := packetConfig(t)
	for _, c := range []struct {
		code int
		want string
		args []string
	}{
		{exitUsage, `no tunnel "keyd" in the inventory: did you mean "keyed"?`, []string{"keyd"}},
		{exitUsage, `no tunnel "lima" in the inventory, which has 4 tunnels`, []string{"lima"}},
		{exitUsage, "packet needs the name of one tunnel, and got 0", nil},
		{exitUsage, "packet needs the name of one tunnel, and got 2", []string{"a", "b"}},
		{exitUsage, "--hex, --pcap and --ios exclude each other", []string{"keyed", "--hex", "--ios"}},
		{exitFailure, `echo has no keepalive: it is probed by ICMP echo`, []string{"echo", "--pcap", "-"}},
		{exitFailure, "no such file or directory", []string{"keyed", "--pcap", t.TempDir() + "/no/x.pcap"}},
	} {
		stdout, stderr := runs(t, c.code, nil, append([]string{"packet", "-c", config}, c.args...)...)
		if stdout != "" || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%v: %q, said %q; want %q", c.args, stdout, stderr, c.want)
		}
	}
}
