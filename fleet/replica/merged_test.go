package replica

import (
	"testing"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// A merged stream is seen from its first host: what others see of the same tunnel does
// not overwrite that, nor does their hello begin anything anew.
func TestMergedStream(t *testing.T) {
	of := func(host string, rec stream.Record) stream.Record {
		rec.Host = host
		if rec.Event != nil {
			rec.Event.Host = host
		}
		return rec
	}
	merged := hello(0, "desk")
	merged.Hello.Sources = []string{"jump1", "jump2"}
	r := applied(merged, hello(0, "jump1"), hello(0, "jump2"),
		of("jump1", tunnel(1, "a", fleet.Up, 0)), of("jump1", summary(1, 1, 0)),
		of("jump2", tunnel(1, "a", fleet.Down, 0)), of("jump2", tunnel(1, "b", fleet.Down, 0)), of("jump2", summary(1, 2, 0)),
		of("jump2", event(2, "a", fleet.Up, fleet.Down)), event(3, "c", fleet.Up, fleet.Down))
	if got := rows(r.Report(at(3), nil)); got != "a=up c=down" {
		t.Errorf("shown: %s", got)
	}
	if got := r.status("", at(3)).Label; got != "jump1" {
		t.Errorf("from %s", got)
	}
	apply(r, hello(10, "jump9"), tunnel(11, "z", fleet.Up, 0), summary(11, 1, 0)) // another stream follows
	if got := rows(r.Report(at(11), nil)); got != "z=up" {
		t.Errorf("then: %s", got)
	}
}

// A status tells whether a whole report has come.
func TestWhole(t *testing.T) {
	r := applied(hello(0, "jump1"), tunnel(1, "a", fleet.Up, 0))
	if r.status("", at(1)).Whole {
		t.Error("half a report is whole")
	}
	if apply(r, summary(1, 1, 0)); !r.status("", at(1)).Whole {
		t.Error("a report with its summary is not whole")
	}
}
