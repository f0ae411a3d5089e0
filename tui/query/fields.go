package query

import (
	"net/netip"

	"greylag/fleet"
)

// fields are the fields, in the order in which help shows them.
var fields = [...]field{
	{name: "state", help: "of a tunnel, or what it changed to", example: "down,degraded", text: stateOf,
		words: []string{"pending", "up", "degraded", "down", "disabled"}},
	{name: "path", help: "by which its spoke is reached", example: "backup", text: pathOf,
		words: []string{"pending", "primary", "backup", "none"}},
	{name: "reason", help: "why it is down", example: "black-hole", text: reasonOf,
		words: []string{"local", "prohibited", "no-gre", "unreachable", "black-hole", "silent"}},
	{name: "name", help: "of the tunnel", example: "fra1-*", text: nameOf},
	{name: "hub", help: "where it begins", example: "fra1", text: hubOf},
	{name: "spoke", help: "that it reaches", example: "seo*", text: spokeOf},
	{name: "tag", help: "one of its tags", example: "apac", text: tagOf},
	{name: "rank", help: "1 = primary, 2, 3, … = backups", example: "2", number: rankOf},
	{name: "rtt", help: "the last round trip time", example: "100ms", unit: duration, number: rttOf, measured: true},
	{name: "p99", help: "the round trip time of 99 %", example: "250ms", unit: duration, number: p99Of, measured: true},
	{name: "jitter", help: "of the round trip times", example: "10ms", unit: duration, number: jitterOf, measured: true},
	{name: "loss", help: "over the last 100 sent", example: "1%", unit: ratio, number: lossOf, measured: true},
	{name: "availability", help: "of the line", example: "99.9%", unit: ratio, number: availabilityOf, measured: true},
	{name: "counter", help: "keepalives since the last answer", example: "2", number: counterOf, measured: true},
	{name: "flaps", help: "times it went down", example: "3", number: flapsOf},
	{name: "since", help: "how long it is so", example: "10m", unit: duration, number: sinceOf, measured: true},
	{name: "source", help: "address, prefix, or beginning", example: "192.0.2.0/24", address: sourceOf},
	{name: "destination", help: "address, prefix, or beginning", example: "198.51.100.*", address: destinationOf},
	{name: "probe", help: "how it is tested", example: "icmp", text: probeOf, words: []string{"keepalive", "icmp"}},
	{name: "incident", help: "its number, yes, or no", example: "yes", unit: numbered, number: incidentOf, measured: true},
	{name: "muted", help: "yes or no", example: "no", text: mutedOf, words: yesNo},
	{name: "disagree", help: "up from one vantage point, down from another", example: "yes", text: disagreeOf, words: yesNo, views: true},
	{name: "seen", help: "how a vantage point sees it", example: "jump2=down", text: seenOf, views: true},
	{name: "new", help: "got worse, and has not been seen", example: "yes", text: newOf, words: yesNo},
}

var yesNo = []string{"yes", "no"}

// Field describes a field for help.
type Field struct {
	Name    string
	Help    string // what it is, in few words
	Example string // a term
}

// Fields are the fields of the language, in the order for help.
func Fields() []Field {
	list := make([]Field, len(fields))
	for i := range fields {
		f := &fields[i]
		list[i] = Field{f.name, f.help, f.sample()}
	}
	return list
}

func fieldNamed(name string) *field {
	for i := range fields {
		if fields[i].name == name {
			return &fields[i]
		}
	}
	return nil
}

func fieldNames() []string {
	names := make([]string, len(fields))
	for i := range fields {
		names[i] = fields[i].name
	}
	return names
}

// What follows takes the fields from a row. A text has its values from 0 on.

func stateOf(r *Row, i int) (string, bool) {
	switch {
	case i > 0:
		return "", false
	case r.Event != nil:
		return string(r.Event.To), r.Event.Tunnel != ""
	case r.Tunnel != nil:
		return string(r.Tunnel.State), true
	}
	return "", false
}

func pathOf(r *Row, i int) (string, bool) {
	path := r.Path
	switch {
	case r.Event != nil:
		path = r.Event.ToPath
	case r.Spoke != nil:
		path = r.Spoke.Path
	}
	return string(path), i == 0 && path != ""
}

func reasonOf(r *Row, i int) (string, bool) {
	switch {
	case i > 0:
		return "", false
	case r.Event != nil:
		return string(r.Event.Reason), r.Event.Tunnel != ""
	case r.Tunnel != nil:
		return string(r.Tunnel.Reason), true
	}
	return "", false
}

func nameOf(r *Row, i int) (string, bool) {
	switch {
	case i > 0:
		return "", false
	case r.Event != nil:
		return r.Event.Tunnel, r.Event.Tunnel != ""
	}
	return declaredText(r, func(t *fleet.Tunnel) string { return t.Name })
}

func hubOf(r *Row, i int) (string, bool) {
	if i > 0 {
		return "", false
	}
	return declaredText(r, func(t *fleet.Tunnel) string { return t.Hub })
}

func spokeOf(r *Row, i int) (string, bool) {
	switch {
	case i > 0:
		return "", false
	case r.Event != nil && r.Event.Spoke != "":
		return r.Event.Spoke, true
	case r.Spoke != nil:
		return r.Spoke.Spoke.Name, true
	}
	return declaredText(r, func(t *fleet.Tunnel) string { return t.Spoke })
}

func tagOf(r *Row, i int) (string, bool) {
	switch t := r.declared(); {
	case t == nil:
		return "", false
	case i < len(t.Tags):
		return t.Tags[i], true
	}
	return "", i == 0 // none
}

func probeOf(r *Row, i int) (string, bool) {
	if i > 0 {
		return "", false
	}
	return declaredText(r, func(t *fleet.Tunnel) string { return string(t.Probe) })
}

func declaredText(r *Row, of func(*fleet.Tunnel) string) (string, bool) {
	t := r.declared()
	if t == nil {
		return "", false
	}
	return of(t), true
}

func mutedOf(r *Row, i int) (string, bool) { return yesOrNo(r.Muted), i == 0 }
func newOf(r *Row, i int) (string, bool)   { return yesOrNo(r.New), i == 0 }

func yesOrNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func sourceOf(r *Row) netip.Addr {
	if t := r.declared(); t != nil {
		return t.Source
	}
	return netip.Addr{}
}

func destinationOf(r *Row) netip.Addr {
	if t := r.declared(); t != nil {
		return t.Destination
	}
	return netip.Addr{}
}
