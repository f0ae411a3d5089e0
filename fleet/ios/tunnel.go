package ios

import (
	"slices"
	"strconv"
	"strings"
)

// tunnelCommand takes a command that begins with tunnel.
func (r *reader) tunnelCommand(i *iface, s statement) {
	word, ambiguous := tunnelMenu.find(s.word(1))
	t := &i.tunnel
	switch word {
	case "source":
		t.source, t.sourceLine = s.argument(2), s.line
	case "destination":
		t.destination, t.destLine = s.argument(2), s.line
	case "mode":
		t.mode, t.modeLine = s.argument(2), s.line
	case "key":
		r.key(i, s)
	case "checksum":
		t.checksum = !s.no
	case "sequence-datagrams":
		t.sequence = !s.no
	case "vrf", "use-vrf":
		if t.vrf = s.name(2); short(t.vrf, "multiplexing", len("multiplexing")) {
			t.vrf = "" // of SD-WAN: the packets of several VRFs go through it
		}
	case "underlay":
		if short(s.word(2), "vrf", 1) {
			t.vrf = s.name(3)
		}
	case "protection":
		t.protection = !s.no
	case "":
		if ambiguous {
			r.note(s.line, "%s: %s is ambiguous and ignored, as IOS does (write the command in full)", i.name, quoted("tunnel "+s.word(1)))
		}
	}
}

// name is the i-th word, "" where s is negated.
func (s statement) name(i int) string {
	if s.no {
		return ""
	}
	return printable(s.word(i))
}

// argument is the words from the i-th, nil where s is negated. A comment ends them.
func (s statement) argument(i int) []string {
	if s.no {
		return nil
	}
	words := slices.Clone(s.rest(i))
	for n, w := range words {
		if w[0] == '!' || w[0] == '#' || strings.HasPrefix(w, "//") {
			return words[:n]
		}
	}
	return words
}

// key takes tunnel key NUMBER; 0 is a key (RFC 2890).
func (r *reader) key(i *iface, s statement) {
	if s.no {
		i.tunnel.key, i.tunnel.hasKey = 0, false
		return
	}
	n, err := strconv.ParseUint(s.word(2), 10, 32)
	if err != nil {
		r.note(s.line, "%s: its tunnel key is no number and ignored (0 to 4294967295)", i.name)
		return
	}
	i.tunnel.key, i.tunnel.hasKey = uint32(n), true
}
