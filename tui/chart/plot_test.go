package chart

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/tui/text"
)

// TestPlotGolden shows a day at several sizes, cells and their kinds.
func TestPlotGolden(t *testing.T) {
	points := AppendPoints(nil, day(), 5*time.Second)
	for name, c := range both {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			p := Plot{Charset: c, Scale: Scale{Slow: 1300 * time.Microsecond}}
			for _, size := range [][2]int{{80, 12}, {40, 8}, {20, 5}, {18, 4}, {17, 4}, {18, 3}, {10, 2}, {10, 1}} {
				fmt.Fprintf(&out, "== %d×%d\n", size[0], size[1])
				lines := p.Draw(points, size[0], size[1])
				for i := range lines {
					checkLine(t, c, &lines[i], size[0])
					fmt.Fprintf(&out, "%s\n", strings.TrimRight(lines[i].String(), " "))
				}
				for i := range lines {
					fmt.Fprintf(&out, "%s\n", strings.TrimRight(kinds(&lines[i]), " "))
				}
			}
			compare(t, "testdata/plot-"+name+".golden", out.String())
		})
	}
}

// TestPlotPlaces works out where a few points must be.
func TestPlotPlaces(t *testing.T) {
	ms, s := time.Millisecond, time.Second
	for _, c := range []struct {
		name   string
		plot   Plot
		points []Point
		w, h   int
		want   []string
	}{
		{"nothing", Plot{}, nil, 6, 2, []string{"      ", "      "}},
		{"nothing, with labels", Plot{}, nil, 18, 4, []string{"      |           ", "      |           ", "  lost|           ", "               now"}},
		// The ends of the scale are the top and the bottom row, now is at the
		// right; the oldest at the left.
		{"corners", Plot{Scale: Scale{Max: 3 * ms}}, []Point{
			{10 * s, fleet.FateAnswered, 0}, {5 * s, fleet.FateMissing, 0}, {0, fleet.FateAnswered, 3 * ms}}, 5, 5,
			[]string{"    *", "     ", "     ", "*    ", "  xx "}}, // a miss lasts until the next is sent
		{"a line", Plot{Scale: Scale{Max: 3 * ms}}, []Point{{3 * s, fleet.FateAnswered, 0}, {0, fleet.FateAnswered, 3 * ms}}, 4, 5,
			[]string{"   *", "  **", " ** ", "**  ", "    "}},
		{"what is older than the span", Plot{Span: 4 * s}, []Point{
			{9 * s, fleet.FateAnswered, 9 * ms}, {8 * s, fleet.FateMissing, 0}, {2 * s, fleet.FateAnswered, ms}}, 5, 2,
			[]string{"  *  ", "     "}},
		{"the worst in a column", Plot{}, []Point{
			{4 * s, fleet.FatePending, 0}, {4 * s, fleet.FateExcused, 0}, {2 * s, fleet.FateUnsent, 0}, {2 * s, fleet.FateMissing, 0},
			{0, fleet.FateExcused, 0}, {0, fleet.FateUnsent, 0}}, 3, 2, []string{"   ", "?x!"}},
		{"over the scale", Plot{Scale: Scale{Min: ms, Max: 2 * ms}}, []Point{{s, fleet.FateAnswered, 9 * ms}, {0, fleet.FateMissing, 0},
			{0, fleet.FateAnswered, 0}}, 2, 3, []string{"* ", " *", " x"}},
		{"one keepalive", Plot{}, []Point{{0, fleet.FateAnswered, ms}}, 3, 2, []string{"  *", "   "}},
		{"in the future, and out of order", Plot{Span: s}, []Point{{-s, fleet.FateAnswered, ms}, {s, fleet.FateAnswered, ms}}, 3, 2,
			[]string{"* *", "   "}},
	} {
		c.plot.Charset = text.ASCII
		lines := c.plot.Draw(c.points, c.w, c.h)
		var got []string
		for i := range lines {
			checkLine(t, text.ASCII, &lines[i], c.w)
			got = append(got, lines[i].String())
		}
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// TestBraille: four columns of eight heights are two cells of two rows.
func TestBraille(t *testing.T) {
	p := Plot{Scale: Scale{Max: 7 * time.Millisecond}}
	points := []Point{
		{3 * time.Second, fleet.FateAnswered, 0}, {2 * time.Second, fleet.FateMissing, 0},
		{1 * time.Second, fleet.FateAnswered, 7 * time.Millisecond}, {0, fleet.FateMissing, 0},
	}
	lines := p.Draw(points, 2, 3)
	// The lowest dot of the left column is 7, the highest is 1.
	for i, want := range []string{" ⠁", "⡀ ", "xx"} {
		if got := lines[i].String(); got != want {
			t.Errorf("line %d: %q, want %q", i, got, want)
		}
	}
}

func TestPoints(t *testing.T) {
	got := AppendPoints([]Point{{}}, []fleet.Outcome{outcome(fleet.FateMissing), answer(5)}, 10*time.Second)
	want := []Point{{}, {10 * time.Second, fleet.FateMissing, 0}, {0, fleet.FateAnswered, 5 * time.Microsecond}}
	if len(got) != 3 || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestPlotAgain: a plot that is drawn on again is as new, and allocates nothing.
func TestPlotAgain(t *testing.T) {
	points := AppendPoints(nil, day(), 5*time.Second)
	var p, again Plot
	again.Draw(points, 120, 30)
	want := fmt.Sprint(p.Draw(points, 60, 10))
	if got := fmt.Sprint(again.Draw(points, 60, 10)); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if n := testing.AllocsPerRun(20, func() { again.Draw(points, 60, 10) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzPlot: no point panics, and every line is exactly as wide as asked.
func FuzzPlot(f *testing.F) {
	f.Add(80, 24, int64(0), int64(0), int64(5), int64(7), uint8(0))
	f.Add(1, 1, int64(1), int64(math.MaxInt64), int64(math.MaxInt64), int64(math.MaxInt64), uint8(1))
	f.Add(15, 4, int64(math.MinInt64), int64(3), int64(math.MinInt64), int64(math.MinInt64), uint8(2))
	f.Fuzz(func(t *testing.T, width, height int, span, ceiling, age, rtt int64, fate uint8) {
		width, height = min(max(width, -1), 100), min(max(height, -1), 40)
		all := []fleet.Fate{fleet.FateAnswered, fleet.FateMissing, fleet.FateExcused, fleet.FateUnsent, fleet.FatePending, "x"}
		points := []Point{
			{time.Duration(age), fleet.FateAnswered, time.Duration(rtt)}, {time.Duration(age / 2), all[fate%6], time.Duration(rtt / 3)},
			{0, fleet.FateAnswered, time.Duration(rtt)}, {time.Duration(-age), fleet.FateAnswered, time.Duration(-rtt)},
		}
		for _, c := range both {
			p := Plot{Charset: c, Span: time.Duration(span), Scale: Scale{Max: time.Duration(ceiling)}}
			lines := p.Draw(points, width, height)
			if want := max(height, 0); width > 0 && len(lines) != want {
				t.Fatalf("%d lines of %d", len(lines), want)
			}
			for i := range lines {
				checkLine(t, c, &lines[i], width)
			}
		}
		for _, o := range points {
			l := Strip(text.UTF8, []fleet.Outcome{{Fate: o.Fate, RTT: o.RTT}}, width, Scale{Max: time.Duration(ceiling)})
			checkLine(t, text.UTF8, &l, width)
		}
	})
}

// BenchmarkStrips draws the strips of a 50-line screen; BenchmarkPlot the detail
// of one tunnel.
func BenchmarkStrips(b *testing.B) {
	outcomes := day()
	var l Line
	b.ReportAllocs()
	for b.Loop() {
		for range 50 {
			l.Reset()
			l.AppendStrip(text.UTF8, outcomes, 40, Scale{})
		}
	}
}

func BenchmarkPlot(b *testing.B) {
	points := AppendPoints(nil, day(), 5*time.Second)
	var p Plot
	b.ReportAllocs()
	for b.Loop() {
		p.Draw(points, 100, 15)
	}
}

// Where there are more columns than keepalives, a row of misses has no gap, and
// an answer between two misses keeps its own.
func TestFootHasNoGaps(t *testing.T) {
	outcomes := make([]fleet.Outcome, 40)
	for i := range outcomes {
		outcomes[i].Fate = fleet.FateMissing
	}
	outcomes[20] = fleet.Outcome{Fate: fleet.FateAnswered, RTT: time.Millisecond}
	var p Plot
	p.Charset = text.ASCII
	lines := p.Draw(AppendPoints(nil, outcomes, time.Second), 100, 8)
	foot := ""
	for _, l := range lines {
		if s := l.String(); strings.Contains(s, "xxx") {
			_, foot, _ = strings.Cut(s, "|")
		}
	}
	gaps := 0
	for _, part := range strings.Split(strings.Trim(foot, " "), "x") {
		if part != "" {
			gaps++
		}
	}
	if gaps != 1 || !strings.HasPrefix(foot, "x") || !strings.HasSuffix(foot, "x") {
		t.Errorf("the foot is %q, want misses with one gap", foot)
	}
}
