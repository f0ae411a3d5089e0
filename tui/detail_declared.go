package tui

import (
	"strconv"
	"strings"
	"time"

	"greylag/fleet"
)

// declared writes what the inventory says, in its own words. What another
// greylag's stream does not tell is left out.
func (d *detail) declared() {
	title := "Declared"
	if d.tunnel.Line > 0 {
		title += " in line " + strconv.FormatUint(uint64(d.tunnel.Line), 10)
	}
	d.panels(panel{title, d.declaredTunnel()}, panel{"Declared of the far end", d.declaredPeer()})
}

// facts is a list of what is known.
type facts []fact

// add adds what is known, and leaves out what is empty.
func (f *facts) add(label, value string) {
	if value != "" {
		*f = append(*f, fact{label, plain, value})
	}
}

func (d *detail) declaredTunnel() []fact {
	t := d.tunnel
	var list facts
	list.add("source", addressText(t.Source))
	list.add("destination", addressText(t.Destination))
	list.add("reply_to", addressText(t.ReplyTo))
	list.add("device", t.Device)
	list.add("probe", string(t.Probe))
	list.add("interval", spanOf(t.Interval))
	list.add("retries", positive(t.Retries))
	list.add("up_after", positive(int(t.UpAfter)))
	list.add("key", keyText(t))
	list.add("checksum", switchText(t.Checksum, t.UpAfter > 0))
	list.add("sequence", switchText(t.Sequence, t.UpAfter > 0))
	list.add("payload", t.Payload.String())
	list.add("match", t.Match.String())
	if t.TTL > 0 { // 0 is none that is sent: nothing is known of the header
		list.add("ttl, tos", strconv.Itoa(int(t.TTL))+", "+strconv.Itoa(int(t.TOS)))
	}
	list.add("tags", strings.Join(t.Tags, ", "))
	return list
}

func (d *detail) declaredPeer() []fact {
	p := d.tunnel.Peer
	if p == nil {
		return nil
	}
	mode, acl := "point-to-point", "true"
	if p.Multipoint {
		mode = "multipoint (R15)"
	}
	if !p.ACLPermitsGRE {
		acl = "false (R18)"
	}
	var list facts
	list.add("mode", mode)
	list.add("urpf", p.URPF)
	list.add("ipsec", p.IPsec.String())
	list.add("front_vrf", p.FrontVRF)
	list.add("inside_vrf", p.InsideVRF)
	list.add("acl permits", acl)
	list.add("keepalive", peerKeepalive(p))
	return list
}

// peerKeepalive are the far end's own timers as declared (R12, R13).
func peerKeepalive(p *fleet.Peer) string {
	if p.KeepaliveInterval <= 0 {
		return "none (R13)"
	}
	return "every " + p.KeepaliveInterval.String() + ", retries " + strconv.Itoa(p.KeepaliveRetries)
}

func addressText(a interface {
	IsValid() bool
	String() string
}) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// spanOf is a timer as the inventory has it.
func spanOf(interval time.Duration) string {
	if interval <= 0 {
		return ""
	}
	return interval.String()
}

// positive is a number where it is known: none of them is 0.
func positive(n int) string {
	if n < 1 {
		return ""
	}
	return strconv.Itoa(n)
}

// keyText is the key (RFC 2890): 0 is one.
func keyText(t *fleet.Tunnel) string {
	if !t.HasKey {
		return "none"
	}
	return strconv.FormatUint(uint64(t.Key), 10)
}

// switchText is on or off, where that is known.
func switchText(on, known bool) string {
	switch {
	case on:
		return "on"
	case known:
		return "off"
	}
	return ""
}
