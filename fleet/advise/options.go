package advise

import (
	"fmt"

	"greylag/fleet"
)

// keys must be the same at both ends (RFC 2890 section 2.1).
func keys(e ends) *problem {
	t, p := e.tunnel, e.peer
	if p.KeySet == fleet.Unknown || (p.KeySet == fleet.On) == t.HasKey && p.Key == t.Key {
		return nil
	}
	return &problem{
		message: fmt.Sprintf("this end has %s and the far end %s: the keepalive is for no tunnel there, and the far end says ICMP port unreachable, or nothing",
			keyText(t.HasKey, t.Key), keyText(p.KeySet == fleet.On, p.Key)),
		fix: "configure the same `tunnel key` at both ends, or none",
	}
}

func keyText(has bool, key uint32) string {
	if !has {
		return "no key"
	}
	return fmt.Sprintf("key %d", key)
}

// checksums should be the same at both ends. RFC 2784 section 2.1 says in each packet
// whether it has one; a Linux far end demands what it has configured, either way
// (ip_tunnel_rcv).
func checksums(e ends) *problem {
	if !differs(e.peer.Checksum, e.tunnel.Checksum) {
		return nil
	}
	return &problem{
		message: fmt.Sprintf("GRE checksums are %s here and %s at the far end: one that insists, as Linux does, drops the keepalive without a word",
			onOff(e.tunnel.Checksum), onOff(!e.tunnel.Checksum)),
		fix: fmt.Sprintf("checksum = %t here, or change `tunnel checksum` at the far end", !e.tunnel.Checksum),
	}
}

// sequences: a far end that has them drops what has no number (RFC 2890 section
// 2.2; ip_tunnel_rcv); one that has not ignores ours.
func sequences(e ends) *problem {
	if !differs(e.peer.Sequence, e.tunnel.Sequence) {
		return nil
	}
	if e.tunnel.Sequence {
		return &problem{
			message:  "this end numbers its packets and the far end does not look at the numbers: they do nothing",
			fix:      "sequence = false here, or `tunnel sequence-datagrams` at the far end",
			severity: Info,
		}
	}
	return &problem{
		message: "the far end has sequence numbers and this end none: it drops the keepalive, which has no number",
		fix:     "sequence = true here, or no `tunnel sequence-datagrams` at the far end",
	}
}

// unguardedSequence is sequence numbers that nothing protects.
func unguardedSequence(e ends) *problem {
	if !e.tunnel.Sequence || e.tunnel.Checksum {
		return nil
	}
	return &problem{
		message: "sequence numbers without a checksum: one number that is corrupted on the way to something high makes the far end drop all that follow as old, until it restarts",
		fix:     "checksum = true here and `tunnel checksum` at the far end, or no sequence numbers",
	}
}

// differs tells whether an option is known to be otherwise at the far end.
func differs(far fleet.Setting, near bool) bool {
	return far != fleet.Unknown && (far == fleet.On) != near
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
