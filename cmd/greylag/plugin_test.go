package main

import (
	"fmt"
	"strings"
	"testing"

	"greylag/fleet"
)

// reported is a report of tunnels given as "name state [reason]", and of spokes
// that lack protection.
func reported(tunnels []string, unprotected ...string) *fleet.Report {
	r := &fleet.Report{}
	r.Summary.Tunnels = map[fleet.State]int{}
	for _, text := range tunnels {
		f := strings.Fields(text + " -")
		t := fleet.TunnelReport{Tunnel: &fleet.Tunnel{Name: f[0]}, State: fleet.State(f[1])}
		if f[2] != "-" {
			t.Reason = fleet.Reason(f[2])
		}
		r.Tunnels = append(r.Tunnels, t)
		r.Summary.Tunnels[t.State]++
	}
	for _, name := range unprotected {
		r.Spokes = append(r.Spokes, fleet.SpokeReport{Spoke: &fleet.Spoke{Name: name}, Active: "x", Ranked: true})
	}
	r.Summary.Unprotected = len(unprotected)
	return r
}

func TestPluginLine(t *testing.T) {
	for name, c := range map[string]struct {
		report *fleet.Report
		code   int
		want   string
	}{
		"all up": {reported([]string{"a up", "b up", "c disabled"}), 0,
			"OK - 2 tunnels up | up=2;;;0;2 degraded=0;;;0;2 down=0;;;0;2 pending=0;;;0;2 disabled=1 unprotected=0"},
		"one": {reported([]string{"a up"}), 0,
			"OK - 1 tunnel up | up=1;;;0;1 degraded=0;;;0;1 down=0;;;0;1 pending=0;;;0;1 disabled=0 unprotected=0"},
		"degraded": {reported([]string{"a up", "b degraded"}), 1,
			"WARNING - 1 of 2 tunnels degraded: b | up=1;;;0;2 degraded=1;;;0;2 down=0;;;0;2 pending=0;;;0;2 disabled=0 unprotected=0"},
		"without protection": {reported([]string{"a up", "b up"}, "seoul", "busan"), 1,
			"WARNING - 2 spokes without protection: seoul, busan | up=2;;;0;2 degraded=0;;;0;2 down=0;;;0;2 pending=0;;;0;2 disabled=0 unprotected=2"},
		"down, and why": {reported([]string{"a down local", "b down", "c up"}), 2,
			"CRITICAL - 2 of 3 tunnels down: a (local), b | up=1;;;0;3 degraded=0;;;0;3 down=2;;;0;3 pending=0;;;0;3 disabled=0 unprotected=0"},
		"not settled": {reported([]string{"a up", "b pending"}), 3,
			"UNKNOWN - 1 of 2 tunnels not settled: b | up=1;;;0;2 degraded=0;;;0;2 down=0;;;0;2 pending=1;;;0;2 disabled=0 unprotected=0"},
		"nothing enabled": {reported([]string{"a disabled"}), 3,
			"UNKNOWN - no tunnel is enabled | up=0;;;0;0 degraded=0;;;0;0 down=0;;;0;0 pending=0;;;0;0 disabled=1 unprotected=0"},
		"a name with a bar": {reported([]string{"a|b down"}), 2,
			"CRITICAL - 1 of 1 tunnel down: a/b | up=0;;;0;1 degraded=0;;;0;1 down=1;;;0;1 pending=0;;;0;1 disabled=0 unprotected=0"},
	} {
		if code, got := pluginLine(c.report); code != c.code || got != c.want {
			t.Errorf("%s: %d, %s\nwant %d, %s", name, code, got, c.code, c.want)
		}
	}
}

// What is worst comes first: down, not settled, degraded, without protection.
func TestPluginLinePrecedence(t *testing.T) {
	tunnels := []string{"a down", "b pending", "c degraded", "d up"}
	for i, c := range []struct {
		code int
		want string
	}{
		{2, "CRITICAL - 1 of 4 tunnels down: a |"},
		{3, "UNKNOWN - 1 of 3 tunnels not settled: b |"},
		{1, "WARNING - 1 of 2 tunnels degraded: c |"},
		{1, "WARNING - 1 spoke without protection: s |"},
	} {
		if code, got := pluginLine(reported(tunnels[i:], "s")); code != c.code || !strings.HasPrefix(got, c.want) {
			t.Errorf("%v: %d, %s\nwant %d, %s", tunnels[i:], code, got, c.code, c.want)
		}
	}
}

// A line has room for five names.
func TestPluginLineNames(t *testing.T) {
	for n, want := range map[int]string{
		5: "5 of 5 tunnels down: t1, t2, t3, t4, t5 |",
		6: "6 of 6 tunnels down: t1, t2, t3, t4, t5 and 1 more |",
		9: "9 of 9 tunnels down: t1, t2, t3, t4, t5 and 4 more |",
	} {
		var tunnels []string
		for i := range n {
			tunnels = append(tunnels, fmt.Sprintf("t%d down", i+1))
		}
		if _, got := pluginLine(reported(tunnels)); !strings.HasPrefix(got, "CRITICAL - "+want) {
			t.Errorf("%s\nwant CRITICAL - %s", got, want)
		}
	}
}

// Only a spoke that is reached, and for which protection is expected, lacks it.
func TestUnprotected(t *testing.T) {
	r := &fleet.Report{}
	for _, s := range []fleet.SpokeReport{
		{Spoke: &fleet.Spoke{Name: "lacking"}, Active: "x", Ranked: true},
		{Spoke: &fleet.Spoke{Name: "protected"}, Active: "x", Ranked: true, Protected: true},
		{Spoke: &fleet.Spoke{Name: "single"}, Active: "x"},
		{Spoke: &fleet.Spoke{Name: "unreached"}, Ranked: true},
	} {
		r.Spokes = append(r.Spokes, s)
	}
	if got := unprotected(r); got != "lacking" {
		t.Errorf("unprotected: %q, want lacking", got)
	}
}
