package advise

import (
	"fmt"
	"time"
)

// slowHere compares this end's timers with the routing protocol's.
func slowHere(e ends) *problem {
	return slow(e, "the line protocol", e.tunnel.Interval, e.tunnel.Retries, `interval = "%ds" with %d retries`)
}

// slowThere compares the far end's.
func slowThere(e ends) *problem {
	if !e.farOriginates() {
		return nil
	}
	return slow(e, "the far end's line protocol", e.peer.KeepaliveInterval, e.peer.KeepaliveRetries, "`keepalive %d %d` there")
}

// slow is keepalives that find out after the routing protocol has. By R10 a line
// goes down retries × interval after the first keepalive that stays unanswered,
// and that one is sent up to an interval after the failure.
func slow(e ends, what string, interval time.Duration, retries int, example string) *problem {
	if e.tunnel.Routing == nil || e.tunnel.Routing.Dead == 0 {
		return nil
	}
	dead := e.tunnel.Routing.Dead
	soonest := interval * time.Duration(retries)
	latest := soonest + interval
	p := &problem{
		message: fmt.Sprintf("%s goes down %v to %v after a failure (R10: retries × interval, %d × %v, after the first keepalive that stays unanswered)",
			what, soonest, latest, retries, interval),
		fix: fmt.Sprintf("(retries + 1) × interval of at most %v%s, or a longer dead time", dead, suggestion(dead, retries, example)),
	}
	switch {
	case soonest > dead:
		p.message += fmt.Sprintf(": always later than the routing protocol's %v, so the keepalives withdraw nothing", dead)
		return p
	case latest > dead:
		p.message += fmt.Sprintf(": at times later than the routing protocol's %v", dead)
		p.severity = Info
		return p
	}
	return nil
}

// suggestion is the longest interval of whole seconds that is short enough.
func suggestion(dead time.Duration, retries int, example string) string {
	seconds := dead / time.Second / time.Duration(retries+1)
	if seconds < 1 {
		return ""
	}
	return ", such as " + fmt.Sprintf(example, seconds, retries)
}
