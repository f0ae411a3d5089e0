package netfilter

import (
	"net/netip"
	"path"
	"strconv"
	"strings"
)

// span is a value of a rule, or a range of values, both ends included.
type span struct{ low, high string }

// unread is a value that could not be read: any packet's may be within.
var unread = span{}

// field is something of a packet that rules look at.
type field struct {
	applies func(*Packet) bool // nil: to every packet
	within  func(span) match   // whether the packet's value is within
}

// holds makes a match: the field is there, and one of the spans has its value,
// or none has where negated.
func (f field) holds(list []span, negated bool) match {
	each := make([]match, len(list))
	for i, s := range list {
		if each[i] = unknown; s != unread {
			each[i] = f.within(s)
		}
	}
	found := anyOf(each)
	return func(p *Packet) truth {
		switch {
		case f.applies != nil && !f.applies(p):
			return no
		case negated:
			return found(p).not()
		}
		return found(p)
	}
}

// absent is a field of a packet that is none of ours, such as TCP's port: the
// tools put a match of its protocol before it.
var absent = field{
	applies: func(*Packet) bool { return false },
	within:  func(span) match { return unknown },
}

// number is a field that is a number, with the names that rules may use.
func number(names map[string]int, of func(*Packet) uint8) field {
	return field{within: func(s span) match {
		low, err1 := numberOf(names, s.low)
		high, err2 := numberOf(names, s.high)
		if err1 != nil || err2 != nil {
			return unknown
		}
		return func(p *Packet) truth { n := int(of(p)); return truthOf(low <= n && n <= high) }
	}}
}

func numberOf(names map[string]int, text string) (int, error) {
	if n, known := names[text]; known {
		return n, nil
	}
	n, err := strconv.ParseInt(text, 0, 32)
	return int(n), err
}

// only makes the field one of packets of a protocol.
func (f field) only(protocol uint8) field {
	f.applies = func(p *Packet) bool { return p.Protocol == protocol }
	return f
}

// address is a field that is an address, which may not be known.
func address(of func(*Packet) netip.Addr) field {
	return field{within: func(s span) match {
		low, err1 := netip.ParseAddr(s.low)
		high, err2 := netip.ParseAddr(s.high)
		if err1 != nil || err2 != nil {
			return unknown // a name, or IPv6
		}
		everything := low.IsUnspecified() && high == lastOf(netip.PrefixFrom(low, 0))
		return func(p *Packet) truth {
			a := of(p)
			if !a.IsValid() && !everything {
				return maybe
			}
			return truthOf(everything || !a.Less(low) && !high.Less(a))
		}
	}}
}

// device is an interface's name, with a * at its end for all that begin so. A
// packet on its way out came by none, and the other way round.
func device(out bool) field {
	return field{within: func(s span) match {
		pattern := escape(s.low)
		return func(p *Packet) truth {
			switch {
			case p.Out != out:
				return no
			case p.Device == "" && s.low != "*":
				return maybe
			}
			ok, err := path.Match(pattern, p.Device)
			return truthOf(ok && err == nil)
		}
	}}
}

// escape leaves only the * at the end of a name special.
func escape(name string) string {
	stem, wild := strings.CutSuffix(name, "*")
	stem = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(stem)
	if wild {
		return stem + "*"
	}
	return stem
}

// state is what connection tracking says.
var state = field{within: func(s span) match {
	return func(p *Packet) truth {
		if p.State == "" {
			return maybe
		}
		return truthOf(strings.EqualFold(s.low, string(p.State)))
	}
}}

// lastOf is the last address of an IPv4 prefix.
func lastOf(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().As4()
	for bit := p.Bits(); bit < 32; bit++ {
		b[bit/8] |= 0x80 >> (bit % 8)
	}
	return netip.AddrFrom4(b)
}

// prefixSpan is a prefix, or an address, as a span.
func prefixSpan(text string) span {
	p, err := netip.ParsePrefix(text)
	if err != nil || !p.Addr().Is4() {
		return span{text, text}
	}
	return span{p.Masked().Addr().String(), lastOf(p).String()}
}
