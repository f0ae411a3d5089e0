package ios

import (
	"fmt"
	"net/netip"
	"strings"
)

// writeSource is what helps where a tunnel's source is not in the configuration.
const writeSource = "write tunnel source ADDRESS, or the tunnel and its source in the inventory"

// addressOf is the address that is i's own, and why it has none to send from.
func (d *device) addressOf(i *iface) (a netip.Addr, why string) {
	at := i.addresses
	switch {
	case at.primary.IsValid():
		return at.primary.Addr(), ""
	case at.learnt == unread:
		why = fmt.Sprintf("the address of its source %s cannot be read (%s)", i.name, writeSource)
	case at.learnt != "":
		why = fmt.Sprintf("its source %s learns its address (%s): it is not in the configuration (%s)", i.name, at.learnt, writeSource)
	case at.lender != "":
		why = fmt.Sprintf("its source %s is unnumbered: it borrows the address of %s", i.name, d.lenders(at.lender))
	case len(at.secondary) > 0:
		why = fmt.Sprintf("its source %s has only a secondary address (write tunnel source %v if that is meant)", i.name, at.secondary[0].Addr())
	default:
		why = fmt.Sprintf("its source %s has no IPv4 address (%s)", i.name, writeSource)
	}
	return netip.Addr{}, why
}

// lenders names the interface that lends its address, with what to write: the
// address, where the file gives it. What lends may be unnumbered itself.
func (d *device) lenders(name string) string {
	first := name
	for range 4 {
		i := d.interfaces[name]
		if i == nil {
			return fmt.Sprintf("%s, which is not in this file (%s)", first, writeSource)
		}
		if p := i.addresses.primary; p.IsValid() {
			return fmt.Sprintf("%s, %v (write tunnel source %v, or the tunnel and that source in the inventory)", first, p.Addr(), p.Addr())
		}
		if i.addresses.lender == "" {
			break
		}
		name = i.addresses.lender
	}
	return fmt.Sprintf("%s, which is not in the configuration (%s)", first, writeSource)
}

// isBlank tells a form's blank for an address, such as x.x.x.x.
func isBlank(word string) bool {
	return strings.Count(word, ".") == 3 && strings.Trim(strings.ToLower(word), "xyzabcd.0123456789") == "" && len(word) <= len("xxx.xxx.xxx.xxx")
}
