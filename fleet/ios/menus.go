package ios

// The menus hold what matters for telling abbreviations apart, and for telling when
// an interface's commands end; they are not all that IOS has.

// interfaceMenu is what may stand in an interface.
var interfaceMenu = newMenu(`
	arp authentication auto backup bandwidth bfd bgp-policy bridge-group bridge-domain
	carrier-delay cdp channel-group channel-protocol clns clock compress crypto cts
	default delay description dialer dialer-group domain dot1q dot1x down-when-looped duplex
	encapsulation eou ethernet exit fair-queue flow flowcontrol full-duplex
	group-range h323-gateway half-duplex hold-queue
	ignore ip ipv6 isdn isis keepalive
	lacp lan-name llc2 lldp load-interval logging loopback
	mab mac-address macro mdix media-type member mls mop mpls mtu multilink
	nat64 negotiation no no-address ntp peer physical-layer platform pppoe pppoe-client ppp priority-group
	qos random-detect rate-limit redundancy rmon routing
	serial service service-policy shutdown snmp spanning-tree speed squelch standby storm-control switchport
	timeout traffic-shape transmit-interface trust tunnel tx-ring-limit
	udld vlan-id vrf vrrp xconnect zone-member`)

// readMenu is those of them that are read. Others that are global commands too end
// the interface where they stand less indented than its commands.
var readMenu = newMenu("backup crypto ip keepalive shutdown tunnel vrf")

// interfaceIPMenu is what may follow ip in an interface.
var interfaceIPMenu = newMenu(`
	access-group accounting address admission arp auth-proxy authentication
	bandwidth-percent bgp broadcast-address cef cgmp ddns dhcp directed-broadcast dvmrp
	flow header-compression hello-interval helper-address hold-time igmp information-reply inspect ips irdp
	load-sharing local-proxy-arp mask-reply mfib mobile mroute-cache mtu multicast
	nat nbar next-hop-self nhrp ospf pgm pim policy proxy-arp
	redirects rip route-cache router rsvp rtp sap security split-horizon summary-address
	tcp traffic-export unnumbered unreachables verify virtual-reassembly vrf wccp`)

// tunnelMenu is what may follow tunnel in an interface, of other makers too.
var tunnelMenu = newMenu(`
	bandwidth bfd checksum destination endpoint entropy flow key mode mpls
	path-mtu-discovery protection qos rbscp route-via sequence-datagrams source
	tos ttl tsp-hop udlr underlay use-vrf vrf`)

// globalMenu is the commands outside of interfaces.
var globalMenu = newMenu(`
	aaa access-list alias archive arp banner bfd boot bridge buffers
	call call-home call-manager-fallback card cdp class class-map clock configure control-plane controller crypto
	default device-sensor dhcp dial-peer dialer dialer-list diagnostic domain dot11 dot1x
	enable ephone ephone-dn errdisable ethernet event exception
	fabric feature firewall flow ftp-server gatekeeper gateway global-protect group-policy
	hostname hw-module identity interface ip ipv6 isdn isis key kron
	l2 l2tp-class l2vpn license line lldp logging login
	mac mac-address-table macro map-class map-list memory menu mls monitor mpls multicast-routing multilink
	nat nat64 netconf network-clock ntp
	object object-group parameter-map parser platform policy policy-map port-channel prefix-set privilege
	process pseudowire-class qos radius radius-server redundancy regexp rmon role route route-map route-policy router
	same-security-traffic sampler sccp scripting sdwan security service sip sip-ua snmp snmp-server spanning-tree stcapp subscriber switch system
	tacacs tacacs-server telephony-service template tftp-server time-range track transceiver tunnel-group
	udld username version vlan voice voice-card voice-port vpdn vpdn-group vrf vtp
	webui webvpn wireless wlan wsma xconnect zone zone-pair`)

// globalIPMenu is what may follow ip outside of interfaces, as far as it is another
// word than in an interface.
var globalIPMenu = newMenu(`
	access-list as-path classless community-list default-gateway domain domain-lookup domain-name explicit-path extcommunity-list
	flow-export forward-protocol ftp host http local multicast-routing name-server prefix-list radius
	rcmd route routing scp sla source-route ssh subnet-zero tacacs telnet tftp`)

// nesting are the global commands in which interfaces are named that are no
// definitions of them.
var nesting = newMenu("router sdwan mpls multicast-routing l2vpn l2 isis ntp redundancy spanning-tree")
