package inventory

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"greylag/fleet"
)

// row is one key of a table: where it applies and how it is taken.
type row[T any] struct {
	key  string
	take func(r *reader, v value, into *T)
	// fit tells, for a key of [[tunnel]] or [tunnel.peer], whether [defaults] takes
	// it too and whether it means anything to probe = "icmp".
	fit fit
}

type fit uint8

const (
	each          fit = 1 << iota // only in each [[tunnel]], not in [defaults]
	keepaliveOnly                 // only for probe = "keepalive"
)

// to makes a row's take of a decoder and the field it fills.
func to[T, V any](decode decoder[V], field func(*T) *V) func(*reader, value, *T) {
	return func(r *reader, v value, into *T) {
		if got, ok := decode(r, v); ok {
			*field(into) = got
		}
	}
}

var engineRows = []row[fleet.EngineOptions]{
	{"reflect", to(boolean, func(e *fleet.EngineOptions) *bool { return &e.Reflect }), 0},
	{"max_rate", to(within[int](1, 1<<31-1), func(e *fleet.EngineOptions) *int { return &e.MaxRate }), 0},
	{"real_time", to(boolean, func(e *fleet.EngineOptions) *bool { return &e.RealTime }), 0},
}

var journalRows = []row[fleet.JournalOptions]{
	{"path", to(copied(absolute), func(j *fleet.JournalOptions) *string { return &j.Path }), 0},
	{"every", to(between(time.Minute, 31*24*time.Hour), func(j *fleet.JournalOptions) *time.Duration { return &j.Every }), 0},
	{"max_size", to(sizeWithin(1e6, 1e12), func(j *fleet.JournalOptions) *int64 { return &j.MaxSize }), 0},
	{"keep", to(within[int](1, 100_000), func(j *fleet.JournalOptions) *int { return &j.Keep }), 0},
}

var hubRows = []row[fleet.Hub]{
	{"name", to(shared(name), func(h *fleet.Hub) *string { return &h.Name }), 0},
	{"source", to(address, func(h *fleet.Hub) *netip.Addr { return &h.Source }), 0},
	{"ipsec", to(ipsec, func(h *fleet.Hub) *fleet.IPsec { return &h.IPsec }), 0},
}

var spokeRows = []row[fleet.Spoke]{
	{"name", to(shared(name), func(s *fleet.Spoke) *string { return &s.Name }), 0},
	{"watch", to(prefix, func(s *fleet.Spoke) *netip.Prefix { return &s.Watch }), 0},
}

var hookRows = []row[fleet.Hook]{
	{"name", to(name, func(h *fleet.Hook) *string { return &h.Name }), 0},
	{"on", takeOn, 0},
	{"command", takeCommand, 0},
	{"url", to(webAddress, func(h *fleet.Hook) *string { return &h.URL }), 0},
	{"token_file", to(absolutePath, func(h *fleet.Hook) *string { return &h.TokenFile }), 0},
	{"timeout", to(between(100*time.Millisecond, 10*time.Minute), func(h *fleet.Hook) *time.Duration { return &h.Timeout }), 0},
	{"min_down", to(between(0, 24*time.Hour), func(h *fleet.Hook) *time.Duration { return &h.MinDown }), 0},
	{"tunnel", to(patterns, func(h *fleet.Hook) *[]string { return &h.Only.Tunnels }), 0},
	{"hub", to(labels, func(h *fleet.Hook) *[]string { return &h.Only.Hubs }), 0},
	{"spoke", to(labels, func(h *fleet.Hook) *[]string { return &h.Only.Spokes }), 0},
	{"tag", to(labels, func(h *fleet.Hook) *[]string { return &h.Only.Tags }), 0},
}

// The ranges of interval and retries are R8's, down to 100 ms.
var tunnelRows = []row[fleet.Tunnel]{
	{"name", to(copied(name), func(t *fleet.Tunnel) *string { return &t.Name }), each},
	{"destination", to(address, func(t *fleet.Tunnel) *netip.Addr { return &t.Destination }), each},
	{"source", to(address, func(t *fleet.Tunnel) *netip.Addr { return &t.Source }), 0},
	{"hub", to(shared(label), func(t *fleet.Tunnel) *string { return &t.Hub }), 0},
	{"spoke", to(shared(label), func(t *fleet.Tunnel) *string { return &t.Spoke }), each},
	{"rank", to(within[int](1, 255), func(t *fleet.Tunnel) *int { return &t.Rank }), each},
	{"tags", to(labels, func(t *fleet.Tunnel) *[]string { return &t.Tags }), 0},
	{"enabled", to(boolean, func(t *fleet.Tunnel) *bool { return &t.Enabled }), 0},
	{"probe", to(oneOf(fleet.Keepalive, fleet.Echo), func(t *fleet.Tunnel) *fleet.Probe { return &t.Probe }), 0},
	{"interval", to(between(100*time.Millisecond, maxInterval), func(t *fleet.Tunnel) *time.Duration { return &t.Interval }), 0},
	{"retries", to(within[int](1, 255), func(t *fleet.Tunnel) *int { return &t.Retries }), 0},
	{"up_after", to(within[uint8](1, 255), func(t *fleet.Tunnel) *uint8 { return &t.UpAfter }), 0},
	{"key", takeKey, each | keepaliveOnly},
	{"checksum", to(boolean, func(t *fleet.Tunnel) *bool { return &t.Checksum }), keepaliveOnly},
	{"sequence", to(boolean, func(t *fleet.Tunnel) *bool { return &t.Sequence }), keepaliveOnly},
	{"payload", to(named(fleet.Bare, fleet.Signed), func(t *fleet.Tunnel) *fleet.Payload { return &t.Payload }), keepaliveOnly},
	{"match", to(named(fleet.MatchID, fleet.MatchAddress), func(t *fleet.Tunnel) *fleet.Match { return &t.Match }), keepaliveOnly},
	{"reply_to", to(address, func(t *fleet.Tunnel) *netip.Addr { return &t.ReplyTo }), keepaliveOnly},
	{"device", to(shared(device), func(t *fleet.Tunnel) *string { return &t.Device }), 0},
	{"ttl", to(within[uint8](1, 255), func(t *fleet.Tunnel) *uint8 { return &t.TTL }), 0},
	{"tos", to(tos, func(t *fleet.Tunnel) *uint8 { return &t.TOS }), 0},
	{"degraded_loss", to(ratio, func(t *fleet.Tunnel) *float64 { return &t.DegradedLoss }), 0},
	{"degraded_rtt", to(between(0, maxInterval), func(t *fleet.Tunnel) *time.Duration { return &t.DegradedRTT }), 0},
	{"ipsec", to(ipsec, func(t *fleet.Tunnel) *fleet.IPsec { return &t.IPsec }), 0},
	{"routes", takeRoutes, each},
	{"routing_dead", takeRoutingDead, 0},
	{"peer", takePeer, 0},
}

