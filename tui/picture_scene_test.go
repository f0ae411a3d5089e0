package tui

import (
	"math/rand/v2"
	"net/netip"
	"time"

	"greylag/fleet"
	"greylag/probe"
)

// posed is a scene for a picture, with what an engine tells beside keepalives:
// why no answers come (R2, R18), and round trips that vary as real ones do.
type posed struct {
	*scene
	says map[string]farEndSays // by the tunnel's name
	base []time.Duration       // of a round trip, by the engine's number
}

// farEndSays is what comes back from a far end whose tunnel is cut.
type farEndSays uint8

// What may come back.
const (
	farEndSilent farEndSays = iota
	echoReplies             // to ICMP echo: a black hole (R2)
	gateSays                // 3/13, by a router on the way (R18)
	itSays                  // 3/3, by the far end itself
)

// posedSite is a spoke of the pictures' fleet.
type posedSite struct {
	city, region string
	hubs         []string // by rank
	rtt          int      // of the primary, in ms; each backup takes 20 more
}

// posedSites are as those of the demo, and some more behind a third hub.
var posedSites = []posedSite{
	{"seoul", "apac", []string{"fra1", "iad1"}, 120}, {"tokyo", "apac", []string{"iad1", "sin1", "lte"}, 95},
	{"lima", "amer", []string{"fra1", "iad1"}, 110}, {"cairo", "emea", []string{"iad1", "fra1"}, 70},
	{"oslo", "emea", []string{"fra1"}, 12}, {"delhi", "apac", []string{"iad1", "sin1"}, 85},
	{"nairobi", "emea", []string{"fra1", "iad1"}, 90}, {"boston", "amer", []string{"iad1", "fra1"}, 5},
	{"sydney", "apac", []string{"fra1", "sin1", "lte"}, 140}, {"quito", "amer", []string{"iad1", "fra1", "lte"}, 60},
	{"dakar", "emea", []string{"fra1", "iad1"}, 45}, {"madrid", "emea", []string{"iad1", "fra1"}, 25},
	{"osaka", "apac", []string{"fra1", "sin1"}, 130}, {"denver", "amer", []string{"iad1", "fra1"}, 40},
	{"vienna", "emea", []string{"fra1", "iad1"}, 10}, {"hanoi", "apac", []string{"iad1", "sin1"}, 115},
	{"bogota", "amer", []string{"fra1", "iad1"}, 75}, {"accra", "emea", []string{"iad1", "fra1"}, 65},
	{"perth", "apac", []string{"fra1", "sin1"}, 150}, {"toronto", "amer", []string{"iad1", "fra1"}, 15},
	{"riga", "emea", []string{"fra1", "iad1"}, 20}, {"manila", "apac", []string{"iad1", "sin1"}, 125},
	{"havana", "amer", []string{"fra1", "iad1"}, 55}, {"tunis", "emea", []string{"iad1", "fra1"}, 30},
}

// posedSources are this end's addresses, by hub.
var posedSources = map[string]netip.Addr{
	"fra1": netip.MustParseAddr("192.0.2.10"), "iad1": netip.MustParseAddr("192.0.2.11"),
	"sin1": netip.MustParseAddr("192.0.2.12"), "lte": netip.MustParseAddr("192.0.2.13"),
}

// gate is a router on the way.
var gate = netip.MustParseAddr("203.0.113.77")

// pose is the pictures' fleet, before anything goes wrong.
func pose() *posed {
	inv := &fleet.Inventory{}
	rtt := map[string]time.Duration{}
	for place, site := range posedSites {
		inv.Spokes = append(inv.Spokes, fleet.Spoke{Name: site.city})
		for i, hub := range site.hubs {
			inv.Tunnels = append(inv.Tunnels, site.tunnel(place, i+1, hub))
			rtt[hub+"-"+site.city] = time.Duration(site.rtt+20*i) * time.Millisecond
		}
	}
	inv.Spokes[0].Watch = netip.MustParsePrefix("10.17.0.0/16")
	inv.Tunnels[0].Peer = &fleet.Peer{URPF: "strict", IPsec: fleet.IPsecNone, ACLPermitsGRE: true}
	p := &posed{scene: sceneOf(inv), says: map[string]farEndSays{}}
	for _, t := range p.enabled {
		p.base = append(p.base, rtt[t.Name])
	}
	p.SetAdvice(func(position int) []fleet.Advice {
		if inv.Tunnels[position].Peer == nil {
			return nil
		}
		return []fleet.Advice{{Rule: "R17", Message: "unicast RPF (strict) on the far end's tunnel interface drops the answer", Fix: rpfFix}}
	})
	return p
}

