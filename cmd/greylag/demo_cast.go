package main

import (
	"fmt"
	"time"

	"greylag/probe/simnet"
)

// site is a spoke of the demo's fleet and what its far ends are like.
type site struct {
	city, region string
	paths        int             // primary, backup, and a third that is probed by ICMP echo
	rtt          time.Duration   // of the primary path; each backup takes backupDetour more
	conduct      simnet.Scenario // of the primary's far end; "": plain
	loss         float64         // of the primary path
	speaks       time.Duration   // the primary's far end sends keepalives of its own so often; 0: none
	ownSource    bool            // the primary has a source address of its own at this end
	spare        bool            // the last path is disabled
}

// cast are the spokes that the script and the README speak of; their order
// decides who is there in a small fleet. Even places have their primary at fra1,
// odd ones at iad1.
var cast = []site{
	{city: "seoul", region: "apac", paths: 2, rtt: 120 * time.Millisecond},
	{city: "tokyo", region: "apac", paths: 3, rtt: 95 * time.Millisecond},
	{city: "lima", region: "amer", paths: 2, rtt: 110 * time.Millisecond},
	{city: "cairo", region: "emea", paths: 2, rtt: 70 * time.Millisecond, conduct: simnet.URPF},
	{city: "oslo", region: "emea", paths: 1, rtt: 12 * time.Millisecond},
	{city: "delhi", region: "apac", paths: 2, rtt: 85 * time.Millisecond, loss: 0.15},
	{city: "nairobi", region: "emea", paths: 2, rtt: 90 * time.Millisecond, speaks: 2 * time.Second},
	{city: "boston", region: "amer", paths: 2, rtt: 5 * time.Millisecond, ownSource: true},
	{city: "sydney", region: "apac", paths: 3, rtt: 140 * time.Millisecond},
	{city: "quito", region: "amer", paths: 3, rtt: 60 * time.Millisecond, spare: true},
	{city: "dakar", region: "emea", paths: 2, rtt: 45 * time.Millisecond},
}

// cities are the names of healthy spokes behind the cast, as long as there are
// any.
var cities = []struct{ name, region string }{
	{"madrid", "emea"}, {"osaka", "apac"}, {"denver", "amer"}, {"vienna", "emea"}, {"hanoi", "apac"},
	{"bogota", "amer"}, {"accra", "emea"}, {"perth", "apac"}, {"toronto", "amer"}, {"riga", "emea"},
	{"manila", "apac"}, {"havana", "amer"}, {"tunis", "emea"}, {"dhaka", "apac"}, {"dallas", "amer"},
	{"warsaw", "emea"}, {"taipei", "apac"}, {"caracas", "amer"}, {"lagos", "emea"}, {"jakarta", "apac"},
}

// siteAt is the spoke at that place: one of the cast, a healthy city, or a
// healthy site with a number. Every fifth of those has a third path.
func siteAt(place int) site {
	if place < len(cast) {
		return cast[place]
	}
	extra := place - len(cast)
	s := site{paths: 2, rtt: time.Duration(5+37*extra%135) * time.Millisecond}
	if extra%5 == 4 {
		s.paths = 3
	}
	if extra < len(cities) {
		s.city, s.region = cities[extra].name, cities[extra].region
		return s
	}
	s.city, s.region = fmt.Sprintf("site-%04d", place+1), [...]string{"apac", "emea", "amer"}[place%3]
	return s
}
