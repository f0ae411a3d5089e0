package advise

import (
	"fmt"

	"greylag/fleet"
)

// duplicate is two tunnels that a far end cannot tell apart. Of two that are
// enabled the inventory itself takes only ICMP probes.
func duplicate(e ends) *problem {
	other := earlier(e, e.relations.twins, twinOf(e.tunnel))
	if other == nil {
		return nil
	}
	if !e.originates() {
		return &problem{
			message:  fmt.Sprintf("the same source, destination and device as %s: the same echo twice tells nothing new", name(other)),
			fix:      "remove one, or send it another way (source or device)",
			severity: Warning,
		}
	}
	return &problem{
		message: fmt.Sprintf("the same source, destination and key as %s: neither the far end nor this one can tell their packets apart", name(other)),
		fix:     "give each a key of its own (`tunnel key`, at both ends), or remove one",
	}
}

// sameFarEnd is a spoke with two tunnels to one address.
func sameFarEnd(e ends) *problem {
	other := earlier(e, e.relations.farEnds, farEndOf{e.tunnel.Spoke, e.tunnel.Destination})
	if other == nil {
		return nil
	}
	message := fmt.Sprintf("the same destination as %s of this spoke: what takes the line to %v down takes both, so this is a backup against a failure at this end only",
		ranked(other), e.tunnel.Destination)
	if other.Source == e.tunnel.Source {
		message = fmt.Sprintf("the same source and destination as %s of this spoke: what takes one down takes both, so this is no real backup", ranked(other))
	}
	return &problem{message: message, fix: "end it at another address of the far end, on a line of its own"}
}

// sameDevice is a spoke with two tunnels that leave this host the same way.
func sameDevice(e ends) *problem {
	t := e.tunnel
	other := earlier(e, e.relations.devices, deviceOf{t.Spoke, t.Device, t.Source})
	if other == nil || other.Destination == t.Destination {
		return nil
	}
	return &problem{
		message: fmt.Sprintf("the same source and device as %s of this spoke: when %s fails, both do", ranked(other), t.Device),
		fix:     "send it by another device, from a source of its own, if it is to be a backup against that too",
	}
}

// name names another tunnel, with its line where it has one.
func name(t *fleet.Tunnel) string {
	if t.Line == 0 {
		return fmt.Sprintf("%q", t.Name)
	}
	return fmt.Sprintf("%q on line %d", t.Name, t.Line)
}

func ranked(t *fleet.Tunnel) string { return fmt.Sprintf("%s (rank %d)", name(t), t.Rank) }