// tunnel is the site's tunnel of that rank, by a provider of its own.
func (s *posedSite) tunnel(place, rank int, hub string) fleet.Tunnel {
	t := fleet.Tunnel{
		Name: hub + "-" + s.city, Hub: hub, Spoke: s.city, Rank: rank, Tags: []string{s.region}, Enabled: true,
		Source: posedSources[hub], Destination: netip.AddrFrom4([4]byte{10, byte(63 + rank), 0, byte(place + 1)}),
		TTL: 255, TOS: 192, Probe: fleet.Keepalive, Interval: time.Second, Retries: 3, UpAfter: 1,
		Payload: fleet.Bare, Match: fleet.MatchID, DegradedLoss: 0.05, DegradedRTT: 250 * time.Millisecond,
	}
	if hub == "lte" { // another provider's line, with no tunnel through it (R20)
		t.Hub, t.Probe, t.Enabled = "", fleet.Echo, s.city != "quito"
	}
	return t
}

// pass lets a number of seconds pass.
func (p *posed) pass(seconds int) {
	for range seconds {
		for i := range p.lines {
			p.vary(i)
		}
		p.run(1)
		var facts []probe.Event
		for i := range p.lines {
			facts = p.explain(facts, i)
		}
		p.Record(facts)
	}
}

// vary makes the next round trip: a slow wave, and now and then a late one.
func (p *posed) vary(i int) {
	l, base := &p.lines[i], p.base[i]
	at := (int(l.seq) + 11*i) % 48
	l.rtt = base + base*time.Duration(min(at, 48-at))/120
	if (int(l.seq)+7*i)%29 == 0 {
		l.rtt += base / 2
	}
}

// explain tells what was seen while the tunnel's answers were missing: with each
// keepalive after a missed one an echo is sent.
func (p *posed) explain(facts []probe.Event, i int) []probe.Event {
	l := &p.lines[i]
	if l.counter < 2 {
		return facts
	}
	fact := func(e probe.Event, after time.Duration) {
		e.Tunnel, e.Counter, e.Seq, e.At = int32(i), l.counter, l.seq, p.now.Add(after-time.Second)
		facts = append(facts, e)
	}
	fact(probe.Event{Kind: probe.Asked}, 0)
	t := p.enabled[i]
	switch p.says[t.Name] {
	case echoReplies:
		fact(probe.Event{Kind: probe.Replied, RTT: p.base[i], TTL: 250}, p.base[i])
	case gateSays:
		fact(probe.Event{Kind: probe.Refused, ICMPType: 3, ICMPCode: 13, Sender: gate.As4()}, p.base[i])
	case itSays:
		fact(probe.Event{Kind: probe.Refused, ICMPType: 3, ICMPCode: 3, Sender: t.Destination.As4()}, p.base[i])
	}
	return facts
}

// fail makes a tunnel silent, and says what comes back instead.
func (p *posed) fail(name string, says farEndSays) {
	p.cut(name)
	p.says[name] = says
}

// route makes the kernel's route to seoul lead into a tunnel.
func (p *posed) route(device, tunnel string) {
	p.SetRoute(0, &fleet.Route{Prefix: "10.17.0.0/16", Device: device, Tunnel: tunnel}, p.now)
}

// worseNight is what the pictures show: the provider of the hub sin1 fails, lima
// is cut off, seoul is on its backup, cairo and dakar have lost theirs.
func worseNight() *posed {
	p := pose()
	p.route("gre1", "fra1-seoul")
	p.lines[p.number("iad1-delhi")].lossEvery = 11
	p.base[p.number("lte-tokyo")] = 290 * time.Millisecond
	p.pass(500)
	p.cut("fra1-bogota")
	p.pass(20)
	p.mend("fra1-bogota")
	p.pass(90)
	p.fail("fra1-dakar", itSays)
	p.pass(70)
	for _, t := range p.enabled {
		if t.Hub == "sin1" {
			p.fail(t.Name, echoReplies)
		}
	}
	p.pass(140)
	p.fail("fra1-lima", farEndSilent)
	p.fail("iad1-lima", farEndSilent)
	p.pass(80)
	p.fail("fra1-cairo", gateSays)
	p.pass(40)
	p.fail("fra1-seoul", echoReplies)
	p.pass(4)
	p.route("gre2", "iad1-seoul")
	p.pass(14)
	return p
}

// darkFleet is a fleet of 5,000 tunnels in which many failed: here and there, and
// a region of one hub at once.
func darkFleet() *scene {
	s := newScene(5000, func(_ int, t *fleet.Tunnel) { t.Enabled = true })
	s.run(5)
	dice := rand.New(rand.NewPCG(1, 2))
	for i := range s.lines {
		switch l, at := &s.lines[i], dice.IntN(1000); {
		case at < 9 || s.enabled[i].Hub == "ams2" && i > 2000 && i < 2600 && at < 900:
			l.cut = true
		case at > 990:
			l.lossEvery = 9
		case at > 980:
			l.rtt = 300 * time.Millisecond
		}
	}
	s.run(30)
	return s
}
