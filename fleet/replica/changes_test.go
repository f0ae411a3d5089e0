package replica

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// Who takes in the changes of a stream knows all that a report tells, through
// reports that are whole or not, events, restarts of the source and rewinds.
func TestChangesTellAll(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	r := New()
	var known fleet.Report
	var incidents []fleet.Incident
	var c *fleet.Changes
	wholes, version, told := 0, uint64(0), uint64(0)
	states := [...]fleet.State{fleet.Up, fleet.Down, fleet.Degraded, fleet.Disabled}
	name := func() string { return fmt.Sprintf("t%d", random.IntN(12)) }
	for step := range 3000 {
		when := float64(step)
		for range random.IntN(3) {
			switch random.IntN(16) {
			case 0:
				apply(r, hello(when, "jump1"))
			case 1:
				r.rewind()
			case 2, 3:
				apply(r, whole(when, "t0", "t1", "t2")...)
			case 4, 5:
				apply(r, summary(when, 3, 0))
			case 6:
				apply(r, spoke(when, "s"+name(), fleet.PathBackup, name()))
			case 7:
				apply(r, stream.Record{Incident: &fleet.Incident{Number: uint64(random.IntN(5)), Time: at(when)}})
			case 8, 9, 10:
				apply(r, event(when, name(), fleet.Up, states[random.IntN(len(states))]))
			default:
				apply(r, tunnel(when, name(), states[random.IntN(len(states))], when))
			}
		}
		now := at(when)
		if c = r.Changes(now, version, c); c.Whole {
			wholes++
			r.Report(now, &known)
		}
		for i, position := range c.Positions {
			known.Tunnels[position] = c.Tunnels[i]
		}
		for i, place := range c.Places {
			known.Spokes[place] = c.Spokes[i]
		}
		version = c.Version
		if c.Incidents != told {
			incidents, told = r.Incidents(nil), c.Incidents
		}
		want := r.Report(now, nil)
		if !same(want.Tunnels, known.Tunnels) || !same(want.Spokes, known.Spokes) || want.Time != c.Time || want.Summary.Engine != c.Engine {
			t.Fatalf("step %d: a report tells %s, who took in the changes knows %s", step, rows(want), rows(&known))
		}
		if !same(r.Incidents(nil), incidents) {
			t.Fatalf("step %d: other incidents than were told of", step)
		}
	}
	if wholes == 0 || wholes > 2000 {
		t.Errorf("the whole fleet was read %d times of 3,000", wholes)
	}
}

// same tells whether rows are equal.
func same[T any](a, b []T) bool {
	return slices.EqualFunc(a, b, func(x, y T) bool { return reflect.DeepEqual(x, y) })
}
