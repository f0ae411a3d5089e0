package ios

import (
	"fmt"
	"strconv"
	"strings"
)

// openInterface takes interface NAME, interface range …, and their no and default.
func (r *reader) openInterface(s statement, indent int) {
	words := s.rest(1)
	if !isHeaderName(words) {
		r.placeholder(s)
		r.enter(inOther, indent)
		return
	}
	names := interfaceNames(words)
	if s.no {
		for _, name := range names {
			delete(r.dev.interfaces, name)
		}
		r.enter(inOther, indent)
		return
	}
	r.enter(inInterface, indent)
	for _, name := range names {
		i := r.dev.open(name, s.line)
		i.forTunnels = i.forTunnels || strings.EqualFold(words[len(words)-1], "tunnel")
		r.ifaces = append(r.ifaces, i)
	}
}

func (d *device) open(name string, line int) *iface {
	i := d.interfaces[name]
	if i == nil {
		i = &iface{name: name, line: line}
		d.interfaces[name] = i
	}
	return i
}

// isHeaderName tells whether words after interface name one: prose goes on with
// more words.
func isHeaderName(words []string) bool {
	_, n := interfaceName(words)
	switch {
	case len(words) == 0:
		return false
	case strings.EqualFold(words[0], "range"):
		return len(words) > 1
	case n == 0:
		return len(words) == 1 && !strings.ContainsAny(words[0], "<>{}[]()$%@*?,;\"'`")
	case len(words) == n:
		return true
	}
	next := words[n]
	return headerMenu.has(next) || next[0]|0x20 < 'a' || next[0]|0x20 > 'z'
}

// headerMenu is what may follow an interface's name in its header.
var headerMenu = newMenu("point-to-point multipoint type mode l2transport preconfigure module access")

// placeholder says that a tunnel's header names none, as in a template.
func (r *reader) placeholder(s statement) {
	kind, _ := cutNumber(s.word(1))
	if cut := strings.IndexAny(kind, "<>{}[]()$%@*?"); cut >= 0 {
		kind = kind[:cut]
	}
	wild := strings.ContainsAny(strings.Join(s.rest(1), " "), "<>{}[]()$%@*?")
	if len(kind) > 1 && interfaceType(kind) == "Tunnel" && wild && !s.no {
		r.note(s.line, "%s left out: its number is a placeholder (write it, as in interface Tunnel0)", quoted(strings.Join(s.rest(1), " ")))
	}
}

// mostOfRange bounds what interface range opens.
const mostOfRange = 1024

// interfaceNames are the names that words after interface mean: one, or a range
// such as Tunnel1 - 4 , Tunnel7.
func interfaceNames(words []string) []string {
	if !strings.EqualFold(words[0], "range") {
		return []string{nameOf(words)}
	}
	var names []string
	for part := range strings.SplitSeq(strings.Join(words[1:], " "), ",") {
		first, last, isRange := cutRange(part)
		f := strings.Fields(first)
		if len(f) == 0 {
			continue
		}
		name := nameOf(f)
		names = append(names, name)
		if isRange {
			names = append(names, upTo(name, lastNumber(last), mostOfRange-len(names))...)
		}
	}
	return names
}

// cutRange cuts a range such as Tunnel1 - 4 at its dash; Port-channel1 is none.
func cutRange(part string) (first, last string, isRange bool) {
	i := strings.LastIndexByte(part, '-')
	if i < 0 {
		return part, "", false
	}
	first = strings.TrimSpace(part[:i])
	if first == "" || first[len(first)-1] < '0' || first[len(first)-1] > '9' {
		return part, "", false
	}
	return first, part[i+1:], true
}

func nameOf(words []string) string {
	if name, n := interfaceName(words); n > 0 {
		return name
	}
	return rawName(words)
}

// upTo is the names after name whose last number is up to last, at most most.
func upTo(name string, last, most int) (names []string) {
	i := len(name)
	for i > 0 && name[i-1] >= '0' && name[i-1] <= '9' {
		i--
	}
	first, err := strconv.Atoi(name[i:])
	if err != nil {
		return nil
	}
	for n := first + 1; n <= last && len(names) < most; n++ {
		names = append(names, name[:i]+strconv.Itoa(n))
	}
	return names
}

func lastNumber(s string) int {
	s = strings.TrimSpace(s)
	i := len(s)
	for i > 0 && s[i-1] >= '0' && s[i-1] <= '9' {
		i--
	}
	n, _ := strconv.Atoi(s[i:])
	return n
}

// note records what is to be said of a line.
func (r *reader) note(line int, format string, args ...any) {
	r.notes = append(r.notes, Note{File: r.file, Line: line, Text: fmt.Sprintf(format, args...)})
}
