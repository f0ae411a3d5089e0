//go:build linux

package netlab_test

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"greylag/probe/netlab"
	"greylag/probe/netlab/netlabtest"
)

func TestLabComesUp(t *testing.T) {
	lab := netlabtest.Lab(t)
	near0, err := net.InterfaceByName("near0")
	must(t, err)
	addresses, err := near0.Addrs()
	must(t, err)
	if len(addresses) != 1 || addresses[0].String() != "192.0.2.1/24" || near0.Flags&net.FlagRunning == 0 {
		t.Errorf("near0 has %v, flags %v; want 192.0.2.1/24 alone (no IPv6), running", addresses, near0.Flags)
	}
	var far []string
	must(t, lab.InFar(func() error { far = interfaces(t); return nil }))
	if !slices.Contains(far, "far0") || slices.Contains(far, "near0") {
		t.Errorf("the far side has %v; want far0, and not near0", far)
	}
	for name, want := range map[string]string{
		"ipv4/conf/all/rp_filter": "0", "ipv4/conf/near0/rp_filter": "0", "ipv6/conf/all/disable_ipv6": "1",
	} {
		if got := sysctl(name); got != want {
			t.Errorf("%s = %q; want %s", name, got, want)
		}
	}
}

// interfaces lists those of this thread's namespace.
func interfaces(t *testing.T) (names []string) {
	t.Helper()
	all, err := net.Interfaces()
	must(t, err)
	for _, i := range all {
		names = append(names, i.Name)
	}
	return names
}

func sysctl(name string) string {
	value, err := os.ReadFile("/proc/sys/net/" + name)
	if errors.Is(err, os.ErrNotExist) {
		return "1" // no IPv6 at all
	}
	return strings.TrimSpace(string(value))
}

func TestOnlyOneLabAtATime(t *testing.T) {
	netlabtest.Lab(t)
	if _, err := netlab.New(); err == nil || !strings.Contains(err.Error(), "close the other lab") {
		t.Errorf("a second lab: %v; want what to do", err)
	}
	if _, err := net.InterfaceByName("near0"); err != nil {
		t.Errorf("the first lab's near0: %v", err)
	}
}

// The kernels alone: the far one must answer neither echo nor a closed port.
func TestFarKernelIsSilent(t *testing.T) {
	lab := netlabtest.Lab(t)
	must(t, lab.FarPrefix(netip.MustParsePrefix("198.51.100.0/24")))
	n := nearSocket(t, "1")
	must(t, n.send("198.51.100.1", echoRequest(1)))
	n.quiet()
	for i := range 10 { // the kernel's own limit would let six pass
		udp, err := net.Dial("udp4", "198.51.100."+string(rune('1'+i%9))+":9")
		must(t, err)
		_, _ = udp.Write([]byte("?"))
		_ = udp.Close()
	}
	n.quiet()
}

func TestInFar(t *testing.T) {
	lab := netlabtest.Lab(t)
	must(t, lab.FarPrefix(netip.MustParsePrefix("198.51.100.0/24")))
	var server net.PacketConn
	err := lab.InFar(func() (err error) {
		server, err = net.ListenPacket("udp4", "198.51.100.7:7")
		return err
	})
	must(t, err)
	defer server.Close()
	client, err := net.Dial("udp4", "198.51.100.7:7")
	must(t, err)
	defer client.Close()
	_, err = client.Write([]byte("over there"))
	must(t, err)
	must(t, server.SetReadDeadline(time.Now().Add(patience)))
	buf := make([]byte, 100)
	n, from, err := server.ReadFrom(buf)
	must(t, err)
	if string(buf[:n]) != "over there" || from.(*net.UDPAddr).IP.String() != "192.0.2.1" {
		t.Errorf("received %q from %v; want it from 192.0.2.1", buf[:n], from)
	}
	if _, err := net.Listen("tcp4", "198.51.100.7:7"); err == nil {
		t.Error("the near side has the far address too")
	}
	if failed := errors.New("as f says"); lab.InFar(func() error { return failed }) != failed {
		t.Error("InFar lost f's error")
	}
}

