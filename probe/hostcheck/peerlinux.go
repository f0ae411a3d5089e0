//go:build linux

package hostcheck

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"greylag/probe"
)

// PeerLinux is what a Linux far end needs to send keepalives back by its tunnel
// device: a shell script with comments, which works once its two addresses are
// filled in. It fails where device is no name that an interface can have.
func PeerLinux(device string) (string, error) {
	return peerScript(device, peerIntroduction, "")
}

// PeerLinuxOf is [PeerLinux] for the far end of t: addresses and options are filled
// in.
func PeerLinuxOf(t *probe.Tunnel, device string) (string, error) {
	introduction := fmt.Sprintf(peerFilledIn, t.Destination, home(t))
	return peerScript(device, introduction, peerOptions(t))
}

// home is where t's answers go.
func home(t *probe.Tunnel) netip.Addr {
	if t.ReplyTo.IsValid() {
		return t.ReplyTo
	}
	return t.Source
}

// peerOptions are those of `ip link add … type gre` that both ends must have alike.
func peerOptions(t *probe.Tunnel) (options string) {
	if t.HasKey {
		options += " key " + strconv.FormatUint(uint64(t.Key), 10)
	}
	if t.Checksum {
		options += " csum"
	}
	if t.Sequence {
		options += " seq"
	}
	return options
}

func peerScript(device, introduction, options string) (string, error) {
	if err := checkDevice(device); err != nil {
		return "", err
	}
	script := introduction + peerLinux
	return strings.NewReplacer("DEVICE", device, "SLASHED", slashed(device), " OPTIONS", options).Replace(script), nil
}

// checkDevice also keeps out what a shell would not take for a word.
func checkDevice(name string) error {
	const most = 15 // IFNAMSIZ less its NUL
	switch {
	case name == "" || name == "." || name == "..":
		return errors.New("an interface's name is needed, such as gre1")
	case len(name) > most:
		return fmt.Errorf("interface name %q has more than %d characters", name, most)
	case strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") != "":
		return fmt.Errorf("interface name %q has characters other than letters, digits, '.', '-' and '_'", name)
	}
	return nil
}

const peerIntroduction = `# A Linux far end that sends keepalives back. Run this there, as root, with the
# two addresses filled in. It needs neither greylag nor keepalives of its own (R4).
HERE=198.51.100.17  # the far end's own address: destination in the inventory
HUB=192.0.2.10      # the host that runs greylag: source in the inventory

# The tunnel. With key = N in the inventory add: key N. With checksum: csum.
`

const peerFilledIn = `# A Linux far end that sends keepalives back. Run this there, as root. It needs
# neither greylag nor keepalives of its own (R4).
HERE=%v
HUB=%v

# The tunnel.
`

const peerLinux = `ip link add DEVICE type gre local $HERE remote $HUB ttl 255 OPTIONS
ip link set DEVICE up

# A keepalive's answer comes out of the tunnel with the far end's own address as
# its source, and is to be forwarded to where it came from. By default Linux
# drops such a packet, for three reasons; these are R17 in Linux's words:
#   accept_local  its source is an address of this host
#   rp_filter     the route to its source is not by the tunnel. The larger value
#                 of all and the interface counts, and 2 (loose) drops it too
#                 while the interface has no address
#   forwarding    it is not for this host
# Other interfaces keep a filter of their own if theirs is set.
cat >/etc/sysctl.d/60-greylag-DEVICE.conf <<'EOF'
net.ipv4.conf.SLASHED.accept_local = 1
net.ipv4.conf.SLASHED.forwarding = 1
net.ipv4.conf.SLASHED.rp_filter = 0
net.ipv4.conf.all.rp_filter = 0
EOF
sysctl -p /etc/sysctl.d/60-greylag-DEVICE.conf

# Where a firewall is on, these must be let through: the keepalive, its answer on
# the way from the tunnel, and the answer on its way out. Into rules like these:
#   nft insert rule inet filter input ip saddr $HUB ip protocol gre accept
#   nft insert rule inet filter forward iifname DEVICE ip daddr $HUB ip protocol gre accept
`
