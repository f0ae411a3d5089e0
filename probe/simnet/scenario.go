package simnet

import (
	"fmt"
	"strings"
)

// Scenario is what a far end is like, by the name that the lab uses for it.
type Scenario string

// The lab's scenarios, and two more.
const (
	Plain            Scenario = "plain"              // forwards what it decapsulates: up
	NoLocal          Scenario = "nolocal"            // Linux's accept_local=0
	NoForward        Scenario = "noforward"          // Linux's ip_forward=0
	Key              Scenario = "key"                // tunnel with a key (RFC 2890)
	Checksum         Scenario = "csum"               // tunnel with checksums (RFC 2784)
	Sequence         Scenario = "seq"                // tunnel with sequence numbers (RFC 2890)
	KeyChecksum      Scenario = "keycsum"            // both key and checksums
	URPF             Scenario = "urpf"               // R17, strict
	URPFAddr         Scenario = "urpf-addr"          // R17, strict, the tunnel has an address
	URPFLoose        Scenario = "urpf-loose"         // R17, loose
	URPFLooseAddr    Scenario = "urpf-loose-addr"    // Linux lets it pass once the tunnel has an address
	URPFNoLocal      Scenario = "urpf-nolocal"       // both causes at once
	URPFLooseNoLocal Scenario = "urpf-loose-nolocal" // both causes at once
	VRF              Scenario = "vrf"                // R16: tunnel in a VRF, underlay in the global table
	VRFUnder         Scenario = "vrf-under"          // R16: the other way round
	VRFMatch         Scenario = "vrf-match"          // R16: both in the same VRF
	VRFLeak          Scenario = "vrf-leak"           // R16, the underlay's route leaked
	ACL              Scenario = "acl"                // drops GRE on arrival
	ACLReject        Scenario = "acl-reject"         // refuses GRE on arrival
	ACLInner         Scenario = "acl-inner"          // R18: drops the answer as it leaves the tunnel
	ACLInnerReject   Scenario = "acl-inner-reject"   // R18: refuses it; the refusal goes to itself
	NoGRE            Scenario = "nogre"              // no GRE at all
	NoTunnel         Scenario = "notunnel"           // GRE, but no tunnel; also a tunnel interface set down
	Multipoint       Scenario = "mgre"               // any remote
	IPsec0           Scenario = "ipsec0"             // no IPsec
	IPsec1           Scenario = "ipsec1"             // R19, first row
	IPsec2           Scenario = "ipsec2"             // R19, second row
	IPsec3           Scenario = "ipsec3"             // R19, third row
	IPsec4           Scenario = "ipsec4"             // R19, fourth row

	Silent Scenario = "silent" // the host is off: not even ICMP echo is answered
	NoHost Scenario = "nohost" // the last router finds no such host and says so
)

// conduct is what a far end does with the packets that reach it.
type conduct uint8

const (
	forwards   conduct = iota + 1 // decapsulates and forwards (R4)
	swallows                      // decapsulates, and drops what it finds inside
	drops                         // drops GRE on arrival
	prohibits                     // refuses GRE on arrival
	ignorant                      // does not know GRE
	tunnelless                    // knows GRE, has no tunnel
	off                           // answers nothing
	absent                        // is not there, and a router says so
)

// scenarios: what each far end does, and the options of its tunnel in the lab.
// IPsec itself is below this network: only whether the answer comes home is.
var scenarios = []struct {
	name    Scenario
	conduct conduct
	options Tunnel // its key is 1000 plus the tunnel's number
}{
	{name: Plain, conduct: forwards},
	{name: NoLocal, conduct: swallows},
	{name: NoForward, conduct: swallows},
	{name: Key, conduct: forwards, options: Tunnel{HasKey: true}},
	{name: Checksum, conduct: forwards, options: Tunnel{Checksum: true}},
	{name: Sequence, conduct: forwards, options: Tunnel{Sequence: true}},
	{name: KeyChecksum, conduct: forwards, options: Tunnel{HasKey: true, Checksum: true}},
	{name: URPF, conduct: swallows},
	{name: URPFAddr, conduct: swallows},
	{name: URPFLoose, conduct: swallows},
	{name: URPFLooseAddr, conduct: forwards},
	{name: URPFNoLocal, conduct: swallows},
	{name: URPFLooseNoLocal, conduct: swallows},
	{name: VRF, conduct: swallows},
	{name: VRFUnder, conduct: swallows},
	{name: VRFMatch, conduct: forwards},
	{name: VRFLeak, conduct: forwards},
	{name: ACL, conduct: drops},
	{name: ACLReject, conduct: prohibits},
	{name: ACLInner, conduct: swallows},
	{name: ACLInnerReject, conduct: swallows},
	{name: NoGRE, conduct: ignorant},
	{name: NoTunnel, conduct: tunnelless},
	{name: Multipoint, conduct: forwards},
	{name: IPsec0, conduct: forwards},
	{name: IPsec1, conduct: swallows},
	{name: IPsec2, conduct: forwards},
	{name: IPsec3, conduct: swallows},
	{name: IPsec4, conduct: forwards},
	{name: Silent, conduct: off},
	{name: NoHost, conduct: absent},
}

// Scenarios returns all scenarios, in the order of the lab's README.
func Scenarios() []Scenario {
	names := make([]Scenario, len(scenarios))
	for i := range scenarios {
		names[i] = scenarios[i].name
	}
	return names
}

// find returns what the scenario means, or an error that names those there are.
func (s Scenario) find() (conduct, Tunnel, error) {
	var known []string
	for _, k := range scenarios {
		if k.name == s {
			return k.conduct, k.options, nil
		}
		known = append(known, string(k.name))
	}
	return 0, Tunnel{}, fmt.Errorf("simnet: unknown scenario %q: one of %s", s, strings.Join(known, ", "))
}
