//go:build linux

package hostcheck

import (
	"net/netip"

	"greylag/probe/hostcheck/netfilter"
)

// facts are what was gathered of this host, once, for all checks.
type facts struct {
	Fleet

	sockets error // of opening raw sockets
	granted int   // receive buffer, in bytes of the kernel's accounting
	loops   []loop

	links   map[string]link      // by their names
	names   map[int]string       // of links, by their indices
	sources map[netip.Addr]place // of the fleet's tunnels
	ways    []way                // of the fleet's tunnels, one for each
	uplink  string               // the interface of the default route; "": there is none

	rpFilter map[string]int // of the interfaces that answers come by
	module   bool           // ip_gre is loaded
	tunnels  []greDevice    // the kernel's own

	rules    netfilter.Ruleset
	readable bool     // rules were read
	unread   []string // why some rules were not
}

// link is an interface.
type link struct {
	index   int
	master  int  // index of the bridge, bond or VRF that it is of; 0: none
	up      bool // administratively
	carrier bool // and it can send
}

// place is where an address is.
type place struct {
	local  bool   // packets to it are for this host
	device string // the interface that has it; "": none
}

// way is how packets to a tunnel's destination leave.
type way struct {
	device string // the interface; "": there is no way
	plain  string // the same, were the tunnel not bound to a device
	err    error  // why there is no way
}

// greDevice is a GRE tunnel of the kernel's.
type greDevice struct {
	name          string
	local, remote netip.Addr // unspecified: any
	key           uint32
	hasKey        bool
	up            bool
	answers       bool // its keepalives' inner packets are forwarded: R17 in Linux's words
}

// loop is what became of packets between two addresses of this host.
type loop struct {
	address, other netip.Addr
	gre, icmp      passage
}

// passage is what became of a packet and its answer.
type passage int8

const (
	untried passage = iota
	passed
	refused  // on its way out, the kernel's error being EPERM
	vanished // it was sent, and its answer did not come
)
