package inventory

import (
	"fmt"
	"net/netip"
	"strings"
)

const addressHint = `write an IPv4 address, as in "192.0.2.10"`

// address takes an IPv4 address that one host can have; loopback is allowed.
func address(r *reader, v value) (netip.Addr, bool) {
	s, ok := v.raw.(string)
	if !ok {
		r.wrongValue(v, addressHint, "is %s, not an address", describe(v.raw))
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		r.wrongValue(v, badAddressHint(s), "%s is not an IPv4 address", clip(s))
		return netip.Addr{}, false
	}
	if why, hint := unusable(a); why != "" {
		r.wrongValue(v, hint, "%q is %s", s, why)
		return netip.Addr{}, false
	}
	return a, true
}

func badAddressHint(s string) string {
	if p, err := netip.ParsePrefix(s); err == nil && p.Addr().Is4() {
		return fmt.Sprintf("write %q, without the length", p.Addr())
	}
	if strings.Trim(s, "0123456789./") != "" {
		return "write an address, not a name: greylag asks no DNS"
	}
	return addressHint
}

// unusable says why a keepalive cannot come from or go to a.
func unusable(a netip.Addr) (why, hint string) {
	switch {
	case a.Is4In6():
		return "an IPv6 address", fmt.Sprintf("write %q", a.Unmap())
	case !a.Is4():
		return "an IPv6 address", "keepalives are IPv4: " + addressHint
	case a.IsUnspecified():
		return "no host's address", "write the address itself"
	case a.IsMulticast():
		return "a multicast address", "keepalives are point-to-point (R15): write the far end's own address"
	case a == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return "the broadcast address", "write one host's address"
	}
	return "", ""
}

// prefix takes an IPv4 prefix without host bits.
func prefix(r *reader, v value) (netip.Prefix, bool) {
	s, ok := v.raw.(string)
	if !ok {
		r.wrongValue(v, `write "10.17.0.0/16"`, "is %s, not a prefix", describe(v.raw))
		return netip.Prefix{}, false
	}
	p, err := netip.ParsePrefix(s)
	switch {
	case err != nil:
		r.wrongValue(v, badPrefixHint(s), "%s is not an IPv4 prefix", clip(s))
	case !p.Addr().Is4():
		r.wrongValue(v, "tunnels are IPv4", "%q is an IPv6 prefix", s)
	case p != p.Masked():
		r.wrongValue(v, fmt.Sprintf("write %q", p.Masked()), "%q has host bits", s)
	default:
		return p, true
	}
	return netip.Prefix{}, false
}

// prefixes takes an array of them.
func prefixes(r *reader, v value) ([]netip.Prefix, bool) {
	list, ok := v.raw.([]any)
	if !ok {
		r.wrongValue(v, `write ["10.17.0.0/16"]`, "is %s, not an array of prefixes", describe(v.raw))
		return nil, false
	}
	out := make([]netip.Prefix, 0, len(list))
	for i, raw := range list {
		p, good := prefix(r, value{v.key, raw, v.at.item(i)})
		out, ok = append(out, p), ok && good
	}
	return out, ok
}

func badPrefixHint(s string) string {
	if a, err := netip.ParseAddr(s); err == nil && a.Is4() {
		return fmt.Sprintf(`write "%s/32" for the one host`, a)
	}
	return `write an address and a length, as in "10.17.0.0/16"`
}
