package vantage

import (
	"slices"
	"strings"
	"time"

	"greylag/fleet"
)

// dispute is about one tunnel or spoke of which the points say what contradicts.
type dispute[V fleet.State | fleet.Path] struct {
	views *fleet.Views[V] // the newest; nil: nobody knows it any more
	due   time.Time       // when it is told, if it lasts
	told  bool
}

// A failure is seen from one point before it is seen from another: what passes within
// the time that the slower one needs is no news. That time is bounded.
const (
	leastWait = time.Second
	mostWait  = 10 * time.Minute
)

// argue follows the views at a place.
func (t *table[R, V]) argue(place int32, now time.Time) {
	r := &t.rows[place]
	known := t.disputes[r.name]
	switch {
	case t.settles == nil:
	case known != nil:
		known.views = r.views
	case r.views.Disagree:
		t.disputes[r.name] = &dispute[V]{views: r.views, due: now.Add(t.wait(place))}
	}
}

// wait is how long a dispute must last to be told.
func (t *table[R, V]) wait(place int32) time.Duration {
	wait := leastWait
	for point := range t.columns {
		if r := t.at(place, point); r != nil {
			wait = max(wait, t.settles(r))
		}
	}
	return min(wait, mostWait)
}

// resolve tells the disputes that have lasted, and those that are over, by name.
func (t *table[R, V]) resolve(now time.Time, tell func(name string, begins bool, detail string)) {
	var begun, ended []string
	for name, d := range t.disputes {
		switch goesOn := d.views != nil && d.views.Disagree; {
		case !goesOn && d.told:
			ended = append(ended, name)
		case !goesOn:
			delete(t.disputes, name)
		case !d.told && !now.Before(d.due):
			begun = append(begun, name)
		}
	}
	slices.Sort(ended)
	for _, name := range ended {
		tell(name, false, Detail(t.disputes[name].views))
		delete(t.disputes, name)
	}
	slices.Sort(begun)
	for _, name := range begun {
		t.disputes[name].told = true
		tell(name, true, Detail(t.disputes[name].views))
	}
}

// Detail says who sees what: "up from jump1, jump3; down from jump2". What is old is
// left out.
func Detail[V fleet.State | fleet.Path](views *fleet.Views[V]) string {
	if views == nil {
		return "nobody knows it any more"
	}
	var parts, seen []string
	for i, v := range views.List {
		if v.Stale || v.Verdict == "" || slices.Contains(seen, string(v.Verdict)) {
			continue
		}
		seen = append(seen, string(v.Verdict))
		var hosts []string
		for j := i; j < len(views.List); j++ {
			if other := views.List[j]; !other.Stale && other.Verdict == v.Verdict {
				hosts = append(hosts, views.Hosts[j])
			}
		}
		parts = append(parts, string(v.Verdict)+" from "+strings.Join(hosts, ", "))
	}
	return strings.Join(parts, "; ")
}
