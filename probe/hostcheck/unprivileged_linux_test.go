package hostcheck

import (
	"context"
	"encoding/binary"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"greylag/probe/rawsock"
)

// Without CAP_NET_RAW that is the finding, and what cannot be tried is not said
// to be fine.
func TestPlantedNoCapability(t *testing.T) {
	newLab(t)
	var found []Finding
	with(t, 0, func() { found = run(t, sound()) })
	want := []string{"fault privilege: raw sockets need the capability CAP_NET_RAW"}
	var got []string
	for _, f := range found {
		if f.Level == Fault || f.Level == Warning {
			got = append(got, say(f))
		}
	}
	if strings.Join(got, "\n") != want[0] {
		t.Errorf("found %q, want %q", got, want)
	}
	if found[0].Do != "sudo setcap cap_net_raw+ep greylag" {
		t.Errorf("says to do %q", found[0].Do)
	}
}

// Without CAP_NET_ADMIN a fleet may be too large for net.core.rmem_max.
func TestPlantedSmallBuffer(t *testing.T) {
	newLab(t)
	text, err := os.ReadFile("/proc/sys/net/core/rmem_max")
	if err != nil {
		t.Skip(err) // not shown in a namespace
	}
	most, err := strconv.Atoi(strings.TrimSpace(string(text)))
	must(t, err)
	fleet := sound()
	for range 2*most/rawsock.BytesPerAnswer + 1 { // the kernel doubles what it is asked for
		fleet.Tunnels = append(fleet.Tunnels, fleet.Tunnels[0])
	}
	fleet.ReceiveBuffer = len(fleet.Tunnels) * rawsock.BytesPerAnswer

	var found []Finding
	with(t, 1<<unix.CAP_NET_RAW, func() { found = run(t, fleet) })
	if f := found[1]; f.Level != Warning || f.Do != "sudo sysctl -w net.core.rmem_max="+strconv.Itoa(fleet.ReceiveBuffer) {
		t.Errorf("found %s, do: %s", say(f), f.Do)
	}
	want := OK
	if grantedBuffer(t, fleet.ReceiveBuffer) < len(fleet.Tunnels)*rawsock.BytesPerAnswer {
		want = Warning // a kernel to which a namespace's CAP_NET_ADMIN is not enough
	}
	if f := run(t, fleet)[1]; f.Level != want {
		t.Errorf("with CAP_NET_ADMIN: %s, want %s", say(f), want)
	}
}

// grantedBuffer is what the kernel grants of a receive buffer by force.
func grantedBuffer(t *testing.T, size int) int {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	must(t, err)
	defer unix.Close(fd)
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, size) // refused: the default stays
	granted, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF)
	must(t, err)
	return granted
}

func run(t *testing.T, fleet Fleet) []Finding {
	t.Helper()
	found, err := Run(context.Background(), fleet)
	must(t, err)
	return found
}

// with runs f on a thread with these capabilities and no others, and then ends
// the thread.
func with(t *testing.T, capabilities uint32, f func()) {
	t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread dies
		defer close(done)
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		sets := [2]unix.CapUserData{{Effective: capabilities, Permitted: capabilities}}
		if err := unix.Capset(&header, &sets[0]); err != nil {
			done <- err
			return
		}
		f()
	}()
	must(t, <-done)
}

// portUnreachables sends itself ICMP port unreachable about a GRE and a UDP
// packet, and returns the protocols of which it came.
func portUnreachables(t *testing.T) (protocols []byte) {
	t.Helper()
	conn, err := net.ListenPacket("ip4:icmp", "127.0.0.1")
	must(t, err)
	defer conn.Close()
	for _, protocol := range []byte{unix.IPPROTO_GRE, unix.IPPROTO_UDP} {
		message := make([]byte, 8+28) // RFC 792: 8 octets, and the packet's header with 8 more
		message[0], message[1], message[8], message[8+9] = 3, 3, 0x45, protocol
		var sum uint32
		for i := 0; i < len(message); i += 2 {
			sum += uint32(binary.BigEndian.Uint16(message[i:]))
		}
		binary.BigEndian.PutUint16(message[2:], ^uint16(sum+sum>>16))
		_, _ = conn.WriteTo(message, &net.IPAddr{IP: net.IPv4(127, 0, 0, 1)}) // refused: it does not come
	}
	must(t, conn.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
	for {
		b := make([]byte, 100)
		n, _, err := conn.ReadFrom(b)
		if err != nil {
			return protocols
		}
		if n >= 18 && b[0] == 3 {
			protocols = append(protocols, b[8+9])
		}
	}
}
