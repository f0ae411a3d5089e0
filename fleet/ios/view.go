package ios

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// view is a tunnel as one of its ends sees it.
type view struct {
	near, far *endpoint // as far as they are known: one is, at least
	nearSite  site
	farSite   site
	path      path

	name       string
	hub, spoke site
	rank       int
	enabled    bool
	comments   []string
}

// NoSuchEnd is an end that no tunnel has.
type NoSuchEnd struct {
	As         string
	Candidates []string // the ends that there are
}

func (e *NoSuchEnd) Error() string {
	const most = 20
	list := e.Candidates
	more := ""
	if len(list) > most {
		more = fmt.Sprintf(" and %d more", len(list)-most)
		list = list[:most]
	}
	return fmt.Sprintf("no tunnel has an end %s (there are: %s%s)", quoted(e.As), strings.Join(list, ", "), more)
}

// viewsOf are the tunnels that become the inventory's, in its order.
func viewsOf(ends []*endpoint, devices []*device, as string, res *Result) ([]*view, error) {
	s := newSites(devices, ends)
	var views []*view
	if as == "" {
		views = ownViews(ends, s)
	} else if views = s.viewsAs(ends, as); len(views) == 0 && slices.ContainsFunc(ends, func(e *endpoint) bool { return !e.multipoint }) {
		return nil, &NoSuchEnd{as, s.candidates(ends)}
	}
	rankAll(views, ends, s)
	slices.SortStableFunc(views, func(a, b *view) int {
		return cmp.Or(naturally(a.hub.name(), b.hub.name()), naturally(a.spoke.name(), b.spoke.name()), cmp.Compare(a.rank, b.rank),
			naturally(a.nearSite.name(), b.nearSite.name()), naturally(a.config().iface.name, b.config().iface.name))
	})
	nameViews(views)
	disableTwins(views, res)
	return views, nil
}

// config is the end whose configuration is known: the near one where both are.
func (v *view) config() *endpoint { return cmp.Or(v.near, v.far) }

// ownViews is each router's view of its tunnels.
func ownViews(ends []*endpoint, s *sites) (views []*view) {
	for _, e := range ends {
		if !e.multipoint {
			views = append(views, s.fromNear(e))
		}
	}
	return views
}

func (s *sites) fromNear(e *endpoint) *view {
	v := &view{near: e, far: e.peer, nearSite: site{dev: e.dev}, farSite: s.far(e), path: e.path(), enabled: !e.iface.shutdown}
	if e.iface.shutdown {
		v.comments = append(v.comments, "shut down")
	}
	return v
}

// fromFar is the view of the end that e leads to, of which nothing else is known.
func (s *sites) fromFar(e *endpoint) *view {
	v := &view{far: e, nearSite: s.far(e), farSite: site{dev: e.dev}, path: e.path().mirrored(), enabled: !e.iface.shutdown}
	if e.iface.shutdown {
		v.comments = append(v.comments, "shut down at the far end")
	}
	return v
}

// viewsAs are the tunnels of one end: a router by its name or one of its addresses,
// or an address that tunnels lead to.
func (s *sites) viewsAs(ends []*endpoint, as string) (views []*view) {
	a, err := netip.ParseAddr(as)
	if err == nil {
		views = s.viewsFrom(ends, func(_ site, at netip.Addr) bool { return at == a })
		if d := s.owners[a]; len(views) == 0 && d != nil {
			views = s.viewsFrom(ends, func(is site, _ netip.Addr) bool { return is.dev == d })
		}
		return views
	}
	return s.viewsFrom(ends, func(is site, _ netip.Addr) bool { return is.dev != nil && strings.EqualFold(is.dev.name, as) })
}

// viewsFrom are the tunnels with an end that is wanted. One that is configured at
// both is seen by the configuration of the near one.
func (s *sites) viewsFrom(ends []*endpoint, wanted func(site, netip.Addr) bool) (views []*view) {
	for _, e := range ends {
		switch {
		case e.multipoint:
		case wanted(site{dev: e.dev}, e.source):
			views = append(views, s.fromNear(e))
		case wanted(s.far(e), e.destination) && (e.peer == nil || e.peer.multipoint):
			views = append(views, s.fromFar(e))
		}
	}
	return views
}

// candidates are the names of all ends.
func (s *sites) candidates(ends []*endpoint) []string {
	seen := make(map[string]bool)
	for _, e := range ends {
		if !e.multipoint {
			seen[e.dev.name], seen[s.far(e).name()] = true, true
		}
	}
	list := make([]string, 0, len(seen))
	for name := range seen {
		list = append(list, name)
	}
	slices.SortFunc(list, naturally)
	return list
}

// nameViews gives each view a name of its own: NEAR-FAR where both routers are known
// and have one tunnel, else the router's name and the interface's.
func nameViews(views []*view) {
	count := make(map[string]int)
	for _, v := range views {
		count[v.shortName()]++
	}
	taken := make(map[string]bool)
	for _, v := range views {
		name := v.shortName()
		if count[name] > 1 && v.bothKnown() {
			name += "-" + v.config().iface.name
		}
		v.name = unique(name, taken)
	}
}

func (v *view) bothKnown() bool { return v.nearSite.dev != nil && v.farSite.dev != nil }

func (v *view) shortName() string {
	if v.bothKnown() {
		return v.nearSite.name() + "-" + v.farSite.name()
	}
	return v.config().dev.name + "-" + v.config().iface.name
}

// disableTwins switches all but one off of tunnels whose answers look the same, as
// in several front VRFs: an inventory has only one that is on.
func disableTwins(views []*view, res *Result) {
	first := make(map[path]*view, len(views))
	for _, v := range views {
		if !v.enabled {
			continue
		}
		other := first[v.path]
		if other == nil {
			first[v.path] = v
			continue
		}
		v.enabled = false
		v.comments = append(v.comments, fmt.Sprintf("off: its answers would look like those of %s: same source, destination and key", other.name))
		e := v.config()
		res.note(e.dev, e.iface.line, "%s: same source, destination and key as %s: imported with enabled = false (give each a key of its own)", e.iface.name, other.name)
	}
}
