//go:build linux

package hostcheck

import (
	"fmt"
	"strings"
)

// The values of rp_filter (ip-sysctl.rst).
const strict = 1

// reversePath: the kernel does not drop an answer for the interface by which it
// comes (RFC 3704). Loose filtering asks only that there be a way back.
func reversePath(f *facts) []Finding {
	devices := f.incoming()
	if len(devices) == 0 {
		return nil
	}
	var list []Finding
	for _, device := range devices {
		if f.rpFilter[device] == strict {
			list = append(list, f.strictOn(device))
		}
	}
	if list == nil {
		return one(OK, "not strict on "+some(devices), "", "")
	}
	return list
}

// strictOn is the finding for a device with a strict filter. The kernel takes
// the larger of two settings, so loose must be set for the interface alone.
func (f *facts) strictOn(device string) Finding {
	found := Finding{
		Level: Warning, Found: "rp_filter is strict on " + device,
		Means: "an answer that comes by another interface than the one its sender is routed by is dropped without a word",
		Do:    fmt.Sprintf("sudo sysctl -w net.ipv4.conf.%s.rp_filter=2", slashed(device)),
	}
	if names := f.boundAgainstRoute(device); names != nil {
		found.Level = Fault
		found.Means = "answers to " + some(names) + " are dropped: they come by " + device + ", and the route to their senders is by another interface"
	}
	return found
}

// boundAgainstRoute are the tunnels that are bound to a device although the
// routing table has another for them. Within a VRF its own table counts.
func (f *facts) boundAgainstRoute(device string) (names []string) {
	for i := range f.ways {
		if w := &f.ways[i]; f.Tunnels[i].Device == device && w.device == device && w.plain != device && f.links[device].master == 0 {
			names = append(names, f.Tunnels[i].Name)
		}
	}
	return names
}

// slashed is an interface's name within a sysctl's: eth0.100 is eth0/100 there.
func slashed(device string) string { return strings.ReplaceAll(device, ".", "/") }
