//go:build linux

package routes

import (
	"net"
	"net/netip"
	"testing"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
)

func TestGREOf(t *testing.T) {
	here, there, any := net.IP{192, 0, 2, 10}, net.IP{198, 51, 100, 17}, net.IP{0, 0, 0, 0}
	plain := GRE{Local: netip.MustParseAddr("192.0.2.10"), Remote: netip.MustParseAddr("198.51.100.17")}
	keyed := GRE{Local: plain.Local, Remote: plain.Remote, Key: 1017, HasKey: true}
	const key = nl.GRE_KEY
	tests := map[string]struct {
		link netlink.Link
		want GRE
	}{
		"gre":                  {&netlink.Gretun{Local: here, Remote: there}, plain},
		"gre, source open":     {&netlink.Gretun{Local: any, Remote: there}, GRE{Remote: plain.Remote}},
		"gre, no source":       {&netlink.Gretun{Remote: there}, GRE{Remote: plain.Remote}},
		"gre with a key":       {&netlink.Gretun{Local: here, Remote: there, IKey: 1017, OKey: 1017, IFlags: key, OFlags: key}, keyed},
		"key 0":                {&netlink.Gretun{Local: here, Remote: there, OFlags: key}, GRE{Local: plain.Local, Remote: plain.Remote, HasKey: true}},
		"key of what it sends": {&netlink.Gretun{Local: here, Remote: there, IKey: 9, OKey: 1017, IFlags: key, OFlags: key}, keyed},
		"key only inwards":     {&netlink.Gretun{Local: here, Remote: there, IKey: 9, IFlags: key}, plain},
		"key without flag":     {&netlink.Gretun{Local: here, Remote: there, OKey: 9}, plain},
		"checksum, sequence":   {&netlink.Gretun{Local: here, Remote: there, OFlags: nl.GRE_CSUM | nl.GRE_SEQ}, plain},
		"mapped into IPv6":     {&netlink.Gretun{Local: here.To16(), Remote: there.To16()}, plain},
		"multipoint":           {&netlink.Gretun{Local: here, Remote: any}, GRE{}},
		"no ends at all":       {&netlink.Gretun{}, GRE{}},
		"ends by route":        {&netlink.Gretun{Local: here, Remote: there, FlowBased: true}, GRE{}},
		"gretap":               {&netlink.Gretap{Local: here, Remote: there}, plain},
		"gretap with a key":    {&netlink.Gretap{Local: here, Remote: there, IKey: 1017, OKey: 1017, IFlags: key, OFlags: key}, keyed},
		"gretap, two keys":     {&netlink.Gretap{Local: here, Remote: there, IKey: 9, OKey: 1017, IFlags: key, OFlags: key}, GRE{}},
		"gretap by route":      {&netlink.Gretap{FlowBased: true}, GRE{}},
		"another kind":         {&netlink.Iptun{Local: here, Remote: there}, GRE{}},
		"no tunnel":            {&netlink.Dummy{}, GRE{}},
	}
	for name, tt := range tests {
		if got := greOf(tt.link); got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}
