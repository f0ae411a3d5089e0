package main

import (
	"fmt"
	"strings"

	"greylag/fleet"
)

// pluginLine returns the exit code of a report and the line that a monitoring
// plugin prints: status, text, performance data.
func pluginLine(r *fleet.Report) (code int, line string) {
	code, text := pluginVerdict(r)
	return code, pluginFormat(code, text, perfdata(r))
}

// pluginFormat is the line.
func pluginFormat(code int, text, perf string) string {
	status := [...]string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}[code]
	return fmt.Sprintf("%s - %s | %s", status, pluginText(text), perf)
}

// probedIn is how many tunnels of a report are not disabled.
func probedIn(r *fleet.Report) int { return len(r.Tunnels) - r.Summary.Tunnels[fleet.Disabled] }

// pluginVerdict is the exit code of a report and why it is that.
func pluginVerdict(r *fleet.Report) (code int, text string) {
	n := r.Summary.Tunnels
	probed := probedIn(r)
	text = fmt.Sprintf("%s up", count(probed, "tunnel"))
	switch {
	case n[fleet.Down] > 0:
		code = checkCritical
		text = fmt.Sprintf("%d of %s down: %s", n[fleet.Down], count(probed, "tunnel"), named(r, fleet.Down))
	case n[fleet.Pending] > 0:
		code = checkUnknown
		text = fmt.Sprintf("%d of %s not settled: %s", n[fleet.Pending], count(probed, "tunnel"), named(r, fleet.Pending))
	case probed == 0:
		code, text = checkUnknown, "no tunnel is enabled"
	case n[fleet.Degraded] > 0:
		code = checkWarning
		text = fmt.Sprintf("%d of %s degraded: %s", n[fleet.Degraded], count(probed, "tunnel"), named(r, fleet.Degraded))
	case r.Summary.Unprotected > 0:
		code = checkWarning
		text = fmt.Sprintf("%s without protection: %s", count(r.Summary.Unprotected, "spoke"), unprotected(r))
	}
	return code, text
}

// perfdata is label=value;warn;crit;min;max, as the plugin guidelines say.
func perfdata(r *fleet.Report) string {
	n, probed := r.Summary.Tunnels, probedIn(r)
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
