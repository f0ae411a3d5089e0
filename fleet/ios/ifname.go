package ios

import "strings"

// interfaceTypes are in the order in which a beginning of several is taken: IOS too
// knows what f0/0 and se0/0 mean.
var interfaceTypes = []string{
	"Ethernet", "FastEthernet", "GigabitEthernet", "Loopback", "Serial", "Vlan", "Dialer", "Port-channel",
	"TenGigabitEthernet", "Tunnel", "BVI", "BDI", "ATM", "Async", "Cellular", "Multilink", "Null", "POS", "MFR", "CEM",
	"TwoGigabitEthernet", "FiveGigabitEthernet", "TwentyFiveGigE", "FortyGigabitEthernet", "FiftyGigE", "HundredGigE", "TenGigE",
	"AppGigabitEthernet", "Virtual-Template", "Virtual-PPP", "Virtual-Access", "VirtualPortGroup", "Virtual-TokenRing", "Group-Async",
	"Embedded-Service-Engine", "Service-Engine", "Integrated-Service-Engine", "Wlan-GigabitEthernet", "Wlan-ap", "Dot11Radio",
	"BRI", "Bundle-Ether", "Hssi", "TokenRing", "Management", "MgmtEth", "mgmt", "NVI", "nve", "LISP", "Overlay", "Pseudowire", "ucse", "vasileft", "vasiright",
	"tunnel-ip", "tunnel-te", "tunnel-mte", "tunnel-ipsec",
}

// oneLetter is how many of them one letter can mean.
const oneLetter = 8

// interfaceName is the full name of the interface that words begin with, in one
// word or two, such as Tunnel0 for "tu 0". n is how many words it takes, 0 where
// they do not begin with an interface of a known type.
func interfaceName(words []string) (name string, n int) {
	if len(words) == 0 {
		return "", 0
	}
	kind, number := cutNumber(words[0])
	n = 1
	if number == "" && len(words) > 1 {
		if kind, number = words[0], words[1]; !isNumber(number) {
			return "", 0
		}
		n = 2
	}
	full := interfaceType(kind)
	if full == "" || number == "" || number[len(number)-1] < '0' || number[len(number)-1] > '9' {
		return "", 0
	}
	return full + number, n
}

// cutNumber cuts the number off an interface's name.
func cutNumber(word string) (kind, number string) {
	i := len(word)
	for i > 0 && isNumberByte(word[i-1]) {
		i--
	}
	for i < len(word) && (word[i] < '0' || word[i] > '9') {
		i++ // it begins with a digit
	}
	return word[:i], word[i:]
}

func isNumberByte(c byte) bool {
	return c >= '0' && c <= '9' || c == '/' || c == '.' || c == ':'
}

func isNumber(word string) bool {
	kind, number := cutNumber(word)
	return kind == "" && number != ""
}

func interfaceType(kind string) string {
	if kind == "" {
		return ""
	}
	for i, t := range interfaceTypes {
		if len(kind) <= len(t) && strings.EqualFold(t[:len(kind)], kind) && (i < oneLetter || len(kind) > 1) {
			return t
		}
	}
	return ""
}

// isTunnel tells the name of a tunnel interface of IOS.
func isTunnel(name string) bool {
	rest, found := strings.CutPrefix(name, "Tunnel")
	return found && isNumber(rest)
}

// isLoopback tells an interface that packets never leave by.
func isLoopback(name string) bool { return strings.HasPrefix(name, "Loopback") }
