package tui

import (
	"math"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// playing has what is shown be a recording.
func playing(d *desk) { d.model, _ = openRecording(d.scene, 120, 40) }

// orders: the recording was told so.
func orders(want string) func(*testing.T, *desk, []tea.Msg) {
	return func(t *testing.T, d *desk, _ []tea.Msg) {
		t.Helper()
		d.options.Source.(*recorded).told(t, want)
	}
}

// TestNextSpeed: twice or half, from the slowest to as fast as can be, and back.
func TestNextSpeed(t *testing.T) {
	for _, c := range []struct{ speed, factor, want float64 }{
		{1, 2, 2}, {10, 2, 20}, {0.3, 2, 0.6},
		{2048, 2, 4096}, {4096, 2, math.Inf(1)}, {3000, 2, math.Inf(1)}, {100_000, 2, math.Inf(1)}, {math.Inf(1), 2, math.Inf(1)},
		{1, 0.5, 0.5}, {0.125, 0.5, 0.0625}, {0.0625, 0.5, 0.0625}, {0.1, 0.5, 0.0625}, {0.01, 0.5, 0.01},
		{math.Inf(1), 0.5, 4096}, {100_000, 0.5, 50_000},
	} {
		if got := nextSpeed(c.speed, c.factor); got != c.want {
			t.Errorf("%v times %v is %v, want %v", c.speed, c.factor, got, c.want)
		}
	}
}

// TestSpeedShown: as --speed takes it, at once.
func TestSpeedShown(t *testing.T) {
	m, r := openRecording(calm(3), 80, 24)
	for _, c := range []struct {
		speed float64
		key   string
		want  string
	}{{10, "<", "5x"}, {1, "<", "0.5x"}, {2500, ">", "max"}, {math.Inf(1), "<", "4096x"}} {
		r.at.Speed = c.speed
		press(m, c.key)
		if lineWith(m, "▸ "+c.want+" ") == "" {
			t.Errorf("%v %s: want %s on\n%s", c.speed, c.key, c.want, screenOf(m))
		}
	}
}

// TestSeekCommand: moments as people write them. The recording goes from 23:30:20
// to 00:30:20, and is at 23:50.
func TestSeekCommand(t *testing.T) {
	const outside = "the recording goes from 2026-11-22 23:30:20 to 2026-11-23 00:30:20"
	hint := errNoMoment.Error()
	for argument, want := range map[string]string{
		"23:45": "seek 23:45:00", "23:45:10": "seek 23:45:10",
		"23:30": "seek 23:30:20", // the minute in which it begins
		"00:10": "seek 00:10:00", // the day after
		"00:30": "seek 00:30:00", "00:31": outside, "12:00": outside, "23:30:19": outside,
		"2026-11-23 00:05": "seek 00:05:00", "2026-11-22 23:59:59": "seek 23:59:59", "2026-11-23T00:00:00Z": "seek 00:00:00",
		"2026-11-24 00:05": outside,
		"+10m":             "seek 00:00:00", "-90s": "seek 23:48:30", "-5h": "seek 23:30:20", "+5h": "seek 00:30:20",
		"50%": "seek 0.5", "0%": "seek 0", "100%": "seek 1", "12.5%": "seek 0.125",
		"": hint, "101%": hint, "-1%": hint, "NaN%": hint, "%": hint, "noon": hint, "+10": hint, "25:00": hint,
	} {
		start := time.Date(2026, 11, 22, 23, 30, 20, 0, time.UTC)
		m, r := openRecording(calm(3), 120, 24)
		r.at = Position{Start: start, End: start.Add(time.Hour), Now: time.Date(2026, 11, 22, 23, 50, 0, 0, time.UTC), Speed: 1}
		look(m)
		typed(m, ":seek "+argument, "enter")
		if strings.HasPrefix(want, "seek ") {
			r.told(t, want)
		} else if r.told(t); lineWith(m, want) == "" {
			t.Errorf("%q: want %q on\n%s", argument, want, screenOf(m))
		}
	}
}

// TestSeekInALongRecording: a time of day is that of the day where it is.
func TestSeekInALongRecording(t *testing.T) {
	m, r := openRecording(calm(3), 120, 24)
	r.at = Position{Start: dawn, End: dawn.AddDate(0, 1, 0), Now: dawn.AddDate(0, 0, 12), Speed: 1}
	look(m)
	typed(m, ":seek 23:15", "enter")
	if want := time.Date(2026, 12, 4, 23, 15, 0, 0, time.UTC); !m.player.goal.Equal(want) {
		t.Errorf("to %v, want %v", m.player.goal, want)
	}
}

// FuzzParseMoment: whatever is typed, a moment that is taken is in the recording or
// relative to it.
func FuzzParseMoment(f *testing.F) {
	for _, s := range []string{"14:02", "2026-11-22 14:02", "+10m", "-90s", "23:59:60", "+1e9h", "0000-00-00 00:00"} {
		f.Add(s)
	}
	in := Position{Start: dawn, End: dawn.Add(time.Hour)}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseMoment(s, dawn, &in)
		if err == nil && !strings.HasPrefix(s, "+") && !strings.HasPrefix(s, "-") && !got.Equal(in.within(got)) {
			t.Errorf("%q is %v, outside", s, got)
		}
	})
}
