package tui

import (
	"bytes"
	"time"

	"greylag/fleet"
	"greylag/fleet/replica"
	"greylag/fleet/stream"
	"greylag/fleet/vantage"
)

// outpost is a scene as another greylag tells of it: through its stream, into a replica.
type outpost struct {
	*scene
	*replica.Replica
	host  string
	state replica.State
	told  uint64
	heard time.Time
}

func newOutpost(s *scene, host string) *outpost {
	o := &outpost{scene: s, Replica: replica.New(), host: host, state: replica.Streaming}
	o.apply(func(e *stream.Encoder) {
		_ = e.Hello(stream.Hello{Time: s.now, Version: "0.1.0", Host: host, Every: 10 * time.Second})
	})
	return o
}

func (o *outpost) apply(write func(*stream.Encoder)) {
	var lines bytes.Buffer
	write(stream.NewEncoder(&lines))
	for dec := stream.NewDecoder(&lines); ; {
		rec, err := dec.Next()
		if err != nil {
			return
		}
		o.Replica.Apply(rec, o.now)
	}
}

// tell is a full report, after what happened since the last.
func (o *outpost) tell() {
	o.heard = o.now
	events, _ := o.scene.Store.EventsSince(o.told)
	o.apply(func(e *stream.Encoder) {
		for i := range events {
			o.told = events[i].Number
			_ = e.Event(&events[i])
		}
		_ = o.scene.Store.Walk(o.now, e.Walker())
	})
}

func (o *outpost) Status(now time.Time) replica.Status {
	return replica.Status{Label: o.host, State: o.state, Newest: o.heard, Arrived: o.heard, Age: now.Sub(o.heard), Since: o.heard, Every: 10 * time.Second}
}

func (o *outpost) Report(now time.Time, into *fleet.Report) *fleet.Report {
	return o.Replica.Report(now, into)
}

func (o *outpost) Changes(now time.Time, since uint64, into *fleet.Changes) *fleet.Changes {
	return o.Replica.Changes(now, since, into)
}

func (o *outpost) EventsSince(number uint64) ([]fleet.Event, uint64) {
	return o.Replica.EventsSince(number)
}

func (o *outpost) Outcomes(position int, into []fleet.Outcome) []fleet.Outcome {
	return o.Replica.Outcomes(position, into)
}

func (o *outpost) Incidents(into []fleet.Incident) []fleet.Incident {
	return o.Replica.Incidents(into)
}

func (o *outpost) Done() <-chan struct{} { return nil }

// outposts is what the terminal is shown of them: as cmd does.
type outposts struct{ *vantage.Set }

func (o outposts) Status(now time.Time) Status {
	s := o.Set.Status(now)
	return Status{Label: "stream from " + s.Label, Age: s.Age}
}

func (o outposts) Points(now time.Time, into []Point) []Point {
	for _, p := range o.Set.Points(now) {
		point := Point{Host: p.Host, Age: p.Status.Age}
		if p.Stale {
			point.Trouble, point.Problem = "stale", "the source has closed the stream; looking for it again"
		}
		into = append(into, point)
	}
	return into
}

// twoViews are two hosts' views of one fleet of 12 tunnels. Of what jump1 sees, one is
// down; for jump2 another is, and one that jump1 does not know. Both are silent about
// a third.
func twoViews() (jump1, jump2 *outpost, source Source) {
	jump1, jump2 = newOutpost(newScene(12), "jump1"), newOutpost(newScene(14), "jump2")
	for i := range jump2.enabled {
		jump2.enabled[i].Source = jump2.enabled[i].Source.Next()
		jump2.lines[i].rtt += 31 * time.Millisecond
	}
	together(jump1, jump2, 20)
	jump1.cut("fra1-seoul-1", "fra1-hanoi-1")
	jump2.cut("ams2-tokyo-1", "fra1-hanoi-1", "fra1-manila-1")
	together(jump1, jump2, 12)
	set := vantage.New(vantage.Source{Feed: jump1, Spec: "-"}, vantage.Source{Feed: jump2, Spec: "/run/greylag.sock"})
	return jump1, jump2, outposts{set}
}

// together lets both go on, and tell.
func together(jump1, jump2 *outpost, seconds int) {
	for _, o := range []*outpost{jump1, jump2} {
		o.run(seconds)
		o.tell()
	}
}

// openViews is the program on two views, after two looks with some seconds between.
func openViews(width, height int, options ...func(*Options)) (m *model, jump1, jump2 *outpost) {
	jump1, jump2, source := twoViews()
	m = open(source, jump1.scene, width, height, options...)
	together(jump1, jump2, 6)
	look(m)
	return m, jump1, jump2
}
