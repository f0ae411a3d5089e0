package fleet

import (
	"fmt"
	"time"
)

// Text is the incident in one sentence for people, such as "40 of the 500 tunnels
// of hub fra1 are down since 19:00:35 UTC: black-hole". The time is in the zone of
// Start, with its date where Time is of another day.
func (i *Incident) Text() string {
	size := len(i.Members) + i.More
	switch {
	case i.Into != 0:
		return fmt.Sprintf("%s went down from %s on: a part of incident %d", i.subject(size), i.since(), i.Into)
	case !i.End.IsZero():
		lasted := max(i.End.Sub(i.Start), 0).Round(time.Second / 10)
		return fmt.Sprintf("%s went down from %s on, and are up again after %v", i.subject(size), i.since(), lasted)
	}
	text := fmt.Sprintf("%s %s down since %s", i.subject(i.Down), verb(i.Down, "is", "are"), i.since())
	if up := size - i.Down; up > 0 {
		text += fmt.Sprintf(", %d more %s", up, verb(up, "was", "were"))
	}
	if i.Reason != "" {
		text += ": " + string(i.Reason)
	}
	return text
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// subject is so many of the tunnels that share the factor.
func (i *Incident) subject(n int) string {
	whose := "the fleet"
	if i.Factor != FactorAll {
		whose = string(i.Factor) + " " + i.Value
	}
	if n == i.Shared {
		return fmt.Sprintf("all %d tunnels of %s", n, whose)
	}
	return fmt.Sprintf("%d of the %d tunnels of %s", n, i.Shared, whose)
}

func (i *Incident) since() string {
	const clock = "15:04:05 MST"
	if i.Time.In(i.Start.Location()).Format(time.DateOnly) != i.Start.Format(time.DateOnly) {
		return i.Start.Format(time.DateOnly + " " + clock)
	}
	return i.Start.Format(clock)
}
