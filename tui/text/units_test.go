package text

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		math.MinInt64:                    "0s",
		-time.Second:                     "0s",
		0:                                "0s",
		1:                                "<1µs",
		999:                              "<1µs",
		time.Microsecond:                 "1µs",
		812_999:                          "812µs",
		999_999:                          "999µs",
		time.Millisecond:                 "1.00ms",
		1_249_999:                        "1.24ms",
		9_999_999:                        "9.99ms",
		12_480_000:                       "12.4ms",
		124_999_999:                      "124ms",
		999_999_999:                      "999ms",
		time.Second:                      "1.00s",
		3_079 * time.Millisecond:         "3.07s",
		59_999 * time.Millisecond:        "59.9s",
		time.Minute:                      "1m",
		192 * time.Second:                "3m12s",
		time.Hour - 1:                    "59m59s",
		24*time.Hour - 1:                 "23h59m",
		52 * time.Hour:                   "2d4h",
		100*day - 1:                      "99d23h",
		120*day + 5*time.Hour:            "120d",
		1000 * day:                       "2y",
		time.Duration(math.MaxInt64):     "292y",
		2*time.Hour + 30*time.Second:     "2h",
		49*time.Hour + 59*time.Minute:    "2d1h",
		10*time.Millisecond + 50_000:     "10.0ms",
		100*time.Microsecond + 999:       "100µs",
		5*time.Minute + time.Nanosecond:  "5m",
		60*time.Minute + 59*time.Minute:  "1h59m",
		365*day*3 + 364*day:              "3y",
		999*day + 23*time.Hour:           "999d",
		10*time.Second - time.Nanosecond: "9.99s",
	} {
		got := UTF8.Duration(d)
		if got != want || UTF8.Width(got) > 6 {
			t.Errorf("%d ns: %q, want %q", d, got, want)
		}
		if ascii := ASCII.Duration(d); ascii != strings.ReplaceAll(want, "µ", "u") {
			t.Errorf("%d ns in ASCII: %q", d, ascii)
		}
	}
}

func TestSpanAndAgo(t *testing.T) {
	for _, c := range []struct {
		d         time.Duration
		span, ago string
	}{
		{-time.Hour, "0s", "now"}, {0, "0s", "now"}, {time.Second - 1, "0s", "now"},
		{time.Second, "1s", "1s ago"}, {59_999 * time.Millisecond, "59s", "59s ago"},
		{time.Minute, "1m", "1m ago"}, {61 * time.Second, "1m1s", "1m ago"}, {119 * time.Minute, "1h59m", "1h ago"},
		{25 * time.Hour, "1d1h", "1d ago"}, {364 * day, "364d", "364d ago"}, {800 * day, "800d", "2y ago"},
		{math.MaxInt64, "292y", "292y ago"},
	} {
		if span, ago := Span(c.d), Ago(c.d); span != c.span || ago != c.ago || len(span) > 6 || len(ago) > 8 {
			t.Errorf("%v: %q, %q; want %q, %q", c.d, span, ago, c.span, c.ago)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[uint64]string{
		0: "0", 999: "999", 9_999: "9999", 10_000: "10.0k", 12_399: "12.3k", 99_999: "99.9k", 123_999: "123k",
		999_999: "999k", 1_000_000: "1.00M", 4_569_999: "4.56M", 1_000_000_000: "1.00G", math.MaxUint64: "18.4E",
	} {
		if got := Count(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestPercentAndAvailability(t *testing.T) {
	for _, c := range []struct {
		ratio                 float64
		percent, availability string
	}{
		{math.NaN(), "-", "-"}, {-1, "-", "-"}, {math.Inf(-1), "-", "-"},
		{0, "0%", "0.00%"}, {1e-9, "<0.1%", "0.00%"}, {0.0004, "<0.1%", "0.04%"}, {0.004, "0.4%", "0.40%"},
		{0.01, "1%", "1.00%"}, {0.07, "7%", "7.00%"}, {0.0999, "9.9%", "9.99%"}, {0.1, "10%", "10.00%"},
		{0.29, "29%", "29.00%"}, {0.125, "12%", "12.50%"}, {0.9991, "99%", "99.91%"}, {0.999999, "99%", "99.99%"},
		{1, "100%", "100%"}, {math.Inf(1), "999%", "100%"},
	} {
		p, a := Percent(c.ratio), Availability(c.ratio)
		if p != c.percent || a != c.availability || len(p) > 5 || len(a) > 6 {
			t.Errorf("%v: %q, %q; want %q, %q", c.ratio, p, a, c.percent, c.availability)
		}
	}
}

// FuzzUnits: every value keeps to its cells.
func FuzzUnits(f *testing.F) {
	f.Add(int64(0), uint64(0), 0.0)
	f.Add(int64(math.MaxInt64), uint64(math.MaxUint64), math.Inf(1))
	f.Add(int64(999_999), uint64(999_999), 0.99999999999)
	f.Fuzz(func(t *testing.T, d int64, n uint64, ratio float64) {
		for limit, texts := range map[int][]string{
			5: {Count(n), Percent(ratio)},
			6: {UTF8.Duration(time.Duration(d)), Span(time.Duration(d)), Availability(ratio)},
			8: {Ago(time.Duration(d))},
		} {
			for _, s := range texts {
				if s == "" || utf8.RuneCountInString(s) > limit {
					t.Errorf("%d, %d, %v: %q takes over %d", d, n, ratio, s, limit)
				}
			}
		}
	})
}

// BenchmarkScreen fits the cells of a 200×50 screen.
func BenchmarkScreen(b *testing.B) {
	for name, s := range map[string]string{"ASCII": "fra1-seoul-17 up", "Hangul": "서울-부산 예비"} {
		b.Run(name, func(b *testing.B) {
			buf := make([]byte, 0, 64)
			b.ReportAllocs()
			for b.Loop() {
				for range 10_000 / 20 {
					buf = UTF8.AppendFit(buf[:0], s, 20)
				}
			}
		})
	}
}
