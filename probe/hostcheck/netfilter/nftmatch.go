package netfilter

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// match reads a match statement.
func (r *nftReader) match(at chainID, body json.RawMessage) match {
	var m struct {
		Op          string
		Left, Right json.RawMessage
	}
	if json.Unmarshal(body, &m) != nil || m.Op != "==" && m.Op != "in" && m.Op != "!=" {
		return unknown
	}
	f, known := nftField(m.Left)
	return r.holds(f, known, at, m.Right, m.Op == "!=")
}

func (r *nftReader) holds(f field, known bool, at chainID, right json.RawMessage, negated bool) match {
	if !known {
		return unknown
	}
	return f.holds(r.spans(at, right), negated)
}

// nftField finds the field of a left-hand side.
func nftField(left json.RawMessage) (f field, known bool) {
	var l struct {
		Payload struct {
			Protocol, Field, Base string
			Offset, Len           int
		}
		Meta struct{ Key string }
		Ct   struct{ Key, Dir string }
	}
	if json.Unmarshal(left, &l) != nil {
		return f, false
	}
	switch p := l.Payload; {
	case p.Protocol != "":
		return nftPayload(p.Protocol, p.Field)
	case p.Base == "th" && p.Offset == quotedAt && p.Len == 8:
		return quoted, true
	case l.Ct.Key == "state" && l.Ct.Dir == "":
		return state, true
	}
	f, known = nftMeta[l.Meta.Key]
	return f, known
}

// quotedAt is where an ICMP error says the protocol of the packet it is about,
// in bits: behind 8 octets of its own and 9 of the IP header that it quotes.
const quotedAt = (8 + 9) * 8

var nftMeta = map[string]field{
	"l4proto": protocol, "nfproto": nfproto, "protocol": etherType,
	"iifname": inDevice, "iif": inDevice, "oifname": outDevice, "oif": outDevice,
}

// nftPayload is a field of a header that the packet has, or of one that it has
// not.
func nftPayload(header, name string) (f field, known bool) {
	if slices.Contains(nftAbsent, header) {
		return absent, true
	}
	f, known = nftHeaders[header+" "+name]
	return f, known
}

var (
	nftHeaders = map[string]field{
		"ip protocol": protocol, "ip saddr": source, "ip daddr": destination, "ip version": version,
		"icmp type": icmpType, "icmp code": icmpCode,
	}
	nftAbsent = []string{"ip6", "icmpv6", "arp", "tcp", "udp", "udplite", "sctp", "dccp", "esp", "ah", "comp", "igmp"}
)

// spans reads a right-hand side: a value, a set, a range, a prefix, or the name
// of a set.
func (r *nftReader) spans(at chainID, right json.RawMessage) []span {
	right = r.elements(at, right)
	var list []json.RawMessage
	if json.Unmarshal(right, &list) == nil {
		var spans []span
		for _, e := range list {
			spans = append(spans, nftSpan(e))
		}
		return spans
	}
	if len(right) == 0 {
		return nil
	}
	return []span{nftSpan(right)}
}

// elements are those of a set, whether it is there or only named.
func (r *nftReader) elements(at chainID, right json.RawMessage) json.RawMessage {
	var name string
	if json.Unmarshal(right, &name) == nil && strings.HasPrefix(name, "@") {
		elements, known := r.sets[nftID(at.family, at.table, name[1:])]
		switch {
		case !known:
			return json.RawMessage("[{}]") // one that cannot be read
		case elements == nil:
			return json.RawMessage("[]")
		}
		return elements
	}
	var set struct{ Set json.RawMessage }
	if json.Unmarshal(right, &set) == nil && set.Set != nil {
		return set.Set
	}
	return right
}

// nftSpan reads one value.
func nftSpan(value json.RawMessage) span {
	if text, ok := scalar(value); ok {
		return span{text, text}
	}
	var v struct {
		Range  []json.RawMessage
		Prefix *struct {
			Addr string
			Len  json.Number
		}
		Elem *struct{ Val json.RawMessage } // with a timeout, a counter or a comment
	}
	switch err := json.Unmarshal(value, &v); {
	case err != nil:
	case v.Elem != nil && len(v.Elem.Val) < len(value):
		return nftSpan(v.Elem.Val)
	case v.Prefix != nil:
		return prefixSpan(v.Prefix.Addr + "/" + v.Prefix.Len.String())
	case len(v.Range) == 2:
		low, ok1 := scalar(v.Range[0])
		high, ok2 := scalar(v.Range[1])
		if ok1 && ok2 {
			return span{low, high}
		}
	}
	return unread
}

// scalar is a text, or a number as text.
func scalar(value json.RawMessage) (text string, ok bool) {
	if value = bytes.TrimSpace(value); len(value) == 0 {
		return "", false
	}
	if json.Unmarshal(value, &text) == nil && value[0] == '"' {
		return text, true
	}
	var n json.Number
	if value[0] != '"' && json.Unmarshal(value, &n) == nil && n != "" {
		return n.String(), true
	}
	return "", false
}
