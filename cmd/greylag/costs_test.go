package main

import (
	"math"
	"regexp"
	"runtime/metrics"
	"strings"
	"testing"
	"time"
)

func TestCostsText(t *testing.T) {
	const us = time.Microsecond
	c := costs{
		whole: 60 * time.Second, lasted: 58 * time.Second, tunnels: 10_000,
		sent: 580_000, received: 579_990, user: 2100 * time.Millisecond, system: 3300 * time.Millisecond,
		peak: 30 << 20, fleet: 17_000_000, objects: 2900, collections: 3, pauseP99: 60 * us, pauseMax: 81 * us,
		stolen: 0.0345, stolenKnown: true,
	}
	c.lateness.Due[600>>4] = 99
	c.lateness.Due[100] = 1
	c.lateness.Turn[3] = 100
	quiet := costs{farEnds: true, whole: time.Second, lasted: time.Second, tunnels: 0}
	compareGolden(t, "testdata/costs.txt", []byte(c.text()+quiet.text()))
}

func TestHistogramQuantile(t *testing.T) {
	h := &metrics.Float64Histogram{Counts: []uint64{0, 98, 1, 0, 1}, Buckets: []float64{math.Inf(-1), 0, 1e-3, 2e-3, 3e-3, math.Inf(1)}}
	for q, want := range map[float64]time.Duration{0: time.Millisecond, 0.5: time.Millisecond, 0.985: 2 * time.Millisecond, 1: 1e6 * time.Second} {
		if got := histogramQuantile(h, q); got != want {
			t.Errorf("%v: %v; want %v", q, got, want)
		}
	}
	if got := histogramQuantile(&metrics.Float64Histogram{Counts: []uint64{0}, Buckets: []float64{0, 1}}, 0.5); got != 0 {
		t.Errorf("of nothing: %v; want 0", got)
	}
}

func TestWarmUp(t *testing.T) {
	if a, b := warmUp(10, 50_000), warmUp(100_000, 20_000); a != 2*time.Second || b != 6*time.Second {
		t.Errorf("%v and %v; want 2 s and 6 s", a, b)
	}
}

// costsShape is what is told, with units, whatever the figures.
var costsShape = regexp.MustCompile(`(?m)^costs of \d+\.\d s, without the first contact in the \d+\.\d s before.*:
  keepalives  [1-9]\d* sent, [1-9]\d* answered, \d+\.\d sent a second
  processor   \d+\.\d\d µs a keepalive \(\d+\.\d\d user, \d+\.\d\d system\), \d+\.\d % of a core
  late        \d+\.\d{3} ms p50, \d+\.\d{3} ms p99, \d+\.\d{3} ms max, .*
  late turns  \d+\.\d{3} ms p50, \d+\.\d{3} ms p99, \d+\.\d{3} ms max, .*
  memory      [1-9]\d*\.\d MiB resident at most; \d+ B a tunnel .*
  garbage     \d+\.\d{4} allocations a keepalive; .*
  steal       \d+\.\d % of the processors' time, .*
\z`)

// A demo that writes NDJSON for a given time says what it cost, and whose cost it
// is.
func TestDemoTellsItsCosts(t *testing.T) {
	cmd := program(t, "demo", "--tunnels", "12", "--headless", "--every", "200ms", "--for", "1h")
	t.Parallel()
	// Of the first contact, the first two seconds, there are 36 at most.
	_, told := runUntilWritten(t, cmd, `"engine":\{"sent":[4-9]\d`)
	if !costsShape.MatchString(told) || !strings.Contains(told, "the far ends too") {
		t.Errorf("said %q", told)
	}
}
