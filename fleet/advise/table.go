package advise

// rule is one rule. One of tunnel, hub and fleet is its function, which says what
// is wrong with its subject, or nil.
type rule struct {
	name     string
	severity Severity // unless the problem has one of its own
	advice   bool     // it explains why answers of this end's keepalives do not come back
	scope    scope    // which tunnels it is asked of
	keys     []string // where it stands, see Finding

	tunnel func(ends) *problem
	hub    func(*Judge, int) *problem
	fleet  func(*Judge) *problem
}

// scope is what a tunnel must have for a rule to be asked of it.
type scope uint8

const (
	peered scope = 1 << iota // something is declared of the far end
	alive                    // this end sends keepalives: probe = "icmp" is R20's way around many
)

// problem is what a rule finds.
type problem struct {
	message, fix string
	severity     Severity // "": the rule's
}

// rules are in the order of the requirements' numbers, then of the words for what
// the reference does not number. R15 is a warning: a Linux far end without a fixed
// remote address answers all the same (seen in the lab, "mgre").
var rules = []rule{
	{name: "R8", severity: Info, scope: alive, keys: []string{"interval"}, tunnel: subSecond},
	{name: "R13", severity: Info, scope: peered | alive, keys: []string{"peer.keepalive"}, tunnel: oneSided},
	{name: "R14", severity: Info, hub: largeHub},
	{name: "R15", severity: Warning, advice: true, scope: peered | alive, keys: []string{"peer.mode"}, tunnel: multipoint},
	{name: "R16", severity: Error, advice: true, scope: peered | alive, keys: []string{"peer.inside_vrf", "peer.front_vrf"}, tunnel: differentVRFs},
	{name: "R17", severity: Error, advice: true, scope: peered | alive, keys: []string{"peer.urpf"}, tunnel: unicastRPF},
	{name: "R18", severity: Error, advice: true, scope: peered | alive, keys: []string{"peer.acl_permits_gre"}, tunnel: accessList},
	{name: "R19", severity: Error, advice: true, scope: peered | alive, keys: []string{"peer.ipsec"}, tunnel: originatingHere},
	{name: "R19", severity: Error, scope: peered, keys: []string{"peer.keepalive", "peer.ipsec"}, tunnel: originatingThere},
	{name: "R20", severity: Info, scope: peered, keys: []string{"peer.ipsec"}, tunnel: wayOut},

	{name: "duplicate", severity: Error, keys: []string{"destination"}, tunnel: duplicate},
	{name: "nat", severity: Warning, scope: alive, keys: []string{"reply_to", "source"}, tunnel: privateInside},
	{name: "options", severity: Error, scope: peered | alive, keys: []string{"peer.key", "key"}, tunnel: keys},
	{name: "options", severity: Warning, scope: peered | alive, keys: []string{"peer.checksum", "checksum"}, tunnel: checksums},
	{name: "options", severity: Error, scope: peered | alive, keys: []string{"peer.sequence", "sequence"}, tunnel: sequences},
	{name: "options", severity: Warning, scope: alive, keys: []string{"sequence"}, tunnel: unguardedSequence},
	{name: "rate", severity: Warning, keys: []string{"max_rate"}, fleet: rate},
	{name: "recursive", severity: Error, keys: []string{"routes"}, tunnel: routedIntoItself},
	{name: "recursive", severity: Warning, keys: []string{"destination"}, tunnel: watchedIntoItself},
	{name: "timers", severity: Warning, keys: []string{"interval", "retries", "routing_dead"}, tunnel: slowHere},
	{name: "timers", severity: Warning, scope: peered, keys: []string{"peer.keepalive"}, tunnel: slowThere},
	{name: "underlay", severity: Warning, keys: []string{"destination"}, tunnel: sameFarEnd},
	{name: "underlay", severity: Info, keys: []string{"device", "source"}, tunnel: sameDevice},
}

// judge asks the rule of a tunnel.
func (r *rule) judge(e ends) *problem {
	if r.tunnel == nil || !r.scope.fits(e) {
		return nil
	}
	return r.tunnel(e)
}

// finding is what the rule found, in full.
func (r *rule) finding(about Subject, p *problem) Finding {
	severity := r.severity
	if p.severity != "" {
		severity = p.severity
	}
	return Finding{r.name, severity, p.message, p.fix, about, r.keys}
}
