package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"greylag/fleet"
)

// tellTime is how times of day are told.
const tellTime = "15:04:05.0"

// told is an event, or something else that happens, in words: one line.
type told struct {
	word string // state or path, in capitals
	text string
}

// tellEvent puts an event into words.
func tellEvent(e *fleet.Event) told {
	if e.Service != "" {
		return told{strings.ToUpper(e.Is), "greylag's " + e.Service + ": " + e.Detail}
	}
	if e.BlackHole {
		return told{lostWord, e.Spoke + ": " + e.Detail}
	}
	if e.Spoke != "" {
		return told{strings.ToUpper(string(e.ToPath)), tellSpoke(e)}
	}
	return told{strings.ToUpper(string(e.To)), fmt.Sprintf("%s: %s -> %s%s", e.Tunnel, e.From, e.To, because(e))}
}

// because is what is known of why a tunnel changed, or how long it was down.
func because(e *fleet.Event) string {
	switch {
	case e.Outage > 0:
		return " after " + seconds(e.Outage)
	case e.Reason != "" && e.Detail != "":
		return fmt.Sprintf(", %s: %s", e.Reason, e.Detail)
	case e.Reason != "":
		return ", " + string(e.Reason)
	case e.To == fleet.Down:
		return fmt.Sprintf(", %s unanswered", count(int(e.Counter), "keepalive"))
	}
	return ""
}

func tellSpoke(e *fleet.Event) string {
	if e.Route != nil { // a black hole is over
		return fmt.Sprintf("%s: %s", e.Spoke, e.Detail)
	}
	text := fmt.Sprintf("%s: %s -> %s", e.Spoke, e.FromPath, e.ToPath)
	if e.FromPath == e.ToPath {
		text = fmt.Sprintf("%s: still %s", e.Spoke, e.ToPath)
	}
	switch {
	case e.Active == "":
		return text
	case e.Protected:
		return fmt.Sprintf("%s by %s, another path is up", text, e.Active)
	}
	return fmt.Sprintf("%s by %s, no other path is up", text, e.Active)
}

// tellIncident puts an incident into words, with times of that zone.
func tellIncident(i *fleet.Incident, zone *time.Location) told {
	local := *i
	local.Start = i.Start.In(zone)
	if i.End.IsZero() {
		return told{incidentWord, local.Text()}
	}
	return told{endedWord, local.Text()}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

// tellSummary puts the counts of the fleet into words.
func tellSummary(s *fleet.Summary) told {
	t := counts(s.Tunnels, fleet.Up, fleet.Degraded, fleet.Down, fleet.Pending, fleet.Disabled)
	p := counts(s.Spokes, fleet.PathPrimary, fleet.PathBackup, fleet.PathNone, fleet.PathPending)
	if s.Unprotected > 0 {
		p += fmt.Sprintf(" (%d unprotected)", s.Unprotected)
	}
	return told{"SUMMARY", fmt.Sprintf("tunnels %s; spokes %s; keepalives %s", t, p, tellEngine(&s.Engine))}
}

func tellEngine(e *fleet.EngineReport) string {
	text := fmt.Sprintf("%d sent, %d answered", e.Sent, e.Received)
	if e.SendErrors > 0 {
		text += fmt.Sprintf(", %d not sent", e.SendErrors)
	}
	if e.Dropped > 0 {
		text += fmt.Sprintf(", %d dropped by this host", e.Dropped)
	}
	return text
}

// counts tells those that are not 0.
func counts[K ~string](n map[K]int, order ...K) string {
	var parts []string
	for _, k := range order {
		if n[k] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[k], k))
		}
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// paint colours a word by how bad it is: the terminal's own 16 colours.
func paint(word, padded string) string {
	colour := ""
	switch {
	case slices.Contains([]string{"DOWN", "NONE", lostWord, incidentWord}, word):
		colour = "1;31" // red
	case slices.Contains([]string{"DEGRADED", "BACKUP"}, word):
		colour = "33" // yellow
	case slices.Contains([]string{"UP", "PRIMARY", endedWord}, word):
		colour = "32" // green
	case word == demoWord:
		colour = "1;36" // cyan
	default:
		return padded
	}
	return "\x1b[" + colour + "m" + padded + "\x1b[0m"
}

const (
	demoWord     = "demo:"
	incidentWord = "INCIDENT"
	endedWord    = "RESOLVED" // an incident
	lostWord     = "LOST"     // a spoke's traffic, by a route into a tunnel that is down (R2)
)
