package stream

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"greylag/fleet"
)

// What is written for a host is read as its, and hello stays its own.
func TestHost(t *testing.T) {
	var out bytes.Buffer
	enc := NewEncoder(&out)
	enc.Host = "jump\"2"
	r := &fleet.Report{Tunnels: []fleet.TunnelReport{*fullTunnel()}, Spokes: []fleet.SpokeReport{*routedSpoke()}, Summary: *fullSummary()}
	for _, err := range []error{
		enc.Hello(*fullHello()), enc.Report(r), enc.Tunnel(fullTunnel()), enc.Spoke(routedSpoke()), enc.Incident(openIncident()), enc.Summary(fullSummary()),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := []Record{
		{Hello: fullHello()}, {Tunnel: fullTunnel()}, {Spoke: routedSpoke()}, {Summary: fullSummary()},
		{Tunnel: fullTunnel()}, {Spoke: routedSpoke()}, {Incident: openIncident()}, {Summary: fullSummary()},
	}
	for i := range want[1:] {
		want[i+1].Host = "jump\"2"
	}
	if diff := cmp.Diff(want, decodeAll(t, &out), comparers); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
