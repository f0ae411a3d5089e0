package vantage

import (
	"math"
	"strconv"
	"time"

	"greylag/fleet"
	"greylag/fleet/replica"
)

// Source is a feed, and what it was asked for by: "-", or a path.
type Source struct {
	Feed replica.Feed
	Spec string
}

// Point is a vantage point as it is at a moment.
type Point struct {
	Host   string // its name among the points, which no other has
	Stale  bool   // what it told is old, or it told nothing yet
	Status replica.Status
}

// point is a vantage point, and what was read of it.
type point struct {
	Source
	status  replica.Status
	fresh   bool
	version uint64 // as of which it was read
	changes *fleet.Changes
	heard   bool   // it has been fresh
	events  uint64 // number of the last event that was read
}

// A point whose source says nothing for staleAfter of its periods is stale. An older
// greylag does not tell its period: 10 s by default.
const (
	staleAfter   = 3
	usualPeriod  = 10 * time.Second
	leastSilence = 5 * time.Second
	mostSilence  = time.Hour
)

// Patience is how long a source may say nothing before it is stale. One that tells no
// period and no reports, but events only, may do so for as long as nothing happens.
func Patience(s *replica.Status) time.Duration {
	every := s.Every
	switch {
	case every <= 0 && s.Whole:
		every = usualPeriod
	case every <= 0:
		return math.MaxInt64
	}
	return max(leastSilence, min(every, mostSilence/staleAfter)*staleAfter)
}

// isFresh tells whether what a source told is how it is.
func isFresh(s *replica.Status) bool {
	return s.State == replica.Streaming && !s.Newest.IsZero() && s.Age < Patience(s)
}

// sighting is what judging rows takes to know of the points.
type sighting struct {
	now   time.Time
	hosts []string
	fresh []bool
}

// longestHost is how much of a host's name is shown, in bytes.
const longestHost = 64

// Hosts names vantage points by their hosts, and those whose host is the same by what
// they were asked for by too.
func Hosts(labels, specs []string) []string {
	count := map[string]int{}
	for _, label := range labels {
		count[cut(label)]++
	}
	taken := map[string]bool{}
	hosts := make([]string, len(labels))
	for i, label := range labels {
		name := cut(label)
		if count[name] > 1 && name != specs[i] {
			name += " (" + cut(specs[i]) + ")"
		}
		for n := 2; taken[name]; n++ {
			name = cut(label) + " #" + strconv.Itoa(n)
		}
		taken[name], hosts[i] = true, name
	}
	return hosts
}

// hostsOf names the points.
func hostsOf(points []*point) []string {
	labels, specs := make([]string, len(points)), make([]string, len(points))
	for i, p := range points {
		labels[i], specs[i] = p.status.Label, p.Spec
	}
	return Hosts(labels, specs)
}

// cut bounds a name. What is left of a character that is cut shows as such.
func cut(name string) string { return name[:min(len(name), longestHost)] }
