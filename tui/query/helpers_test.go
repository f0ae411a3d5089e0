package query

import (
	"net/netip"
	"testing"
	"time"

	"greylag/fleet"
)

// now is when the tests' reports are taken.
var now = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

// seoul is a tunnel that is down, with something in every field.
func seoul(change ...func(*Row)) *Row {
	r := &Row{
		Tunnel: &fleet.TunnelReport{
			Tunnel: &fleet.Tunnel{
				Name: "fra1-Seoul", Hub: "fra1", Spoke: "seoul", Rank: 2, Tags: []string{"apac", "LTE backup"},
				Source: addr("192.0.2.10"), Destination: addr("198.51.100.17"), Probe: fleet.Keepalive,
			},
			Time: now, Since: now.Add(-10 * time.Minute), State: fleet.Down, Reason: fleet.ReasonBlackHole,
			Counter: 4, Received: 95, Lost: 5, Loss: 0.05, Flaps: 3, Availability: 0.999, Incident: 7,
			RTT: fleet.RTT{Samples: 95, Last: 120 * time.Millisecond, P99: 300 * time.Millisecond, Jitter: 800 * time.Microsecond},
		},
		Path: fleet.PathBackup,
	}
	for _, c := range change {
		c(r)
	}
	return r
}

// fresh is a tunnel of which nothing is known yet, and little declared.
func fresh() *Row {
	return &Row{Tunnel: &fleet.TunnelReport{
		Tunnel: &fleet.Tunnel{Name: "t1", Rank: 1, Source: addr("192.0.2.10"), Destination: addr("203.0.113.1"), Probe: fleet.Echo},
		Time:   now, State: fleet.Pending, Availability: -1,
	}}
}

// mustParse reads a filter that is right.
func mustParse(t testing.TB, input string) *Query {
	t.Helper()
	q, err := Parse(input)
	if err != nil {
		t.Fatalf("%q: %v", input, err)
	}
	return &q
}
