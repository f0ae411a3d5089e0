package ios

import (
	"fmt"
	"strconv"
	"strings"
)

func (w *writer) tunnel(v *view) {
	w.line("\n[[tunnel]]")
	w.remarks(v)
	w.set("name", v.name, "")
	w.set("destination", v.path.destination.String(), "")
	if w.common.source == "" {
		w.set("source", v.path.source.String(), "")
	}
	w.set("hub", v.hub.name(), "")
	w.set("spoke", v.spoke.name(), "")
	if v.rank != 1 {
		w.set("rank", v.rank, "")
	}
	if !v.enabled {
		w.set("enabled", false, "")
	}
	if v.timers() != w.common.timers {
		w.timers(v.timers())
	}
	w.options(v)
	w.routing(v)
	if v.far != nil {
		w.peer(v)
	}
}

// remarks says where the tunnel is from, and what has no key of its own.
func (w *writer) remarks(v *view) {
	e := v.config()
	where := fmt.Sprintf("%s of %s, %s:%d", e.iface.name, e.dev.name, e.dev.file, e.iface.line)
	if v.near == nil {
		where = "the far end is " + where
	}
	w.comment("%s", where)
	if n := v.near; n != nil {
		if n.iface.tunnel.vrf != "" || n.iface.vrf != "" {
			w.comment("this end: tunnel vrf %s, vrf forwarding %s", table(n.iface.tunnel.vrf), table(n.iface.vrf))
		}
		if n.iface.keepalive.seconds == 0 {
			w.comment("no keepalive is configured: greylag's own 10 3")
		}
		for _, c := range n.verdicts.comments {
			w.comment("this end: %s", c)
		}
	}
	for _, c := range v.comments {
		w.comment("%s", c)
	}
}

func table(vrf string) string {
	if vrf == "" {
		return "(global)"
	}
	return vrf
}

func (w *writer) options(v *view) {
	if v.path.hasKey {
		w.set("key", v.path.key, "")
	}
	t := v.config().iface.tunnel
	if t.checksum {
		w.set("checksum", true, "")
	}
	if t.sequence {
		w.set("sequence", true, "")
	}
	if kind := v.ipsec(); kind != w.ipsec[v.hub.name()] {
		w.set("ipsec", kind.String(), "this end, unlike its hub's other tunnels")
	}
}

// routing writes the static routes into the tunnel, and the dead time of the routing
// protocol over it.
func (w *writer) routing(v *view) {
	if v.near == nil {
		return
	}
	if routes := v.near.routes(); len(routes) > 0 {
		quoted := make([]string, len(routes))
		for i, p := range routes {
			quoted[i] = strconv.Quote(p.String())
		}
		w.line("routes = [%s]", strings.Join(quoted, ", "))
	}
	if dead := v.near.iface.routing.dead(); dead > 0 {
		w.set("routing_dead", strconv.Itoa(dead)+"s", "")
	}
}

// dead is the shortest time after which a routing protocol gives its neighbour up,
// in seconds; 0: none is configured. OSPF's is four hellos unless it is configured.
func (r routing) dead() int {
	ospf := r.ospfDead
	if ospf == 0 {
		ospf = 4 * r.ospfHello
	}
	if ospf > 0 && r.eigrpHold > 0 {
		return min(ospf, r.eigrpHold)
	}
	return max(ospf, r.eigrpHold)
}

func (w *writer) peer(v *view) {
	e := v.far
	w.line("\n[tunnel.peer]")
	w.comment("%s of %s, %s:%d", e.iface.name, e.dev.name, e.dev.file, e.iface.line)
	for _, c := range e.verdicts.comments {
		w.comment("%s", c)
	}
	mode := "point-to-point"
	if e.multipoint {
		mode = "multipoint"
	}
	w.set("mode", mode, "")
	w.set("urpf", e.verdicts.urpf, "")
	w.set("ipsec", e.verdicts.ipsec.String(), "")
	w.set("front_vrf", e.iface.tunnel.vrf, "")
	w.set("inside_vrf", e.iface.vrf, "")
	w.set("acl_permits_gre", e.verdicts.permitsGRE, "")
	keepalive := ""
	if t := e.iface.keepalive; t.seconds > 0 {
		keepalive = fmt.Sprintf("%d %d", t.seconds, t.retries)
	}
	w.set("keepalive", keepalive, "")
	if e.iface.tunnel.hasKey {
		w.set("key", e.iface.tunnel.key, "")
	} else {
		w.set("key", "none", "")
	}
	w.set("checksum", e.iface.tunnel.checksum, "")
	w.set("sequence", e.iface.tunnel.sequence, "")
}
