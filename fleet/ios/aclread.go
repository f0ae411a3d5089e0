package ios

import (
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// numberedList takes access-list NUMBER permit … and its no.
func (r *reader) numberedList(s statement) {
	number, err := strconv.Atoi(s.word(1))
	if err != nil {
		return // of another maker
	}
	if s.no {
		delete(r.dev.lists, s.word(1))
		return
	}
	r.dev.list(s.word(1), isStandard(number)).add(s.rest(2))
}

func isStandard(number int) bool { return number < 100 || number >= 1300 && number < 2000 }

// openList takes ip access-list extended NAME, or standard NAME. Of NX-OS and
// others there is no such word before the name.
func (r *reader) openList(s statement, indent int) {
	standard, extended := short(s.word(2), "standard", 1), short(s.word(2), "extended", 2)
	name := s.word(2)
	if (standard || extended) && len(s.words) > 3 {
		name = s.word(3)
	}
	if number, err := strconv.Atoi(name); err == nil {
		standard = isStandard(number)
	}
	switch {
	case name == "" || short(name, "resequence", 4) || short(name, "log-update", 4):
		r.enter(inOther, indent)
	case s.no:
		delete(r.dev.lists, name)
	default:
		r.enter(inList, indent)
		r.list = r.dev.list(name, standard)
	}
}

func (d *device) list(name string, standard bool) *accessList {
	l := d.lists[name]
	if l == nil {
		l = &accessList{standard: standard}
		d.lists[name] = l
	}
	return l
}

// listEntry takes a line of the open access list; false where it is none.
func (r *reader) listEntry(s statement) bool {
	_, numbered := sequenceOf(s.words)
	word := s.word(0)
	if numbered {
		word = s.word(1)
	}
	switch {
	case s.no:
		r.list.remove(s.words)
		return true
	case short(word, "permit", 3), short(word, "deny", 2):
		r.list.add(s.words)
		return true
	}
	return short(word, "remark", 3) || short(word, "evaluate", 3) || numbered || short(word, "statistics", 4) || short(word, "fragments", 4)
}

// sequenceOf is the sequence number that an entry's words begin with, if they do.
func sequenceOf(words []string) (n int, numbered bool) {
	if len(words) == 0 || words[0][0] < '0' || words[0][0] > '9' {
		return 0, false
	}
	n, err := strconv.Atoi(words[0])
	return n, err == nil
}

// remove takes away the entry of a sequence number, or the one that words write.
func (l *accessList) remove(words []string) {
	if sequence, numbered := sequenceOf(words); numbered {
		l.entries = slices.DeleteFunc(l.entries, func(e entry) bool { return e.sequence == sequence })
		return
	}
	if gone, ok := l.parse(words); ok {
		l.entries = slices.DeleteFunc(l.entries, func(e entry) bool { e.sequence = 0; return e == gone })
	}
}

// add adds the entry that words write, in the place of its sequence number or at
// the end. What is no entry is a remark, or nothing of concern.
func (l *accessList) add(words []string) {
	sequence, numbered := sequenceOf(words)
	if numbered {
		words = words[1:]
	}
	e, ok := l.parse(words)
	if !ok {
		return
	}
	last := 0
	if len(l.entries) > 0 {
		last = l.entries[len(l.entries)-1].sequence
	}
	if sequence == 0 {
		sequence = last + 10
	}
	e.sequence = sequence
	if sequence > last {
		l.entries = append(l.entries, e)
		return
	}
	at, taken := slices.BinarySearchFunc(l.entries, sequence, func(e entry, n int) int { return e.sequence - n })
	if taken {
		l.entries[at] = e
		return
	}
	l.entries = slices.Insert(l.entries, at, e)
}

// parse reads permit PROTOCOL SOURCE DESTINATION …, or permit SOURCE in a standard
// list.
func (l *accessList) parse(words []string) (entry, bool) {
	if len(words) < 2 {
		return entry{}, false
	}
	e := entry{permit: short(words[0], "permit", 3), protocol: gre, destination: anywhere}
	if !e.permit && !short(words[0], "deny", 2) {
		return entry{}, false
	}
	words = words[1:]
	if l.standard {
		e.source, _ = readWhere(words)
		return e, true
	}
	e.protocol, words = readProtocol(words)
	if e.protocol == otherProtocol {
		return e, true
	}
	e.source, words = readWhere(words)
	e.destination, words = readWhere(words)
	e.doubt = doubtful(words)
	if e.doubt == "fragments" {
		e.protocol, e.doubt = otherProtocol, "" // a keepalive is none
	}
	return e, true
}

func readProtocol(words []string) (protocol, []string) {
	switch w := strings.ToLower(words[0]); {
	case w == "gre" || w == "47" || w == "ip" || w == "ipv4":
		return gre, words[1:]
	case short(w, "object-group", 8):
		return unknownProtocol, words[min(2, len(words)):]
	}
	return otherProtocol, words[1:]
}

// anywhere is any.
var anywhere = where{wildcard: math.MaxUint32}

// readWhere reads any, host ADDRESS, ADDRESS WILDCARD, ADDRESS/LENGTH or
// object-group NAME; rest is what follows.
func readWhere(words []string) (w where, rest []string) {
	if len(words) == 0 {
		return where{unknown: true}, nil
	}
	first, second := words[0], ""
	if len(words) > 1 {
		second = words[1]
	}
	switch {
	case short(first, "any", 2) || strings.EqualFold(first, "any4"):
		return anywhere, words[1:]
	case short(first, "host", 2):
		a, err := netip.ParseAddr(second)
		if err != nil || !a.Is4() {
			return where{unknown: true}, words[min(2, len(words)):]
		}
		return where{base: word32(a)}, words[2:]
	case short(first, "object-group", 8) || short(first, "addrgroup", 5):
		return where{group: second}, words[min(2, len(words)):]
	}
	return readNetwork(first, second, words)
}

func readNetwork(first, second string, words []string) (where, []string) {
	if p, err := netip.ParsePrefix(first); err == nil && p.Addr().Is4() {
		return where{word32(p.Addr()), uint32(uint64(math.MaxUint32) >> p.Bits()), "", false}, words[1:]
	}
	a, err := netip.ParseAddr(first)
	if err != nil || !a.Is4() {
		return where{unknown: true}, words[1:]
	}
	w, err := netip.ParseAddr(second)
	if err != nil || !w.Is4() {
		return where{base: word32(a)}, words[1:] // a standard list's host
	}
	return where{base: word32(a), wildcard: word32(w)}, words[2:]
}

// doubtful is the first condition after the addresses that cannot be evaluated.
func doubtful(words []string) string {
	for _, w := range words {
		if w[0] == '!' {
			break
		}
		for _, condition := range []string{"time-range", "precedence", "dscp", "tos", "option", "ttl", "fragments"} {
			if strings.EqualFold(w, condition) {
				return condition
			}
		}
	}
	return ""
}
