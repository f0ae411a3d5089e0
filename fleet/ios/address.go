package ios

import (
	"math/bits"
	"net/netip"
)

// address takes ip address ADDRESS MASK [secondary] and its other forms.
func (i *iface) address(s statement) {
	prefix, ok := prefixOf(s.word(2), s.word(3))
	secondary := short(s.words[len(s.words)-1], "secondary", 3)
	switch {
	case s.no:
		i.noAddress(prefix, secondary)
	case ok && secondary:
		i.addresses.secondary = append(i.addresses.secondary, prefix)
	case ok:
		i.addresses = addressing{primary: prefix, secondary: i.addresses.secondary}
	case len(s.words) > 2:
		i.addresses = addressing{learnt: learning(s.word(2))}
	}
}

// unnumbered takes ip unnumbered INTERFACE, which takes the place of an address.
func (i *iface) unnumbered(s statement) {
	switch lender := s.naming(nameOf(append(s.rest(2), "")), len(s.words) > 2).name; {
	case lender != "":
		i.addresses = addressing{lender: lender}
	case s.no:
		i.addresses.lender = ""
	}
}

// noAddress takes away one address, or all.
func (i *iface) noAddress(prefix netip.Prefix, secondary bool) {
	if !secondary {
		if !prefix.IsValid() || prefix == i.addresses.primary {
			i.addresses = addressing{}
		}
		return
	}
	kept := i.addresses.secondary[:0:0]
	for _, p := range i.addresses.secondary {
		if p != prefix {
			kept = append(kept, p)
		}
	}
	i.addresses.secondary = kept
}

// learning names the way to an address that is not in the configuration.
func learning(word string) string {
	for _, w := range []string{"dhcp", "negotiated", "pool", "autoconfig", "slarp"} {
		if short(word, w, 2) {
			return w
		}
	}
	return unread
}

// unread is learnt where what stands for an address is none.
const unread = "?"

// prefixOf reads an address with a mask or a length.
func prefixOf(address, mask string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(address); err == nil && p.Addr().Is4() {
		return p, true
	}
	a, err := netip.ParseAddr(address)
	if err != nil || !a.Is4() {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, maskBits(mask)), true
}

// maskBits is the length of a mask, 32 where it is none.
func maskBits(mask string) int {
	m, err := netip.ParseAddr(mask)
	if err != nil || !m.Is4() {
		return 32
	}
	ones := bits.LeadingZeros32(^word32(m))
	if bits.OnesCount32(word32(m)) != ones {
		return 32
	}
	return ones
}

func word32(a netip.Addr) uint32 {
	b := a.As4()
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}
