package main

import (
	"fmt"
	"strings"

	"greylag/fleet"
)

// pluginLine returns the exit code of a report and the line that a monitoring
// plugin prints: status, text, performance data.
func pluginLine(r *fleet.Report) (code int, line string) {
	n := r.Summary.Tunnels
	probed := len(r.Tunnels) - n[fleet.Disabled]
	status, text := "OK", fmt.Sprintf("%s up", count(probed, "tunnel"))
	switch {
	case n[fleet.Down] > 0:
		code, status = checkCritical, "CRITICAL"
		text = fmt.Sprintf("%d of %s down: %s", n[fleet.Down], count(probed, "tunnel"), named(r, fleet.Down))
	case n[fleet.Pending] > 0:
		code, status = checkUnknown, "UNKNOWN"
		text = fmt.Sprintf("%d of %s not settled: %s", n[fleet.Pending], count(probed, "tunnel"), named(r, fleet.Pending))
	case probed == 0:
		code, status, text = checkUnknown, "UNKNOWN", "no tunnel is enabled"
	case n[fleet.Degraded] > 0:
		code, status = checkWarning, "WARNING"
		text = fmt.Sprintf("%d of %s degraded: %s", n[fleet.Degraded], count(probed, "tunnel"), named(r, fleet.Degraded))
	case r.Summary.Unprotected > 0:
		code, status = checkWarning, "WARNING"
		text = fmt.Sprintf("%s without protection: %s", count(r.Summary.Unprotected, "spoke"), unprotected(r))
	}
	return code, fmt.Sprintf("%s - %s | %s", status, pluginText(text), perfdata(r, probed))
}

// perfdata is label=value;warn;crit;min;max, as the plugin guidelines say.
func perfdata(r *fleet.Report, probed int) string {
	n := r.Summary.Tunnels
	return fmt.Sprintf("up=%d;;;0;%d degraded=%d;;;0;%d down=%d;;;0;%d pending=%d;;;0;%d disabled=%d unprotected=%d",
		n[fleet.Up], probed, n[fleet.Degraded], probed, n[fleet.Down], probed, n[fleet.Pending], probed,
		n[fleet.Disabled], r.Summary.Unprotected)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// mentioned is how many names a line holds.
const mentioned = 5

func named(r *fleet.Report, state fleet.State) string {
	var names []string
	for i := range r.Tunnels {
		t := &r.Tunnels[i]
		if t.State != state {
			continue
		}
		name := t.Tunnel.Name
		if t.Reason != "" {
			name += " (" + string(t.Reason) + ")"
		}
		names = append(names, name)
	}
	return someOf(names)
}

func unprotected(r *fleet.Report) string {
	var names []string
	for i := range r.Spokes {
		if s := &r.Spokes[i]; s.Active != "" && s.Ranked && !s.Protected {
			names = append(names, s.Spoke.Name)
		}
	}
	return someOf(names)
}

func someOf(names []string) string {
	if len(names) <= mentioned {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:mentioned], ", "), len(names)-mentioned)
}
