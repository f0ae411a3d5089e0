package ios

import "net/netip"

// accessList is an IPv4 access list, its entries in their order.
type accessList struct {
	standard bool // it looks at the source only
	entries  []entry
	asked    bool
	onGRE    []entry // of them those that may be about GRE, once asked
}

// aboutGRE are the entries that may be about GRE: of most lists few are. The list has
// been read to its end.
func (l *accessList) aboutGRE() []entry {
	if !l.asked {
		l.asked = true
		for _, e := range l.entries {
			if e.protocol != otherProtocol {
				l.onGRE = append(l.onGRE, e)
			}
		}
	}
	return l.onGRE
}

// entry is one permit or deny.
type entry struct {
	sequence            int
	permit              bool
	protocol            protocol
	source, destination where
	doubt               string // what of it cannot be evaluated; "": nothing
}

// protocol is what of an entry's protocol matters here.
type protocol uint8

const (
	otherProtocol protocol = iota
	gre                    // gre, 47 or ip
	unknownProtocol
)

// where is a set of addresses.
type where struct {
	base, wildcard uint32
	group          string // of an object-group, in place of them
	unknown        bool
}

// answer is what is known of a question: no, yes, or that it cannot be told.
type answer uint8

const (
	no answer = iota
	yes
	unsure
)

// permits tells whether the access list of that name permits GRE from source to
// destination, and if that cannot be told why. A list that is not there permits
// all, as does an empty one on an interface.
func (d *device) permits(name string, source, destination netip.Addr) (permits answer, why string) {
	list := d.lists[name]
	if list == nil {
		return unsure, "it is not in this file"
	}
	if len(list.entries) == 0 {
		return yes, ""
	}
	for _, e := range list.aboutGRE() {
		matches, why := d.matches(e, source, destination)
		if matches == unsure {
			return unsure, why
		}
		if matches == yes {
			return sure(e.permit), ""
		}
	}
	return no, ""
}

func sure(is bool) answer {
	if is {
		return yes
	}
	return no
}

// matches tells whether an entry is about GRE from source to destination.
func (d *device) matches(e entry, source, destination netip.Addr) (matches answer, why string) {
	from, why := d.contains(e.source, source)
	to, why2 := d.contains(e.destination, destination)
	if why == "" {
		why = why2
	}
	switch {
	case e.protocol == otherProtocol || from == no || to == no:
		return no, ""
	case from == unsure || to == unsure:
		return unsure, why
	case e.protocol == unknownProtocol:
		return unsure, "its protocols are an object-group"
	case e.doubt != "":
		return unsure, e.doubt + " cannot be evaluated"
	}
	return yes, ""
}

func (d *device) contains(w where, a netip.Addr) (in answer, why string) {
	switch {
	case w.group != "":
		return d.inGroup(w.group, a, make(map[string]bool))
	case w.unknown:
		return unsure, "an address of it cannot be read"
	}
	return sure((word32(a)^w.base)&^w.wildcard == 0), ""
}
