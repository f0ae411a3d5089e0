package chart

import (
	"math"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/tui/text"
)

func TestStrip(t *testing.T) {
	ladder := make([]fleet.Outcome, 8) // 100, 200, …, 800 µs
	for i := range ladder {
		ladder[i] = answer(100 * (i + 1))
	}
	fates := []fleet.Outcome{
		answer(100), outcome(fleet.FateMissing), outcome(fleet.FateUnsent), outcome(fleet.FateExcused), answer(900),
		outcome("nonsense"), outcome(fleet.FatePending),
	}
	ms := time.Millisecond
	for _, c := range []struct {
		name               string
		outcomes           []fleet.Outcome
		width              int
		scale              Scale
		utf8, ascii, kinds string
	}{
		{"nothing", nil, 4, Scale{}, "    ", "    ", "    "},
		{"no room", ladder, 0, Scale{}, "", "", ""},
		{"less than no room", ladder, -3, Scale{}, "", "", ""},
		{"each height", ladder, 8, Scale{}, "▁▂▃▄▅▆▇█", ".:-=+*#@", "aaaaaaaa"},
		{"the newest, at the right", ladder, 10, Scale{}, "  ▁▂▃▄▅▆▇█", "  .:-=+*#@", "  aaaaaaaa"},
		{"the newest, scaled among themselves", ladder, 3, Scale{}, "▁▂▃", ".:-", "aaa"}, // 600 to 1200
		{"fates", fates, 7, Scale{}, "▁x!∙█ _", ".x!?@ _", "axu?a p"},
		{"steady is flat", []fleet.Outcome{answer(800), answer(840), answer(790)}, 3, Scale{}, "▁▁▁", "...", "aaa"},
		{"zero", []fleet.Outcome{answer(0), answer(0)}, 2, Scale{}, "▁▁", "..", "aa"},
		{"a ceiling", ladder, 8, Scale{Max: ms}, "▁▂▃▄▅▅▆▇", ".:-=++*#", "aaaaaaaa"},
		{"outside the scale", []fleet.Outcome{answer(1), answer(5000)}, 2, Scale{Min: ms, Max: 2 * ms}, "▁█", ".@", "aa"},
		{"slow", ladder, 8, Scale{Slow: 600 * time.Microsecond}, "▁▂▃▄▅▆▇█", ".:-=+*#@", "aaaaaass"},
	} {
		for set, want := range map[text.Charset]string{text.UTF8: c.utf8, text.ASCII: c.ascii} {
			l := Strip(set, c.outcomes, c.width, c.scale)
			checkLine(t, set, &l, c.width)
			if l.String() != want || kinds(&l) != c.kinds {
				t.Errorf("%s: %q of kinds %q, want %q of %q", c.name, l.String(), kinds(&l), want, c.kinds)
			}
		}
	}
}

func TestBar(t *testing.T) {
	for _, c := range []struct {
		counter            uint32
		retries, width     int
		utf8, ascii, kinds string
	}{
		{0, 3, 8, "▱▱▱ 0/3 ", "--- 0/3 ", "--- vvvv"},
		{1, 3, 8, "▰▱▱ 1/3 ", "#-- 1/3 ", "f-- vvvv"},
		{2, 3, 7, "▰▰▱ 2/3", "##- 2/3", "ff- vvv"},
		{3, 3, 7, "▰▰▰ 3/3", "### 3/3", "ooo ooo"},
		{17, 3, 9, "▰▰▰ 17/3 ", "### 17/3 ", "ooo ooooo"},
		{2, 3, 5, "▱ 2/3", "- 2/3", "- vvv"}, // no room for three: not full before it is
		{2, 3, 6, "▰▱ 2/3", "#- 2/3", "f- vvv"},
		{2, 3, 4, "2/3 ", "2/3 ", "vvvv"},
		{2, 3, 2, "2…", "2~", "vv"},
		{2, 3, 0, "", "", ""},
		{2, 3, -1, "", "", ""},
		{1, 255, 16, "▰▱▱▱▱▱▱▱▱▱ 1/255", "#--------- 1/255", "f--------- vvvvv"},
		{254, 255, 15, "▰▰▰▰▰▰▱ 254/255", "######- 254/255", "ffffff- vvvvvvv"},
		{1, 1, 6, "▰ 1/1 ", "# 1/1 ", "o oooo"},
		{0, 0, 6, "0/0   ", "0/0   ", "oooooo"}, // no such tunnel
		{math.MaxUint32, 3, 16, "▰▰▰ 4294967295/3", "### 4294967295/3", "ooo oooooooooooo"},
	} {
		for set, want := range map[text.Charset]string{text.UTF8: c.utf8, text.ASCII: c.ascii} {
			l := Bar(set, c.counter, c.retries, c.width)
			checkLine(t, set, &l, c.width)
			if l.String() != want || kinds(&l) != c.kinds {
				t.Errorf("%d/%d in %d: %q of kinds %q, want %q of %q", c.counter, c.retries, c.width, l.String(), kinds(&l), want, c.kinds)
			}
		}
	}
}

func TestSparkline(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		values      []float64
		width       int
		ceiling     float64
		utf8, ascii string
	}{
		{nil, 3, 0, "   ", "   "},
		{[]float64{1, 2}, 0, 0, "", ""},
		{[]float64{0, 1, 2, 3, 4, 5, 6, 7}, 8, 0, "▁▂▃▄▅▆▇█", ".:-=+*#@"},
		{[]float64{0, 1, 2, 3}, 5, 8, " ▁▂▃▄", " .:-="},
		{[]float64{0, 0, 0}, 3, 0, "▁▁▁", "..."},
		{[]float64{5, 5}, 2, 0, "██", "@@"}, // from 0 on: steady traffic is not none
		{[]float64{1, nan, inf, 1}, 4, 0, "█  █", "@  @"},
		{[]float64{-4, 0, 4}, 3, 0, "▁▅█", ".+@"},
		{[]float64{-math.MaxFloat64, math.MaxFloat64}, 2, nan, "▁█", ".@"},
		{[]float64{1}, 1, inf, "█", "@"},
	} {
		for set, want := range map[text.Charset]string{text.UTF8: c.utf8, text.ASCII: c.ascii} {
			l := Sparkline(set, c.values, c.width, c.ceiling)
			checkLine(t, set, &l, c.width)
			if l.String() != want {
				t.Errorf("%v to %v: %q, want %q", c.values, c.ceiling, l.String(), want)
			}
		}
	}
}

// TestReuse: a line that is reset and drawn on again allocates nothing.
func TestReuse(t *testing.T) {
	var l Line
	outcomes, values := day(), []float64{1, 2, 3}
	draw := func() {
		l.Reset()
		l.AppendStrip(text.UTF8, outcomes, 40, Scale{})
		l.AppendBar(text.UTF8, 2, 3, 10)
		l.AppendSparkline(text.UTF8, values, 5, 0)
	}
	if draw(); len(l.Spans) < 3 || l.Spans[0].Start != 0 {
		t.Errorf("%+v", l.Spans)
	}
	checkLine(t, text.UTF8, &l, 55)
	if n := testing.AllocsPerRun(20, draw); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
