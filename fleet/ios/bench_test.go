package ios

import (
	"bytes"
	"fmt"
	"syscall"
	"testing"
	"time"
)

// large makes the configuration of a hub, of at least size bytes: each spoke with its
// tunnel, its crypto map entry, its access lists, its routes and what else routers say.
func large(size int) []byte {
	var b bytes.Buffer
	b.WriteString("hostname hub\ninterface GigabitEthernet0/0\n ip address 192.0.2.1 255.255.255.0\n crypto map VPN\n!\n")
	for n := 0; b.Len() < size; n++ {
		far := fmt.Sprintf("100.%d.%d.%d", 64+n>>16, n>>8&255, n&255)
		fmt.Fprintf(&b, "interface Tunnel%d\n description spoke %d\n bandwidth 10000\n ip address 10.%d.%d.%d 255.255.255.252\n ip mtu 1400\n", n, n, n>>14&255, n>>6&255, n&63*4+1)
		fmt.Fprintf(&b, " ip access-group SPOKE-%d in\n keepalive 5 4\n tunnel source GigabitEthernet0/0\n tunnel destination %s\n tunnel key %d\n!\n", n, far, n)
		fmt.Fprintf(&b, "crypto map VPN %d ipsec-isakmp\n set peer %s\n set transform-set TS\n match address GRE-%d\n!\n", n+1, far, n)
		fmt.Fprintf(&b, "ip access-list extended GRE-%d\n permit gre host 192.0.2.1 host %s\n!\n", n, far)
		fmt.Fprintf(&b, "ip access-list extended SPOKE-%d\n deny tcp any any eq 23\n permit ip any any\n!\n", n)
		fmt.Fprintf(&b, "ip route 172.%d.%d.0 255.255.255.0 Tunnel%d\nip route 172.%d.%d.0 255.255.255.0 Null0 250\n!\n", 16+n>>8&15, n&255, n, 16+n>>8&15, n&255)
	}
	b.WriteString("end\n")
	return b.Bytes()
}

// TestTenMegabytes: ten megabytes take less than a second. It is the processor's time
// that counts, and the best of several runs: other tests run beside this one.
func TestTenMegabytes(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector takes ten times as long")
	}
	content := large(10 << 20)
	best := time.Hour
	for range 5 {
		start := processorTime(t)
		res, err := Import([]File{{"hub.cfg", content}}, "")
		best = min(best, processorTime(t)-start)
		if err != nil || res.Tunnels < 10_000 || len(res.Notes) > 0 {
			t.Fatalf("%d tunnels, %d notes, %v", res.Tunnels, len(res.Notes), err)
		}
		if best < time.Second {
			return
		}
	}
	t.Errorf("%v for 10 MB, want less than a second", best)
}

// TestSharedByAll: what all tunnels of a router share, such as an access list and a
// default route, is not gone through for each of them.
func TestSharedByAll(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector takes ten times as long")
	}
	var b bytes.Buffer
	b.WriteString("hostname hub\ninterface Loopback0\n ip address 192.0.2.1 255.255.255.255\n")
	for n := range 8000 {
		fmt.Fprintf(&b, "access-list 101 permit tcp host 10.%d.%d.1 any eq 80\n", n>>8, n&255)
		fmt.Fprintf(&b, "ip route 0.0.0.0 0.0.0.0 Tunnel%d %d\n", n, n%250+1)
		fmt.Fprintf(&b, "interface Tunnel%d\n ip access-group 101 in\n tunnel source Loopback0\n tunnel destination 100.64.%d.%d\n", n, n>>8, n&255)
	}
	b.WriteString("access-list 101 permit gre any any\n")
	start := processorTime(t)
	res, err := Import([]File{{"hub.cfg", b.Bytes()}}, "")
	if took := processorTime(t) - start; err != nil || res.Tunnels != 8000 || took > time.Second {
		t.Errorf("%v for %d tunnels, %v; want less than a second", took, res.Tunnels, err)
	}
}

// processorTime is what this process has used.
func processorTime(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkImport(b *testing.B) {
	content := large(10 << 20)
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Import([]File{{"hub.cfg", content}}, ""); err != nil {
			b.Fatal(err)
		}
	}
}