// A t.Fatal inside f must not strand a thread in the far namespace.
func TestInFarSurvivesGoexit(t *testing.T) {
	lab := netlabtest.Lab(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = lab.InFar(func() error { runtime.Goexit(); return nil })
	}()
	<-done
	for range 50 {
		if _, err := net.InterfaceByName("near0"); err != nil {
			t.Fatal("a thread is still far: ", err)
		}
	}
}

func TestRefusedPrefixes(t *testing.T) {
	lab := netlabtest.Lab(t)
	for prefix, want := range map[string]string{
		"192.0.2.0/24":  "overlaps link near0",
		"0.0.0.0/0":     "overlaps link near0",
		"2001:db8::/32": "not an IPv4 prefix",
	} {
		if err := lab.FarPrefix(netip.MustParsePrefix(prefix)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("FarPrefix(%s) = %v; want %q", prefix, err, want)
		}
	}
	must(t, lab.FarPrefix(netip.MustParsePrefix("198.51.100.0/24")))
	_, err := lab.AddLink("near1", netip.MustParsePrefix("198.51.100.1/30"), netip.MustParsePrefix("198.51.100.2/30"))
	if err == nil || !strings.Contains(err.Error(), "within far prefix") {
		t.Errorf("AddLink inside a far prefix: %v", err)
	}
}

func TestCloseRemovesEverything(t *testing.T) {
	netlabtest.Need(t)
	use(t) // what the runtime opens once, such as its poller
	fds, goroutines, names := openFiles(t), runtime.NumGoroutine(), interfaces(t)
	for range 3 {
		use(t)
	}
	if now := openFiles(t); now != fds {
		t.Errorf("%d open files; %d before", now, fds)
	}
	for deadline := time.Now().Add(patience); runtime.NumGoroutine() > goroutines && time.Now().Before(deadline); {
		runtime.Gosched() // one that has ended is counted until it is off its stack
	}
	if now := runtime.NumGoroutine(); now > goroutines {
		t.Errorf("%d goroutines; %d before", now, goroutines)
	}
	if now := interfaces(t); !slices.Equal(now, names) {
		t.Errorf("interfaces %v; %v before", now, names)
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	return len(files)
}

// use makes a lab, has an answer from it, and closes it twice.
func use(t *testing.T) {
	t.Helper()
	lab, err := netlab.New()
	must(t, err)
	server, err := lab.Serve(t.Context(), everywhere(mirror(0)))
	must(t, err)
	n := nearSocket(t, "47")
	n.exchange("192.0.2.2", []byte{0, 0, 8, 0})
	_ = n.Close()
	must(t, lab.Close())
	must(t, lab.Close())
	must(t, server.Close())
	for what, err := range map[string]error{
		"SetUp":     lab.Underlay().SetUp(true),
		"FarPrefix": lab.FarPrefix(netip.MustParsePrefix("198.51.100.0/24")),
	} {
		if err == nil || !strings.Contains(err.Error(), "the lab is closed") {
			t.Errorf("%s after Close: %v", what, err)
		}
	}
	if err := server.Send(packetOf(gre, 1, "192.0.2.2", "192.0.2.1", nil)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Send after Close: %v", err)
	}
	if err := lab.InFar(func() error { return nil }); !errors.Is(err, syscall.EBADF) {
		t.Errorf("InFar after Close: %v", err)
	}
}

// echoRequest is RFC 792's, identifier 0x1234, with its checksum.
func echoRequest(seq uint16) []byte {
	p := []byte{8, 0, 0, 0, 0x12, 0x34, 0, 0}
	binary.BigEndian.PutUint16(p[6:], seq)
	binary.BigEndian.PutUint16(p[2:], ^(0x0800 + 0x1234 + seq)) // no carry for small seq
	return p
}
