package netfilter

import "net/netip"

// The names that the tools have for numbers.
var (
	protocols = map[string]int{
		"icmp": ICMP, "gre": GRE, "tcp": 6, "udp": 17, "ipv6": 41, "esp": 50, "ah": 51, "ipv6-icmp": 58,
		"icmpv6": 58, "ospf": 89, "ipencap": 4, "igmp": 2, "sctp": 132, "dccp": 33, "udplite": 136, "comp": 108,
	}
	icmpTypes = map[string]int{
		"echo-reply": EchoReply, "destination-unreachable": Unreachable, "echo-request": Echo,
		"time-exceeded": TimeExceeded, "parameter-problem": 12, "source-quench": 4, "redirect": 5,
		"router-advertisement": 9, "router-solicitation": 10, "timestamp-request": 13, "timestamp-reply": 14,
		"info-request": 15, "info-reply": 16, "address-mask-request": 17, "address-mask-reply": 18,
	}
	icmpCodes = map[string]int{
		"net-unreachable": 0, "host-unreachable": 1, "prot-unreachable": 2, "port-unreachable": PortUnreachable,
		"frag-needed": 4, "net-prohibited": 9, "host-prohibited": 10, "admin-prohibited": 13,
	}
	families   = map[string]int{"ipv4": 2, "ipv6": 10}
	etherTypes = map[string]int{"ip": 0, "ip6": 1, "arp": 2, "vlan": 3} // numbers of our own
)

// The fields that this package knows.
var (
	protocol    = number(protocols, func(p *Packet) uint8 { return p.Protocol })
	icmpType    = number(icmpTypes, func(p *Packet) uint8 { return p.Type }).only(ICMP)
	icmpCode    = number(icmpCodes, func(p *Packet) uint8 { return p.Code }).only(ICMP)
	version     = number(nil, func(*Packet) uint8 { return 4 })
	nfproto     = number(families, func(*Packet) uint8 { return 2 })
	etherType   = number(etherTypes, func(*Packet) uint8 { return 0 })
	quoted      = number(protocols, func(p *Packet) uint8 { return p.Quoted }).only(ICMP) // of an error
	source      = address(func(p *Packet) netip.Addr { return p.Source })
	destination = address(func(p *Packet) netip.Addr { return p.Destination })
	inDevice    = device(false)
	outDevice   = device(true)
)
