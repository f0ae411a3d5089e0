package ios

import (
	"net/netip"
	"strings"
)

// device is one router, as its statements leave it.
type device struct {
	file string // where it was met first
	line int
	name string // hostname; "": none was met
	soft bool   // the name is only a prompt's or a heading's

	interfaces map[string]*iface // by full name
	lists      map[string]*accessList
	groups     map[string]*objectGroup
	maps       map[string]*cryptoMap
	dynamic    map[string]*cryptoMap
	routes     []route
	hosts      map[string]netip.Addr // ip host

	indexed *index
}

func newDevice(file string, line int) *device {
	return &device{
		file: file, line: line,
		interfaces: map[string]*iface{}, lists: map[string]*accessList{}, groups: map[string]*objectGroup{},
		maps: map[string]*cryptoMap{}, dynamic: map[string]*cryptoMap{}, hosts: map[string]netip.Addr{},
	}
}

// iface is one interface.
type iface struct {
	name       string
	line       int // of its first header
	shutdown   bool
	forTunnels bool   // of a template: interface Virtual-Template1 type tunnel
	vrf        string // inside VRF: vrf forwarding
	addresses  addressing
	urpf       urpf
	inbound    named // the access list of ip access-group … in
	crypto     named // crypto map
	backup     named // the interface that backs it up
	keepalive  timers
	tunnel     tunnel
	routing    routing
}

// named is something that is named by a statement.
type named struct {
	name string
	line int
}

// addressing is where an interface's address comes from.
type addressing struct {
	primary   netip.Prefix
	secondary []netip.Prefix
	learnt    string // "dhcp", "negotiated", …: not in the configuration
	lender    string // ip unnumbered
}

// urpf is ip verify unicast.
type urpf struct {
	mode string // "", "strict" or "loose"
	list string // spares what this access list permits
	line int
}

// timers are those of keepalive; interval 0: none.
type timers struct {
	seconds, retries int
	line             int
}

// tunnel is the tunnel commands of an interface.
type tunnel struct {
	mode        []string // as written; nil: the default, gre ip
	modeLine    int
	source      []string // the words after tunnel source
	sourceLine  int
	destination []string
	destLine    int
	key         uint32
	hasKey      bool
	checksum    bool
	sequence    bool
	vrf         string // front VRF
	protection  bool
}

// routing is what the interface says of the routing protocols over it, in seconds;
// 0: nothing.
type routing struct {
	ospfDead, ospfHello, eigrpHold int
}

// find is the interface whose name words begin with, and nil where it is not there.
func (d *device) find(words []string) *iface {
	if name, n := interfaceName(words); n > 0 {
		return d.interfaces[name]
	}
	if len(words) > 0 {
		return d.interfaces[rawName(words)]
	}
	return nil
}

// rawName is how an interface of an unknown type is called.
func rawName(words []string) string {
	if len(words) > 1 && isNumber(words[1]) {
		return strings.ToLower(words[0]) + words[1]
	}
	return strings.ToLower(words[0])
}
