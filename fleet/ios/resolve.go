package ios

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"unicode"
)

// endpoint is one end of a tunnel: a tunnel interface whose addresses are known.
type endpoint struct {
	dev         *device
	iface       *iface
	source      netip.Addr
	destination netip.Addr // invalid where multipoint
	outgoing    *iface     // that has the source; nil where it is not in the file
	multipoint  bool       // it is no tunnel of its own, but may be a far end (R15)

	peer     *endpoint // the other end, where its router is known
	verdicts verdicts
}

// resolveAll makes the ends of all tunnel interfaces, and notes what is left out.
func resolveAll(devices []*device, res *Result) (ends []*endpoint) {
	for _, d := range devices {
		for _, i := range d.inOrder() {
			if !isTunnel(i.name) {
				d.foreign(i, res)
				continue
			}
			e := &endpoint{dev: d, iface: i}
			line, why := e.resolve()
			if why != "" {
				res.leaveOut(d, line, i.name, why)
			}
			if why == "" || e.multipoint && e.source.IsValid() {
				ends = append(ends, e)
			}
		}
	}
	return ends
}

// foreign notes tunnel interfaces of another system, and templates of tunnels.
func (d *device) foreign(i *iface, res *Result) {
	switch {
	case strings.HasPrefix(i.name, "tunnel-"):
		res.leaveOut(d, i.line, i.name, "an interface of IOS XR (import reads IOS and IOS XE)")
	case strings.HasPrefix(i.name, "Virtual-Template") && i.forTunnels:
		res.leaveOut(d, i.line, i.name, "a template: each peer that calls gets a tunnel of its own from it, whose destination is not in the configuration")
	}
}

func (res *Result) leaveOut(d *device, line int, name, why string) {
	res.LeftOut++
	res.note(d, line, "%s left out: %s", name, why)
}

func (res *Result) note(d *device, line int, format string, args ...any) {
	res.Notes = append(res.Notes, Note{d.file, line, fmt.Sprintf(format, args...)})
}

// inOrder are the interfaces in the order of the file.
func (d *device) inOrder() []*iface { return d.index().ordered }

func (d *device) sorted() []*iface {
	list := make([]*iface, 0, len(d.interfaces))
	for _, i := range d.interfaces {
		list = append(list, i)
	}
	slices.SortFunc(list, func(a, b *iface) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.name, b.name))
	})
	return list
}

// resolve finds the addresses of e. why says why it is no point-to-point IPv4 GRE
// tunnel that keepalives can be sent on, and line where.
func (e *endpoint) resolve() (line int, why string) {
	t := &e.iface.tunnel
	if why, e.multipoint = wrongMode(t.mode); why != "" {
		if e.multipoint {
			e.resolveSource()
		}
		return t.modeLine, why
	}
	if line, why = e.resolveDestination(); why != "" {
		return line, why
	}
	if line, why = e.resolveSource(); why != "" {
		return line, why
	}
	if e.source == e.destination {
		return t.destLine, fmt.Sprintf("its source and its destination are both %v", e.source)
	}
	return 0, ""
}

func (e *endpoint) resolveDestination() (line int, why string) {
	t := &e.iface.tunnel
	line = t.destLine
	if len(t.destination) == 0 {
		return e.iface.line, "no tunnel destination"
	}
	word := t.destination[0]
	a, known := e.dev.hosts[strings.ToLower(word)]
	if !known {
		var err error
		if a, err = netip.ParseAddr(word); err != nil {
			return line, noAddress(word)
		}
	}
	if why := unusable(a); why != "" {
		return line, fmt.Sprintf("its destination %v is %s", a, why)
	}
	e.destination = a
	return line, ""
}

// noAddress says what is wrong with a destination that is no address.
func noAddress(word string) string {
	if short(word, "dynamic", 3) {
		return "its destination is dynamic, not in the configuration (write the address)"
	}
	if strings.Count(word, ".") == 3 && len(word) <= len("255.255.255.255") && !strings.ContainsFunc(word, unicode.IsLetter) || isBlank(word) {
		return fmt.Sprintf("its destination %s is no IPv4 address", quoted(word))
	}
	for _, c := range word {
		if c != '-' && c != '.' && c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return fmt.Sprintf("its destination %s is no address (write an IPv4 address)", quoted(word))
		}
	}
	return fmt.Sprintf("its destination %s is a host name (write its address: greylag asks no DNS)", quoted(word))
}

// unusable says why no keepalive can come from or go to a.
func unusable(a netip.Addr) string {
	switch {
	case !a.Is4():
		return "an IPv6 address: keepalives are for IPv4 tunnels"
	case a.IsUnspecified():
		return "no host's address"
	case a.IsMulticast():
		return "a multicast address: keepalives are point-to-point (R15)"
	case a == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return "the broadcast address"
	}
	return ""
}

func (e *endpoint) resolveSource() (line int, why string) {
	words := e.iface.tunnel.source
	line = e.iface.tunnel.sourceLine
	if len(words) == 0 {
		return e.iface.line, "no tunnel source"
	}
	a, err := netip.ParseAddr(words[0])
	if err == nil {
		e.outgoing = e.dev.owner(e.iface.tunnel.vrf, a)
	} else if a, why = e.sourceOf(words); why != "" {
		return line, why
	}
	if why := unusable(a); why != "" {
		return line, fmt.Sprintf("its source %v is %s", a, why)
	}
	e.source = a
	return line, ""
}

// sourceOf is the address of the interface that words name.
func (e *endpoint) sourceOf(words []string) (netip.Addr, string) {
	if strings.EqualFold(words[0], "interface") && len(words) > 1 {
		words = words[1:] // of ASA
	}
	i := e.dev.find(words)
	if i == nil && short(words[0], "dynamic", 3) {
		return netip.Addr{}, "its source is dynamic, not in the configuration (" + writeSource + ")"
	}
	if i == nil {
		name, n := interfaceName(words)
		if n == 0 {
			return netip.Addr{}, fmt.Sprintf("its source %s is no address and no interface of this router", quoted(words[0]))
		}
		return netip.Addr{}, fmt.Sprintf("the address of its source %s is not in this file", name)
	}
	e.outgoing = i
	return e.dev.addressOf(i)
}
