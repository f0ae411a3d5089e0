package ios

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"
)

// global takes a command that stands outside of interfaces.
func (r *reader) global(s statement, indent int) {
	word, _ := globalMenu.find(s.words[0])
	switch word {
	case "interface":
		r.openInterface(s, indent)
	case "hostname":
		r.leave()
		r.hostname(s)
	case "ip":
		r.globalIP(s, indent)
	case "access-list":
		r.enter(inOther, indent)
		r.numberedList(s)
	case "crypto":
		r.crypto(s, indent)
	case "object-group":
		r.openGroup(s, indent)
	case "configure", "enable":
		r.leave()
	case "switch": // ASA's and others' names are no hostname
		r.enter(inOther, indent)
	default:
		r.other(s, word, indent)
	}
}

// other opens a mode of no interest, or is a command without one.
func (r *reader) other(s statement, word string, indent int) {
	r.enter(inOther, indent)
	r.nested = word != "" && nesting.has(word)
	if word == "router" {
		r.nested = len(s.words) > 1 && routerMenu.has(s.words[1])
	}
}

// routerMenu is what can follow router, and what tells it from a heading.
var routerMenu = newMenu("bgp eigrp hsrp igmp isis iso-igrp lisp mld mobile msdp odr ospf ospfv3 pim rip static vrrp")

func (r *reader) globalIP(s statement, indent int) {
	word := strings.ToLower(s.word(1))
	switch {
	case word == "route":
		r.enter(inOther, indent)
		r.staticRoute(s)
	case short(word, "access-list", 8):
		r.openList(s, indent)
	case word == "host":
		r.enter(inOther, indent)
		r.ipHost(s)
	default:
		r.other(s, "ip", indent)
	}
}

// ipHost takes ip host NAME ADDRESS.
func (r *reader) ipHost(s statement) {
	if a, err := netip.ParseAddr(s.word(3)); err == nil && !s.no {
		r.dev.hosts[strings.ToLower(s.word(2))] = a
	}
}

// hostname begins a new device, unless the present one has no name yet.
func (r *reader) hostname(s statement) {
	name := printable(strings.Trim(s.word(1), `"'`))
	if name == "" || s.no || isAddress(name) { // host 10.0.0.1, of a DHCP pool
		return
	}
	if r.dev.name == "" || r.dev.soft || len(r.dev.interfaces) == 0 {
		r.dev.name, r.dev.soft = name, false
		return
	}
	r.switchTo(name, s.line, false)
}

// called follows the host's name in a prompt.
func (r *reader) called(host string, line int) {
	switch {
	case r.dev.name == "" && len(r.dev.interfaces) == 0, r.dev.name == "" && len(r.devices) == 1:
		r.dev.name, r.dev.soft = host, true
	case r.dev.name == host || len(host) >= 20 && strings.HasPrefix(r.dev.name, host):
	default:
		r.switchTo(host, line, true)
	}
}

// switchTo goes on with the device of that name, be it known or new.
func (r *reader) switchTo(name string, line int, soft bool) {
	r.leave()
	if d := r.known(name); d != nil {
		r.dev = d
		return
	}
	r.begin(name, line, soft)
}

// known is the device of that name, nil where there is none yet.
func (r *reader) known(name string) *device {
	for _, d := range r.devices {
		if d.name == name {
			return d
		}
	}
	return nil
}

// another goes on with another device, which may have no name.
func (r *reader) another(name string, line int) {
	if name == r.dev.name {
		name = ""
	}
	if name != "" {
		r.switchTo(name, line, true)
		return
	}
	r.leave()
	r.begin("", line, true)
}

func (r *reader) begin(name string, line int, soft bool) {
	r.dev = newDevice(r.file, line)
	r.dev.name, r.dev.soft = name, soft
	r.devices = append(r.devices, r.dev)
}

// printable is s without what a terminal or TOML would stumble over.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if c == ' ' || c == '"' || c == '\\' || c == utf8.RuneError || !unicode.IsPrint(c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, ""))
}
