package capture_test

import (
	"bytes"
	"net"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"greylag/probe/capture"
)

// ip is a packet that every link carries.
var ip = []byte{0x45, 0, 0, 20, 0, 1, 0, 0, 64, 47, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2}

func with(head ...byte) []byte { return append(head, ip...) }

func ether(kind ...byte) []byte { return with(append(make([]byte, 12), kind...)...) }

func TestLinks(t *testing.T) {
	mac := make([]byte, 12)
	for _, c := range []struct {
		name string
		link uint16
		data []byte
		want error
	}{
		{"Ethernet", 1, ether(8, 0), nil},
		{"VLAN", 1, ether(0x81, 0, 0, 7, 8, 0), nil},
		{"QinQ", 1, ether(0x88, 0xa8, 0, 7, 0x81, 0, 0, 8, 8, 0), nil},
		{"old QinQ", 1, ether(0x91, 0, 0, 7, 0x92, 0, 0, 8, 8, 0), nil},
		{"Cisco metadata", 1, ether(0x89, 0x09, 1, 1, 0, 1, 0, 9, 8, 0), nil},
		{"metadata in a VLAN", 1, ether(0x81, 0, 0, 7, 0x89, 0x09, 1, 1, 0, 1, 0, 9, 8, 0), nil},
		{"MPLS", 1, ether(0x88, 0x47, 0, 1, 0, 255, 0, 1, 1, 255), nil},
		{"PPPoE", 1, ether(0x88, 0x64, 0x11, 0, 0, 1, 0, 22, 0, 0x21), nil},
		{"SNAP", 1, ether(0, 28, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0), nil},
		{"raw", 101, ip, nil}, {"raw, BSD", 12, ip, nil}, {"raw, OpenBSD", 14, ip, nil}, {"raw IPv4", 228, ip, nil},
		{"cooked", 113, with(append(make([]byte, 14), 8, 0)...), nil},
		{"cooked, VLAN", 113, with(append(make([]byte, 14), 0x81, 0, 0, 7, 8, 0)...), nil},
		{"cooked 2", 276, with(append([]byte{8, 0}, make([]byte, 18)...)...), nil},
		{"loopback, little endian", 0, with(2, 0, 0, 0), nil},
		{"loopback, big endian", 0, with(0, 0, 0, 2), nil},
		{"loopback, OpenBSD", 108, with(0, 0, 0, 2), nil},
		{"PPP", 9, with(0xff, 3, 0, 0x21), nil},
		{"PPP, compressed", 50, with(0, 0x21), nil},
		{"Cisco HDLC", 104, with(0x0f, 0, 8, 0), nil},

		{"IPv6", 1, ether(0x86, 0xdd), capture.ErrNotIPv4},
		{"IPv6 with the type of IPv4", 1, append(append(mac, 8, 0), 0x60), capture.ErrNotIPv4},
		{"IPv6, raw", 101, []byte{0x60}, capture.ErrNotIPv4},
		{"IPv6, loopback", 0, with(24, 0, 0, 0), capture.ErrNotIPv4},
		{"IPv6, PPP", 9, with(0, 0x57), capture.ErrNotIPv4},
		{"ARP", 1, ether(8, 6), capture.ErrNotIPv4},
		{"spanning tree", 1, ether(0, 38, 0x42, 0x42, 3), capture.ErrNotIPv4},
		{"a short one", 1, ether(8, 0)[:13], capture.ErrShort},
		{"no packet", 1, ether(8, 0)[:14], capture.ErrShort},
		{"a VLAN cut off", 1, ether(0x81, 0)[:17], capture.ErrShort},
		{"labels without end", 1, append(append(mac, 0x88, 0x47), 0, 0, 0, 0), capture.ErrShort},
		{"nothing, raw", 101, nil, capture.ErrShort},
		{"nothing, PPP", 9, []byte{0xff, 3}, capture.ErrShort},
		{"nothing, loopback", 0, []byte{0}, capture.ErrShort},
		{"nothing, PPPoE", 1, ether(0x88, 0x64)[:16], capture.ErrShort},
		{"802.11", 105, ip, capture.ErrLink},
	} {
		f := capture.Frame{Link: c.link, Data: c.data}
		got, err := f.IPv4()
		if err != c.want || err == nil && !bytes.Equal(got, ip) {
			t.Errorf("%s: %x, %v; want %v", c.name, got, err, c.want)
		}
	}
}

// gopacket's layers build the same.
func TestLinksOfOthers(t *testing.T) {
	mac := net.HardwareAddr{2, 0, 0, 0, 0, 1}
	b := gopacket.NewSerializeBuffer()
	must(t, gopacket.SerializeLayers(b, gopacket.SerializeOptions{},
		&layers.Ethernet{SrcMAC: mac, DstMAC: mac, EthernetType: layers.EthernetTypeQinQ},
		&layers.Dot1Q{VLANIdentifier: 9, Type: layers.EthernetTypeDot1Q},
		&layers.Dot1Q{VLANIdentifier: 10, Type: layers.EthernetTypeMPLSUnicast},
		&layers.MPLS{Label: 17, TTL: 3}, &layers.MPLS{Label: 18, TTL: 3, StackBottom: true},
		gopacket.Payload(ip)))
	f := capture.Frame{Link: capture.LinkEthernet, Data: b.Bytes()}
	if got, err := f.IPv4(); err != nil || !bytes.HasPrefix(got, ip) { // padded
		t.Errorf("%x, %v", got, err)
	}
}

// Cooked frames of version 2 say on which interface they were captured.
func TestCookedInterface(t *testing.T) {
	f := &file{order: orders["little endian"].order}
	cooked := with(append([]byte{8, 0, 0, 0, 0, 0, 0, 5}, make([]byte, 12)...)...)
	f.pcap(0xa1b2c3d4, 276).record(1, 0, cooked, len(cooked))
	got, err := capture.NewReader(bytes.NewReader(f.b)).Next()
	if err != nil || got.Interface != 5 {
		t.Errorf("interface %d, %v; want 5", got.Interface, err)
	}
}
