package tui

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// errNoMoment is the answer to :seek with anything that is none.
var errNoMoment = errors.New("to seek, say 14:02, 14:02:30, 2026-11-22 14:02, +10m, -90s or 50%")

// seekTo goes to a moment as a person writes it.
func seekTo(m *model, argument string) tea.Cmd {
	if share, ok := strings.CutSuffix(argument, "%"); ok {
		percent, err := strconv.ParseFloat(share, 64)
		if err != nil || !(percent >= 0 && percent <= 100) {
			return m.fail(errNoMoment)
		}
		return m.seekShare(percent / 100)
	}
	from := m.player.place(m.now).In(m.now.Location())
	to, err := parseMoment(argument, from, &m.player.position)
	if err != nil {
		return m.fail(err)
	}
	return m.seekMoment(to)
}

// parseMoment reads a time of day, a time of a day, or how far it is from here. from
// is in the zone of what is read.
func parseMoment(s string, from time.Time, in *Position) (time.Time, error) {
	if strings.HasPrefix(s, "+") || strings.HasPrefix(s, "-") {
		by, err := time.ParseDuration(s)
		if err != nil {
			return time.Time{}, errNoMoment
		}
		return from.Add(by), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateTime, "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, s, from.Location()); err == nil {
			return in.holding(t, time.Minute)
		}
	}
	if t, err := time.Parse("15:04", s); err == nil {
		return nearest(t, time.Minute, from, in)
	}
	if t, err := time.Parse(time.TimeOnly, s); err == nil {
		return nearest(t, time.Second, from, in)
	}
	return time.Time{}, errNoMoment
}

// nearest is that time of day on the day of from, or where the recording does not
// hold that, the day before or after. It is written to that precision.
func nearest(clock time.Time, precision time.Duration, from time.Time, in *Position) (t time.Time, err error) {
	for _, days := range []int{0, -1, 1} {
		year, month, day := from.AddDate(0, 0, days).Date()
		t = time.Date(year, month, day, clock.Hour(), clock.Minute(), clock.Second(), 0, from.Location())
		if t, err = in.holding(t, precision); err == nil {
			return t, nil
		}
	}
	return t, err
}

// holding is the moment, if the recording holds it or the time of that precision
// that begins with it.
func (p *Position) holding(t time.Time, precision time.Duration) (time.Time, error) {
	if t.After(p.End) || !t.Add(precision).After(p.Start) {
		zone := t.Location()
		return t, fmt.Errorf("the recording goes from %s to %s", p.Start.In(zone).Format(time.DateTime), p.End.In(zone).Format(time.DateTime))
	}
	return p.within(t), nil
}
