package replica

import (
	"math"
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	long := at(1e6)
	cases := []struct {
		name  string
		clock clock
		now   float64
		want  float64
	}{
		{"at once", clock{base: at(100), from: at(0), speed: 2, horizon: long}, 0, 100},
		{"twice as fast", clock{base: at(100), from: at(0), speed: 2, horizon: long}, 5, 110},
		{"half as fast", clock{base: at(100), from: at(0), speed: 0.5, horizon: long}, 5, 102.5},
		{"paused", clock{base: at(100), from: at(0), speed: 2, paused: true, horizon: long}, 5, 100},
		{"not beyond the next record", clock{base: at(100), from: at(0), speed: 2, horizon: at(103)}, 5, 103},
		{"unpaced", clock{base: at(100), from: at(0), speed: Unpaced, horizon: long}, 5, 100},
		{"our clock went back", clock{base: at(100), from: at(50), speed: 2, horizon: long}, 5, 100},
	}
	for _, c := range cases {
		if got := c.clock.at(at(c.now)); !got.Equal(at(c.want)) {
			t.Errorf("%s: %v, want %v", c.name, got, at(c.want))
		}
	}
}

func TestClockUntil(t *testing.T) {
	c := clock{base: at(100), from: at(0), speed: 10, horizon: at(1e9)}
	for due, want := range map[float64]time.Duration{90: 0, 110: 0, 120: time.Second, 1e8: 9_999_989 * time.Second} {
		if got := c.until(at(due), at(1)); got != want {
			t.Errorf("until %v: %v, want %v", due, got, want)
		}
	}
	slow := clock{base: at(0), from: at(0), speed: minSpeed, horizon: at(1e12)}
	if got := slow.until(at(9e9), at(0)); got != math.MaxInt64 {
		t.Errorf("until much later: %v", got)
	}
}

func TestShare(t *testing.T) {
	for fraction, want := range map[float64]float64{0: 0, 0.25: 50, 1: 200, -1: 0, 7: 200, math.Inf(1): 200} {
		if got := share(at(0), at(200), fraction); !got.Equal(at(want)) {
			t.Errorf("%v: %v, want %v", fraction, got, at(want))
		}
	}
	if got := share(at(0), at(200), math.NaN()); !got.Equal(at(0)) {
		t.Errorf("NaN: %v", got)
	}
}

func TestParseSpeed(t *testing.T) {
	for text, want := range map[string]float64{
		"1x": 1, "10x": 10, "10": 10, "0.5x": 0.5, "0.01": 0.01, "1e3x": 1000, "100000x": 100_000, "max": Unpaced,
	} {
		got, err := ParseSpeed(text)
		if err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
		if again, err := ParseSpeed(FormatSpeed(got)); err != nil || again != got {
			t.Errorf("%s is written as %s", text, FormatSpeed(got))
		}
	}
	for text, want := range map[string]string{
		"":      `"" is no speed: want a factor as in 10x or 0.5x, or max`,
		"x":     `"x" is no speed: want a factor as in 10x or 0.5x, or max`,
		"fast":  `"fast" is no speed: want a factor as in 10x or 0.5x, or max`,
		"10 x":  `"10 x" is no speed: want a factor as in 10x or 0.5x, or max`,
		"10xx":  `"10xx" is no speed: want a factor as in 10x or 0.5x, or max`,
		"NaN":   `"NaN" is no speed: want a factor as in 10x or 0.5x, or max`,
		"0x":    `speed "0x" is out of range: want 0.01x to 100000x, or max`,
		"-1x":   `speed "-1x" is out of range: want 0.01x to 100000x, or max`,
		"0.009": `speed "0.009" is out of range: want 0.01x to 100000x, or max`,
		"inf":   `speed "inf" is out of range: want 0.01x to 100000x, or max`,
		"1e999": `speed "1e999" is out of range: want 0.01x to 100000x, or max`,
	} {
		if _, err := ParseSpeed(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
