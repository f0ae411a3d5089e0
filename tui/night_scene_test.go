package tui

import (
	"fmt"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"greylag/fleet"
)

// hardNight is a fleet of n tunnels in which everything is that can be wrong at
// once: down for each reason and for different times, missing answers just now,
// never heard of, losing, slow, flapping, pending, disabled, without a backup and
// without a spoke; a provider's tunnels lost together, and a route that still
// leads into one of them. It is a minute old. Where n is 1 the tunnel is up again
// after an outage.
func hardNight(n int) *posed {
	p := &posed{scene: newScene(n, behindProviders, exceptional), says: map[string]farEndSays{}}
	for i := range p.lines {
		p.base = append(p.base, p.lines[i].rtt)
	}
	for i, t := range p.enabled {
		p.lines[i].cut = i%31 == 7 || t.Interval > time.Second // never heard of
	}
	p.every(23, 5, func(l *scriptedLine) { l.lossEvery = 9 })
	for i := 11; i < len(p.base); i += 37 {
		p.base[i] = 300 * time.Millisecond
	}
	p.watch()
	p.pass(12)
	p.every(53, 0, func(l *scriptedLine) { l.cut = true })
	p.pass(8)
	p.every(53, 0, func(l *scriptedLine) { l.cut = false })
	p.failForEachReason()
	p.pass(20)
	p.loseProviders()
	p.pass(18)
	p.every(41, 4, func(l *scriptedLine) { l.cut = true })
	p.pass(2)
	return p
}

// every changes every so manieth line, from first on.
func (p *posed) every(step, first int, change func(*scriptedLine)) {
	for i := first; i < len(p.lines); i += step {
		change(&p.lines[i])
	}
}

// behindProviders spreads a scene's tunnels over all hubs, and over providers of
// twelve tunnels each: wired ones for the primaries, mobile ones for the backups.
func behindProviders(i int, t *fleet.Tunnel) {
	site := i / 2
	t.Hub = hubs[(site+i%2)%len(hubs)]
	t.Name = t.Hub + "-" + t.Spoke
	t.Tags = []string{[]string{"apac", "amer", "emea"}[site%3], fmt.Sprintf("%s-%d", []string{"isp", "lte"}[i%2], site/6)}
}

// exceptional makes some tunnels those of half a minute, which are pending for long,
// and some those of no spoke, so that others have no backup.
func exceptional(i int, t *fleet.Tunnel) {
	switch {
	case i%43 == 21 || i%86 == 20:
		t.Interval = 30 * time.Second
	case i%58 == 37:
		t.Name, t.Spoke, t.Hub = fmt.Sprintf("datacentre-%d", i), "", ""
	}
}

// lostFrom is the first site of the first provider that is lost.
const lostFrom = 12

// watch makes the routes to two sites known, both of which are about to lose
// their primaries.
func (p *posed) watch() {
	for place := lostFrom; place < min(lostFrom+2, len(p.inv.Spokes)); place++ {
		p.inv.Spokes[place].Watch = netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(place), 0, 0}), 16)
		p.routeTo(place, 2*place)
	}
}

// routeTo makes the kernel's route to a site lead into a tunnel.
func (p *posed) routeTo(place, tunnel int) {
	p.SetRoute(place, &fleet.Route{
		Prefix: p.inv.Spokes[place].Watch.String(), Device: fmt.Sprint("gre", tunnel), Tunnel: p.inv.Tunnels[tunnel].Name,
	}, p.now)
}

// failForEachReason makes tunnels silent, one after the other for another reason.
func (p *posed) failForEachReason() {
	says := []farEndSays{echoReplies, gateSays, itSays, farEndSilent}
	for i := 2; i < len(p.lines); i += 13 {
		if turn := i / 13 % (len(says) + 1); turn < len(says) {
			p.fail(p.enabled[i].Name, says[turn])
		} else {
			p.lines[i].refused = syscall.ENETUNREACH
		}
	}
}

// loseProviders cuts every fortieth wired provider off; one of the routes that
// are watched follows.
func (p *posed) loseProviders() {
	for i, t := range p.enabled {
		var number int
		if _, err := fmt.Sscanf(t.Tags[1], "isp-%d", &number); err == nil && number%40 == lostFrom/6 {
			p.fail(p.enabled[i].Name, echoReplies)
		}
	}
	if len(p.inv.Spokes) > lostFrom+1 {
		p.routeTo(lostFrom+1, 2*(lostFrom+1)+1)
	}
}

// fleetSizes are the fleets that are tested.
var fleetSizes = []int{0, 1, 60, 500, 10_000}

// hardNights are those of fleetSizes, each made once: tests only look at them.
var hardNights = func() map[int]func() *posed {
	made := map[int]func() *posed{}
	for _, n := range fleetSizes {
		made[n] = sync.OnceValue(func() *posed { return hardNight(n) })
	}
	return made
}()
