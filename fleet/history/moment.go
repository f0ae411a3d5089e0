package history

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// layouts are the moments that [ParseMoment] reads beside those of today and those
// relative to now. Without a zone they are in now's.
var layouts = []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", time.DateOnly}

// clocks are times of a day: the last such moment up to now.
var clocks = []string{"15:04", time.TimeOnly}

// ParseMoment reads a moment as a person names it: how long before now ("30d", "2h",
// "1d12h", "90m"), RFC 3339, a date or a date with a time ("2026-11-01",
// "2026-11-01 14:02"), a time ("14:02": the last one up to now), or "now". What has no
// zone is in that of now.
func ParseMoment(text string, now time.Time) (time.Time, error) {
	if text == "now" {
		return now, nil
	}
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			return t, nil
		}
	}
	for _, layout := range clocks {
		if t, err := time.Parse(layout, text); err == nil {
			return lastClock(t, now), nil
		}
	}
	ago, ok := parseAgo(text)
	if !ok {
		return time.Time{}, fmt.Errorf("%q is no moment: want how long ago (30d, 2h), a date (2026-11-01), a time (14:02) or RFC 3339", text)
	}
	return now.Add(-ago), nil
}

// lastClock is the last moment up to now at which clocks showed t.
func lastClock(t, now time.Time) time.Time {
	year, month, day := now.Date()
	at := time.Date(year, month, day, t.Hour(), t.Minute(), t.Second(), 0, now.Location())
	if at.After(now) {
		at = time.Date(year, month, day-1, t.Hour(), t.Minute(), t.Second(), 0, now.Location())
	}
	return at
}

// parseAgo reads a duration that may begin with weeks and days: time.ParseDuration
// has none.
func parseAgo(text string) (time.Duration, bool) {
	var sum time.Duration
	rest := text
	for _, u := range [...]struct {
		name string
		unit time.Duration
	}{{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}} {
		number, after, found := strings.Cut(rest, u.name)
		if !found {
			continue
		}
		n, err := strconv.ParseUint(number, 10, 16)
		if err != nil {
			return 0, false
		}
		sum, rest = sum+time.Duration(n)*u.unit, after
	}
	if rest == "" {
		return sum, text != ""
	}
	d, err := time.ParseDuration(rest)
	return sum + d, err == nil && d >= 0 && sum+d >= 0
}
