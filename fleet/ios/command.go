package ios

import (
	"strconv"
	"strings"
)

// interfaceCommand takes a command of the open interfaces. It returns false where s
// is none, and may be a global one. indented tells that it stands as the interface's
// other commands do.
func (r *reader) interfaceCommand(s statement, indented bool) bool {
	word, ambiguous := interfaceMenu.find(s.words[0])
	switch {
	case ambiguous:
		return true // IOS refuses it
	case word == "", len(word) > len(s.words[0]) && globalMenu.has(s.words[0]):
		return false
	case word == "ip":
		return r.interfaceIP(s)
	case word == "vrf":
		return r.vrf(s, s.rest(1))
	case word == "crypto":
		return r.interfaceCrypto(s, indented)
	}
	for _, i := range r.ifaces {
		r.set(i, word, s)
	}
	return true
}

func (r *reader) set(i *iface, word string, s statement) {
	switch word {
	case "tunnel":
		r.tunnelCommand(i, s)
	case "keepalive":
		r.keepalive(i, s)
	case "shutdown":
		i.shutdown = !s.no
	case "backup":
		if short(s.word(1), "interface", 3) {
			i.backup = s.naming(nameOf(append(s.rest(2), "")), len(s.words) > 2)
		}
	}
}

// naming is what s names, nothing where it is negated or incomplete.
func (s statement) naming(name string, complete bool) named {
	if s.no || !complete {
		return named{}
	}
	return named{name, s.line}
}

// keepalive takes keepalive [seconds [retries]] (R8). keepalive 0 sends none.
func (r *reader) keepalive(i *iface, s statement) {
	if s.no {
		i.keepalive = timers{}
		return
	}
	t := timers{10, 3, s.line}
	numbers := s.rest(1)
	for n, into := range []*int{&t.seconds, &t.retries} {
		if n >= len(numbers) || numbers[n][0] < '0' || numbers[n][0] > '9' {
			break
		}
		value, err := strconv.Atoi(numbers[n])
		if most := []int{32767, 255}[n]; err != nil || value > most || value == 0 && n == 1 {
			if isTunnel(i.name) {
				r.note(s.line, "%s: keepalive %s is out of range and ignored (R8: 1 to 32767 s, 1 to 255 retries)", i.name, quoted(strings.Join(numbers[:n+1], " ")))
			}
			return
		}
		*into = value
	}
	if t.seconds == 0 {
		t = timers{}
	}
	i.keepalive = t
}

// vrf takes vrf forwarding NAME, ip vrf forwarding NAME and, of NX-OS, vrf member
// NAME; words begin after vrf.
func (r *reader) vrf(s statement, words []string) bool {
	least := 1
	if len(words) < 2 {
		least = 3 // no vrf forwarding; ip vrf F is a global command
	}
	if len(words) == 0 || !short(words[0], "forwarding", least) && !short(words[0], "member", least) {
		return len(words) > 1 && (short(words[0], "receive", 3) || short(words[0], "select", 3) || short(words[0], "sitemap", 3))
	}
	name := ""
	if len(words) > 1 && !s.no {
		name = printable(words[1])
	}
	for _, i := range r.ifaces {
		i.vrf = name
	}
	return true
}

// interfaceIP takes a command that begins with ip.
func (r *reader) interfaceIP(s statement) bool {
	if len(s.words) < 2 {
		return true
	}
	word, ambiguous := interfaceIPMenu.find(s.words[1])
	switch {
	case globalIPMenu.has(s.words[1]) && word != strings.ToLower(s.words[1]):
		return false
	case word == "" && !ambiguous:
		outside, _ := globalIPMenu.find(s.words[1])
		return outside == "" // a rare one of the interface, most likely
	case word == "dhcp" && short(s.word(2), "pool", 2), word == "nat" && len(s.words) > 3:
		return false
	case word == "vrf":
		return r.vrf(s, s.rest(2))
	}
	for _, i := range r.ifaces {
		r.setIP(i, word, s)
	}
	return true
}

func (r *reader) setIP(i *iface, word string, s statement) {
	switch word {
	case "address":
		i.address(s)
	case "unnumbered":
		i.unnumbered(s)
	case "verify":
		i.verify(s)
	case "access-group":
		i.accessGroup(s)
	case "ospf":
		i.ospf(s)
	case "hold-time":
		if short(s.word(2), "eigrp", 1) {
			i.routing.eigrpHold = s.seconds(4)
		}
	}
}

// seconds is the number at word i, 0 where s is negated or it is none.
func (s statement) seconds(i int) int {
	n, err := strconv.Atoi(s.word(i))
	if err != nil || s.no || n < 0 || n > 65535 {
		return 0
	}
	return n
}

// verify takes ip verify unicast …: source reachable-via rx|any […] [list], or the
// older reverse-path [list] (R17).
func (i *iface) verify(s statement) {
	words := s.rest(3)
	if len(words) == 0 || !short(s.word(2), "unicast", 1) {
		return
	}
	switch {
	case short(words[0], "reverse-path", 1):
		i.urpf = urpf{mode: "strict", list: lastList(words[1:]), line: s.line}
	case short(words[0], "source", 1) && len(words) > 2 && short(words[2], "any", 1):
		i.urpf = urpf{mode: "loose", list: lastList(words[3:]), line: s.line}
	case short(words[0], "source", 1) && len(words) > 2:
		i.urpf = urpf{mode: "strict", list: lastList(words[3:]), line: s.line}
	default:
		return
	}
	if s.no {
		i.urpf = urpf{}
	}
}

// lastList is the access list at the end of ip verify's words, after its options.
func lastList(words []string) string {
	if len(words) == 0 {
		return ""
	}
	last := words[len(words)-1]
	for _, option := range []string{"allow-default", "allow-self-ping", "l2-src"} {
		if short(last, option, len("l2-src")) {
			return ""
		}
	}
	return last
}

// accessGroup takes ip access-group NAME in.
func (i *iface) accessGroup(s statement) {
	for n, w := range s.words {
		if n > 2 && strings.EqualFold(w, "in") {
			i.inbound = s.naming(s.words[n-1], true)
		}
	}
}

// ospf takes ip ospf dead-interval and hello-interval.
func (i *iface) ospf(s statement) {
	switch {
	case short(s.word(2), "dead-interval", 2) && short(s.word(3), "minimal", 1):
		i.routing.ospfDead = 1
		if s.no {
			i.routing.ospfDead = 0
		}
	case short(s.word(2), "dead-interval", 2):
		i.routing.ospfDead = s.seconds(3)
	case short(s.word(2), "hello-interval", 2):
		i.routing.ospfHello = s.seconds(3)
	}
}
