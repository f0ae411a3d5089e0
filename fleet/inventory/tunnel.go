package inventory

import (
	"fmt"
	"net/netip"
	"slices"

	"greylag/fleet"
)

// takeTunnel takes one [[tunnel]]: what it says itself, then its hub, then the
// defaults.
func (r *reader) takeTunnel(t table) {
	r.out.Tunnels = append(r.out.Tunnels, r.defaults)
	tun := &r.out.Tunnels[r.index()]
	tun.Line = uint32(r.lines.line(t.at.value))
	tun.Tags = slices.Clone(tun.Tags)
	if tun.Peer != nil {
		peer := *tun.Peer
		tun.Peer = &peer
	}
	// A wrong address must not leave the defaults' in its place for the checks.
	if t.has("source") {
		tun.Source = netip.Addr{}
	}
	if t.has("reply_to") {
		tun.ReplyTo = netip.Addr{}
	}
	take(r, t, tunnelRows, tun)
	r.placeTunnel(t)

	r.need(t, "name", `write name = "fra1-seoul", unique in this file`)
	r.need(t, "destination", "write the far end's address")
	r.checkName(t, tun)
	r.checkSites(t, tun)
	r.inheritSource(t, tun)
	r.checkAddresses(t, tun)
	r.checkProbe(t, tun)
	r.checkAnswers(t, tun)
}

func (r *reader) checkName(t table, tun *fleet.Tunnel) {
	if tun.Name == "" {
		return
	}
	if i, taken := r.tunnels[tun.Name]; taken {
		r.wrongValue(t.value("name"), "names are unique", "%q is already that of the tunnel on line %d", tun.Name, r.out.Tunnels[i].Line)
		return
	}
	r.tunnels[tun.Name] = r.index()
}

// index is that of the tunnel which is being taken.
func (r *reader) index() int32 { return int32(len(r.out.Tunnels) - 1) }

// checkSites looks up hub and spoke, or adds them where none is declared. The
// defaults' hub has been checked where it stands.
func (r *reader) checkSites(t table, tun *fleet.Tunnel) {
	if t.has("hub") {
		r.hubs.check(r, t.value("hub"), tun.Hub)
	}
	if t.has("spoke") {
		r.spokes.check(r, t.value("spoke"), tun.Spoke)
	}
	r.hubs.imply(tun.Hub, fleet.Hub{Name: tun.Hub, IPsec: fleet.IPsecNone})
	r.placeImplied(t)
	r.spokes.imply(tun.Spoke, fleet.Spoke{Name: tun.Spoke})
}

// inheritSource gives tun the source of its hub, where it has none of its own;
// that of the defaults it has already.
func (r *reader) inheritSource(t table, tun *fleet.Tunnel) {
	if t.has("source") {
		return
	}
	if r.doubtful {
		tun.Source = netip.Addr{}
		return
	}
	hub, known := r.hubs.find(tun.Hub)
	if hub.Source.IsValid() {
		tun.Source = hub.Source
	}
	// An unknown hub is a mistake already, and might have had one.
	unknown := tun.Hub != "" && !known
	if !tun.Source.IsValid() && !unknown {
		r.wrong(t.at.value, t.title+" has no source", "give one to the tunnel, to its hub or to [defaults]")
	}
}

func (r *reader) checkAddresses(t table, tun *fleet.Tunnel) {
	if !tun.Destination.IsValid() {
		return
	}
	if tun.Source == tun.Destination {
		r.wrongValue(t.value("destination"), "write the far end's address", "%q is the source too", tun.Destination)
	}
	if tun.ReplyTo == tun.Destination {
		r.wrongValue(t.value("destination"), "answers go to this end, write the far end's address", "%q is reply_to too", tun.Destination)
	}
}

// checkProbe records keys that mean nothing to an ICMP probe, and drops what
// the defaults say of them.
func (r *reader) checkProbe(t table, tun *fleet.Tunnel) {
	if tun.Probe != fleet.Echo {
		return
	}
	for _, w := range tunnelRows {
		if w.fit&keepaliveOnly != 0 && t.has(w.key) {
			r.wrong(t.at.child(w.key).at, w.key+` means nothing to probe = "icmp"`, `only for probe = "keepalive"`)
		}
	}
	tun.Checksum, tun.Sequence, tun.ReplyTo = false, false, netip.Addr{}
	tun.Payload, tun.Match = fleet.Bare, fleet.MatchID
}

// answer is what tells one tunnel's answers from another's.
type answer struct {
	source, destination [4]byte // the answer's destination and source
	key                 uint32
	hasKey              bool
}

// checkAnswers records a tunnel whose answers look like those of another.
func (r *reader) checkAnswers(t table, tun *fleet.Tunnel) {
	if !tun.Enabled || tun.Probe != fleet.Keepalive || !r.certain(t, tun) {
		return
	}
	a := answer{tun.Source.As4(), tun.Destination.As4(), tun.Key, tun.HasKey}
	if !r.claimAnswer(t, a) || !tun.ReplyTo.IsValid() || tun.ReplyTo == tun.Source {
		return
	}
	a.source = tun.ReplyTo.As4() // what NAT leaves as it is
	r.claimAnswer(t, a)
}

func (r *reader) claimAnswer(t table, a answer) bool {
	if i, taken := r.answers[a]; taken {
		other := &r.out.Tunnels[i]
		r.wrong(t.at.value, fmt.Sprintf("its answers look like those of %q on line %d: same source, destination and key",
			other.Name, other.Line), "give each a key of its own")
		return false
	}
	r.answers[a] = r.index()
	return true
}

// certain tells whether all that an answer is known by is right.
func (r *reader) certain(t table, tun *fleet.Tunnel) bool {
	return tun.Source.IsValid() && tun.Destination.IsValid() &&
		tun.HasKey == t.has("key") && (tun.ReplyTo.IsValid() || !t.has("reply_to"))
}
