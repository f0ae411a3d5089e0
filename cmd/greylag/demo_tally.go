package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"greylag/fleet"
)

// tally is what a demo came to.
type tally struct {
	outages, recoveries        int
	failovers, returns, losses int // of spokes
	longest                    time.Duration
	whose                      string // the longest outage
	engine                     *fleet.EngineReport
}

func (y *tally) add(e *fleet.Event) {
	switch {
	case e.Service != "":
	case e.Spoke != "":
		y.addPath(e)
	case e.To == fleet.Down:
		y.outages++
	case e.From == fleet.Down:
		y.recoveries++
		if e.Outage > y.longest {
			y.longest, y.whose = e.Outage, e.Tunnel
		}
	}
}

func (y *tally) addPath(e *fleet.Event) {
	switch {
	case e.FromPath == e.ToPath:
	case e.ToPath == fleet.PathNone:
		y.losses++
	case e.ToPath == fleet.PathBackup && e.FromPath == fleet.PathPrimary:
		y.failovers++
	case e.ToPath == fleet.PathPrimary && e.FromPath == fleet.PathBackup:
		y.returns++
	}
}

func (y *tally) text() string {
	text := fmt.Sprintf("%s and %s of tunnels", count(y.outages, "outage"), plural(y.recoveries, "recovery", "recoveries"))
	if y.whose != "" {
		text += fmt.Sprintf(" (the longest %s, %s)", seconds(y.longest), y.whose)
	}
	text += fmt.Sprintf("; %s to a backup and %s to the primary, %s without any path",
		count(y.failovers, "failover"), count(y.returns, "return"), plural(y.losses, "spoke", "times a spoke"))
	if y.engine != nil {
		text += "; keepalives " + tellEngine(y.engine)
	}
	return text
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// crowdLimit is how many events of one second a person is told one by one.
const crowdLimit = 60

// crowd counts the events that are too many for their second.
type crowd struct {
	second time.Time
	shown  int
	over   map[string]int // events left out, by word
}

// push adds an event. It returns whether the event is one too many, and what was
// left out of a second that is over, as flush does.
func (c *crowd) push(at time.Time, word string) (over bool, since time.Time, left string) {
	if second := at.Truncate(time.Second); !second.Equal(c.second) {
		since, left = c.flush()
		c.second, c.shown = second, 0
	}
	if c.shown++; c.shown <= crowdLimit {
		return false, since, left
	}
	if c.over == nil {
		c.over = map[string]int{}
	}
	c.over[word]++
	return true, since, left
}

// flush tells what was left out and forgets it; "" if nothing was.
func (c *crowd) flush() (since time.Time, left string) {
	if len(c.over) == 0 {
		return time.Time{}, ""
	}
	var parts []string
	for word, n := range c.over {
		parts = append(parts, fmt.Sprintf("%d %s", n, word))
	}
	slices.Sort(parts)
	clear(c.over)
	return c.second, "and, too many to tell: " + strings.Join(parts, ", ")
}
