package ios

import (
	"fmt"
	"strings"
)

// modeMenu is what may follow tunnel mode, of other makers too.
var modeMenu = newMenu("aurp cayman dvmrp eon ethernet gre iptalk ipip ipsec ipv6 ipv6ip l2tpv3 lisp mpls nos rbscp sdwan tag-switching udp vxlan")

// greMenu is what may follow tunnel mode gre.
var greMenu = newMenu("ip ipv4 ipv6 multipoint udp")

// modeReasons say of the modes of tunnels why they are none of ours.
var modeReasons = map[string]string{
	"ethernet":      "Ethernet over GRE: keepalives are for IP tunnels",
	"ipip":          "IP in IP, no GRE",
	"ipsec":         "an IPsec tunnel, no GRE",
	"ipv6":          "encapsulation in IPv6, no GRE",
	"ipv6ip":        "IPv6 in IPv4, no GRE",
	"l2tpv3":        "L2TPv3, no GRE",
	"lisp":          "LISP, no GRE",
	"mpls":          "MPLS traffic engineering, no GRE",
	"sdwan":         "SD-WAN, no GRE tunnel of its own",
	"tag-switching": "MPLS traffic engineering, no GRE",
	"udp":           "encapsulation in UDP, no GRE",
	"vxlan":         "VXLAN, no GRE",
}

// wrongMode says why a tunnel of that mode is left out, "" where it is point-to-point
// GRE over IPv4, the default.
func wrongMode(mode []string) (why string, multipoint bool) {
	if len(mode) == 0 {
		return "", false
	}
	word, _ := modeMenu.find(mode[0])
	if word == "gre" {
		return wrongGRE(mode[1:])
	}
	if why = modeReasons[word]; why != "" {
		return why, false
	}
	return fmt.Sprintf("its mode %s is no point-to-point GRE over IPv4", quoted(strings.Join(mode, " "))), false
}

func wrongGRE(mode []string) (why string, multipoint bool) {
	if len(mode) == 0 {
		return "", false // of EOS
	}
	switch word, ambiguous := greMenu.find(mode[0]); {
	case word == "multipoint", word == "ip" && len(mode) > 1 && short(mode[1], "multipoint", 1):
		return "multipoint GRE has no keepalives (R15)", true
	case word == "ip", word == "ipv4", ambiguous:
		return "", false
	case word == "ipv6":
		return "GRE over IPv6: keepalives are for IPv4 tunnels", false
	}
	return fmt.Sprintf("its mode %s is no point-to-point GRE over IPv4", quoted("gre "+strings.Join(mode, " "))), false
}
