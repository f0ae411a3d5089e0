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
	if key, ok := within[uint32](0, 1<<32-1)(r, v); ok {
		t.Key, t.HasKey = key, true
	}
}

// takePeer takes what is known of the far end, over the defaults' if any.
func takePeer(r *reader, v value, t *fleet.Tunnel) {
	title := "[tunnel.peer]"
	if t == &r.defaults {
		title = "[defaults.peer]"
	}
	tab, ok := r.asTable(v, title)
	if !ok {
		return
	}
	if t.Peer == nil {
		t.Peer = &fleet.Peer{URPF: "off", IPsec: fleet.IPsecNone, ACLPermitsGRE: true}
	}
	take(r, tab, peerRows, t.Peer)
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
