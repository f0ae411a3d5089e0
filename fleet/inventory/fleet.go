package inventory

import (
	"slices"
	"time"

	"greylag/fleet"
)

// inventory takes the whole file.
func (r *reader) inventory(doc table) {
	for key := range doc.keys {
		if !slices.Contains(topKeys, key) {
			r.unknown(doc.value(key), "", topKeys)
		}
	}
	r.engine(doc)
	r.takeHubs(doc)
	r.takeSpokes(doc)
	r.takeDefaults(doc)
	r.takeTunnels(doc)
	r.takeHooks(doc)
	r.out.Hubs, r.out.Spokes = r.hubs.list, r.spokes.list
}

func (r *reader) engine(doc table) {
	r.out.Engine = fleet.EngineOptions{Reflect: true, MaxRate: 50_000}
	if t, ok := r.section(doc, "engine", "[engine]"); ok {
		take(r, t, engineRows, &r.out.Engine)
		r.placeEngine(t)
	}
}

// section takes a table of which there is at most one.
func (r *reader) section(doc table, key, title string) (table, bool) {
	if !doc.has(key) || r.repaired[doc.at.child(key).value] {
		return table{}, false
	}
	return r.asTable(doc.value(key), title)
}

// sections takes the tables of which there can be many.
func (r *reader) sections(doc table, key, title string) []table {
	if !doc.has(key) || r.repaired[doc.at.child(key).value] {
		return nil
	}
	return r.asTables(doc.value(key), title)
}

func (r *reader) takeHubs(doc table) {
	r.hubs.grow(r.count(doc, "hub"))
	r.each(doc, "hub", "[[hub]]", func(t table) {
		h := fleet.Hub{IPsec: fleet.IPsecNone}
		take(r, t, hubRows, &h)
		r.doubtful = r.doubtful || t.has("source") && !h.Source.IsValid()
		r.hubs.declare(r, t, h.Name, h)
		r.placeHub(t)
	})
}

func (r *reader) takeSpokes(doc table) {
	r.spokes.grow(r.count(doc, "spoke"))
	r.each(doc, "spoke", "[[spoke]]", func(t table) {
		var s fleet.Spoke
		take(r, t, spokeRows, &s)
		r.spokes.declare(r, t, s.Name, s)
	})
}

// takeDefaults takes [defaults] over those built in.
func (r *reader) takeDefaults(doc table) {
	r.defaults = fleet.Tunnel{
		Rank: 1, Enabled: true, TTL: 255, TOS: 192,
		Probe: fleet.Keepalive, Payload: fleet.Bare, Match: fleet.MatchID,
		Interval: 10 * time.Second, Retries: 3, UpAfter: 1, // R8, R11
		DegradedLoss: 0.05,
	}
	t, ok := r.section(doc, "defaults", "[defaults]")
	if !ok {
		return
	}
	take(r, t, inDefaults(tunnelRows), &r.defaults)
	r.doubtful = r.doubtful || t.has("source") && !r.defaults.Source.IsValid()
	r.hubs.check(r, t.value("hub"), r.defaults.Hub)
}

func (r *reader) takeTunnels(doc table) {
	r.out.Tunnels = make([]fleet.Tunnel, 0, r.count(doc, "tunnel"))
	r.each(doc, "tunnel", "[[tunnel]]", r.takeTunnel)
	if len(r.out.Tunnels) > 0 || doc.has("tunnel") && !isEmptyArray(doc.keys["tunnel"]) {
		return
	}
	r.wrong(0, "no tunnel", "add a [[tunnel]] with a name and a destination")
}

func isEmptyArray(raw any) bool {
	list, ok := raw.([]any)
	return ok && len(list) == 0
}
