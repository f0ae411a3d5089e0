package inventory

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"greylag/fleet"
)

// takeKey takes a GRE key, of 32 bits (RFC 2890 section 2.1).
func takeKey(r *reader, v value, t *fleet.Tunnel) {
	if key, ok := greKey(r, v); ok {
		t.Key, t.HasKey = key, true
	}
}

var greKey = within[uint32](0, 1<<32-1)

// takePeer takes what is known of the far end, over the defaults' if any.
func takePeer(r *reader, v value, t *fleet.Tunnel) {
	title, rows := "[tunnel.peer]", peerRows
	if t == &r.defaults {
		title, rows = "[defaults.peer]", inDefaults(peerRows)
	}
	tab, ok := r.asTable(v, title)
	if !ok {
		return
	}
	if t.Peer == nil {
		t.Peer = &fleet.Peer{URPF: "off", IPsec: fleet.IPsecNone, ACLPermitsGRE: true}
	}
	take(r, tab, rows, t.Peer)
}

// takePeerKey takes the far end's GRE key, or noKey.
func takePeerKey(r *reader, v value, p *fleet.Peer) {
	if v.raw == noKey {
		p.Key, p.KeySet = 0, fleet.Off
		return
	}
	if s, isString := v.raw.(string); isString && strings.Trim(s, "0123456789") != "" {
		r.wrongValue(v, fmt.Sprintf("write its number, or %q if it has none", noKey), "%s is no key", clip(s))
	} else if key, ok := greKey(r, v); ok {
		p.Key, p.KeySet = key, fleet.On
	}
}

// noKey says that the far end has none: no key at all would say that nothing is
// known of it.
const noKey = "none"

// setting takes an option that the far end has, or has not.
func setting(r *reader, v value) (fleet.Setting, bool) {
	on, ok := boolean(r, v)
	if on {
		return fleet.On, ok
	}
	return fleet.Off, ok
}

// takeRoutes takes the prefixes that static routes send into the tunnel.
func takeRoutes(r *reader, v value, t *fleet.Tunnel) {
	if routes, ok := prefixes(r, v); ok {
		t.Routing = &fleet.Routing{Routes: routes, Dead: routing(t).Dead}
	}
}

// takeRoutingDead takes a dead or hold time: OSPF, EIGRP and BGP have up to 65535
// seconds. "0s" takes back the defaults'.
func takeRoutingDead(r *reader, v value, t *fleet.Tunnel) {
	if dead, ok := between(0, 65535*time.Second)(r, v); ok {
		t.Routing = &fleet.Routing{Routes: routing(t).Routes, Dead: dead}
	}
}

// routing is what t has so far. It may be the defaults', so it is not changed.
func routing(t *fleet.Tunnel) fleet.Routing {
	if t.Routing == nil {
		return fleet.Routing{}
	}
	return *t.Routing
}

func takeMode(r *reader, v value, p *fleet.Peer) {
	if mode, ok := oneOf("point-to-point", "multipoint")(r, v); ok {
		p.Multipoint = mode == "multipoint"
	}
}

// takeKeepalive takes the far end's own timers, as in the router's command
// `keepalive [seconds [retries]]` (R8); "" means that it sends none.
func takeKeepalive(r *reader, v value, p *fleet.Peer) {
	const hint = `write seconds and retries, as in "10 3", or "" for none`
	s, ok := v.raw.(string)
	if !ok {
		h := hint
		if n, isInt := v.raw.(int64); isInt {
			h = fmt.Sprintf(`write "%d 3": seconds and retries`, n)
		}
		r.wrongValue(v, h, "is %s, not a string", describe(v.raw))
		return
	}
	seconds, retries, why := timers(strings.Fields(s))
	if why != "" {
		r.wrongValue(v, hint, "%s: %s", clip(s), why)
		return
	}
	p.KeepaliveInterval, p.KeepaliveRetries = time.Duration(seconds)*time.Second, retries
}

// timers reads the arguments of `keepalive`; why says what is wrong with them.
func timers(words []string) (seconds, retries int, why string) {
	if len(words) == 0 {
		return 0, 0, ""
	}
	if len(words) > 2 {
		return 0, 0, "too many numbers"
	}
	retries = 3
	if seconds, why = number(words[0], 32767, "seconds"); why == "" && len(words) == 2 {
		retries, why = number(words[1], 255, "retries")
	}
	return seconds, retries, why
}

func number(word string, most int, what string) (n int, why string) {
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 || n > most {
		return 0, fmt.Sprintf("%s are 1 to %d", what, most)
	}
	return n, ""
}
