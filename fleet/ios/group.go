package ios

import "net/netip"

// objectGroup is an object-group of addresses.
type objectGroup struct {
	members []where
	ranges  [][2]netip.Addr
	groups  []string
	service bool // it is no group of addresses
}

// openGroup takes object-group network NAME, and groups of other kinds.
func (r *reader) openGroup(s statement, indent int) {
	r.enter(inGroup, indent)
	name := s.word(2)
	network := short(s.word(1), "network", 1)
	if short(s.word(1), "ip", 2) && short(name, "address", 1) {
		name, network = s.word(3), true
	}
	if s.no {
		r.leave()
		delete(r.dev.groups, name)
		return
	}
	r.group = r.dev.groups[name]
	if r.group == nil {
		r.group = &objectGroup{service: !network}
		r.dev.groups[name] = r.group
	}
}

// groupEntry takes a line of the open object-group; false where it is none.
func (r *reader) groupEntry(s statement) bool {
	g, words := r.group, s.words
	if isNumber(words[0]) && len(words) > 1 && !isAddress(words[0]) {
		words = words[1:] // a sequence number
	}
	switch {
	case s.no:
		return g.service || isAddress(words[0]) || short(words[0], "host", 2)
	case short(words[0], "group-object", 5) && len(words) > 1:
		g.groups = append(g.groups, words[1])
	case short(words[0], "range", 3) && len(words) > 2:
		g.addRange(words[1], words[2])
	case short(words[0], "host", 2), isAddress(words[0]), short(words[0], "any", 3):
		g.members = append(g.members, readMember(words))
	default:
		return short(words[0], "description", 3)
	}
	return true
}

func isAddress(w string) bool {
	_, ok := prefixOf(w, "")
	return ok
}

// readMember reads host ADDRESS or ADDRESS MASK, which is no wildcard.
func readMember(words []string) where {
	if !isAddress(words[0]) {
		w, _ := readWhere(words)
		return w
	}
	mask := ""
	if len(words) > 1 {
		mask = words[1]
	}
	p, _ := prefixOf(words[0], mask)
	w, _ := readWhere([]string{p.String()})
	return w
}

func (g *objectGroup) addRange(from, to string) {
	first, err := netip.ParseAddr(from)
	last, err2 := netip.ParseAddr(to)
	if err == nil && err2 == nil && first.Is4() && last.Is4() {
		g.ranges = append(g.ranges, [2]netip.Addr{first, last})
		return
	}
	g.members = append(g.members, where{unknown: true})
}

// inGroup tells whether a is in the object-group of that name. seen are the groups
// that have been asked already, in vain so far: a group may be in itself.
func (d *device) inGroup(name string, a netip.Addr, seen map[string]bool) (in answer, why string) {
	g := d.groups[name]
	if seen[name] {
		return no, ""
	}
	if g == nil || g.service {
		return unsure, "object-group " + quoted(name) + " cannot be evaluated"
	}
	seen[name] = true
	for _, r := range g.ranges {
		if !a.Less(r[0]) && !r[1].Less(a) {
			return yes, ""
		}
	}
	for _, m := range g.members {
		if in, why := d.contains(m, a); in != no {
			return in, why
		}
	}
	for _, inner := range g.groups {
		if in, why := d.inGroup(inner, a, seen); in != no {
			return in, why
		}
	}
	return no, ""
}
