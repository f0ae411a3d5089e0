package fleet

import (
	"testing"
	"time"
)

func TestIncidentText(t *testing.T) {
	seven := []string{"a", "b", "c", "d", "e", "f", "g"}
	hub := Incident{Start: at(35), Time: at(40), Factor: FactorHub, Value: "fra1", Members: seven, Down: 7, Shared: 500, Reason: ReasonBlackHole}
	for _, tt := range []struct {
		change func(*Incident)
		want   string
	}{
		{func(*Incident) {}, "7 of the 500 tunnels of hub fra1 are down since 19:00:35 UTC: black-hole"},
		{func(i *Incident) { i.Reason, i.Shared = "", 7 }, "all 7 tunnels of hub fra1 are down since 19:00:35 UTC"},
		{func(i *Incident) { i.Down = 1 }, "1 of the 500 tunnels of hub fra1 is down since 19:00:35 UTC, 6 more were: black-hole"},
		{func(i *Incident) { i.Down = 6 }, "6 of the 500 tunnels of hub fra1 are down since 19:00:35 UTC, 1 more was: black-hole"},
		{func(i *Incident) { i.Down, i.More = 40, 33 }, "40 of the 500 tunnels of hub fra1 are down since 19:00:35 UTC: black-hole"},
		{func(i *Incident) { i.Factor, i.Value = FactorAll, "" }, "7 of the 500 tunnels of the fleet are down since 19:00:35 UTC: black-hole"},
		{func(i *Incident) { i.Time = at(5 * 3600) }, "7 of the 500 tunnels of hub fra1 are down since 2026-11-22 19:00:35 UTC: black-hole"},
		{func(i *Incident) { i.Start = i.Start.In(time.FixedZone("KST", 9*3600)) },
			"7 of the 500 tunnels of hub fra1 are down since 04:00:35 KST: black-hole"},
		{func(i *Incident) { i.End, i.Down = at(3600.26), 0 },
			"7 of the 500 tunnels of hub fra1 went down from 19:00:35 UTC on, and are up again after 59m25.3s"},
		{func(i *Incident) { i.End, i.Down, i.Into = at(36), 0, 3 },
			"7 of the 500 tunnels of hub fra1 went down from 19:00:35 UTC on: a part of incident 3"},
	} {
		inc := hub
		tt.change(&inc)
		if got := inc.Text(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}