var peerRows = []row[fleet.Peer]{
	{"mode", takeMode, 0},
	{"urpf", to(oneOf("off", "strict", "loose"), func(p *fleet.Peer) *string { return &p.URPF }), 0},
	{"ipsec", to(ipsec, func(p *fleet.Peer) *fleet.IPsec { return &p.IPsec }), 0},
	{"front_vrf", to(shared(label), func(p *fleet.Peer) *string { return &p.FrontVRF }), 0},
	{"inside_vrf", to(shared(label), func(p *fleet.Peer) *string { return &p.InsideVRF }), 0},
	{"acl_permits_gre", to(boolean, func(p *fleet.Peer) *bool { return &p.ACLPermitsGRE }), 0},
	{"keepalive", takeKeepalive, 0},
	{"key", takePeerKey, each},
	{"checksum", to(setting, func(p *fleet.Peer) *fleet.Setting { return &p.Checksum }), 0},
	{"sequence", to(setting, func(p *fleet.Peer) *fleet.Setting { return &p.Sequence }), 0},
}

var ipsec = named(fleet.IPsecNone, fleet.CryptoMap, fleet.TunnelProtected)

// lists are the tables that stand once for each and may be many, and topKeys all of
// them.
var (
	lists   = []string{"hub", "spoke", "tunnel"}
	topKeys = []string{"defaults", "engine", "journal", "hook", "hub", "spoke", "tunnel"}
)

func isList(name string) bool { return slices.Contains(lists, name) }

// homes are the tables by title with their keys, for telling where a key
// belongs. The reader holds them, since a row cannot refer to all rows.
func homes() []home {
	return []home{
		{"[defaults]", keysOf(inDefaults(tunnelRows))},
		{"[engine]", keysOf(engineRows)},
		{"[journal]", keysOf(journalRows)},
		{"[[hook]]", keysOf(hookRows)},
		{"[[hub]]", keysOf(hubRows)},
		{"[[spoke]]", keysOf(spokeRows)},
		{"[[tunnel]]", keysOf(tunnelRows)},
		{"[tunnel.peer]", keysOf(peerRows)},
	}
}

type home struct {
	title string
	keys  []string
}

func keysOf[T any](rows []row[T]) []string {
	keys := make([]string, len(rows))
	for i := range rows {
		keys[i] = rows[i].key
	}
	return keys
}

// inDefaults are those of rows that [defaults] takes too.
func inDefaults[T any](rows []row[T]) []row[T] {
	return slices.DeleteFunc(slices.Clone(rows), func(w row[T]) bool { return w.fit&each != 0 })
}

// take walks the schema over t: each key by its row, the others are unknown.
func take[T any](r *reader, t table, rows []row[T], into *T) {
	for key := range t.keys {
		v := t.value(key)
		i := slices.IndexFunc(rows, func(w row[T]) bool { return w.key == key })
		switch {
		case i < 0:
			r.unknown(v, t.title, keysOf(rows))
		case !r.repaired[v.at.value]:
			rows[i].take(r, v, into)
		}
	}
}

// unknown records a key that the table has not.
func (r *reader) unknown(v value, title string, known []string) {
	what := "key"
	switch v.raw.(type) {
	case map[string]any, []map[string]any:
		what = "table"
	}
	r.wrong(v.at.at, fmt.Sprintf("unknown %s %q", what, v.key), r.unknownHint(v.key, title, known))
}

func (r *reader) unknownHint(key, title string, known []string) string {
	if where := r.belongs(key); where != "" {
		if title == "[tunnel.peer]" {
			where += ", above " + title
		}
		return "it belongs in " + where
	}
	if near := r.nearest(key, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if title == "" {
		return "an inventory has: " + strings.Join(known, ", ")
	}
	return title + " has: " + strings.Join(known, ", ")
}

// belongs lists the tables that do have key.
func (r *reader) belongs(key string) string {
	var titles []string
	for _, h := range r.homes {
		if slices.Contains(h.keys, key) {
			titles = append(titles, h.title)
		}
	}
	return strings.Join(titles, " or ")
}

// need records that t lacks key.
func (r *reader) need(t table, key, hint string) {
	if !t.has(key) {
		r.wrong(t.at.value, fmt.Sprintf("%s has no %s", t.title, key), hint)
	}
}
