package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// budget holds what work takes, at best, against a limit.
func budget(t *testing.T, what string, limit time.Duration, work func()) {
	t.Helper()
	if best, allowed := quickest(limit, work); best > allowed {
		t.Errorf("%s takes %v, want at most %v; on this machine %v", what, best, limit, allowed)
	}
}

// quickest is what work takes at best, and what is allowed. The machine can only make it
// longer: it is tried until it is in time, and a machine that is slow altogether, as a
// piece of work shows that has nothing to do with greylag, is allowed as much more.
func quickest(limit time.Duration, work func()) (best, allowed time.Duration) {
	best, control := time.Duration(1<<62), time.Duration(1<<62)
	for range 100 {
		best = min(best, timed(work))
		control = min(control, timed(controlWork))
		if best <= limit {
			return best, limit
		}
	}
	return best, time.Duration(float64(limit) * max(1, float64(control)/float64(controlTakes)))
}

func timed(work func()) time.Duration {
	begin := time.Now()
	work()
	return time.Since(begin)
}

// controlTakes is what controlWork takes on the machine for which the limits are meant, a
// virtual one of 2026.
const controlTakes = 300 * time.Microsecond

// controlWork makes text as a frame does.
func controlWork() {
	var b strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&b, "%-12s %5d ", "fra1-seoul", i)
	}
	if b.Len() == 0 {
		panic("no text")
	}
}

// What takes a tenth of its limit keeps it, and what takes ten times as long does not,
// however slow the machine.
func TestBudget(t *testing.T) {
	if raceEnabled {
		t.Skip("time means nothing here")
	}
	for _, c := range []struct {
		limit time.Duration
		keeps bool
	}{{10 * controlTakes, true}, {controlTakes / 10, false}} {
		if best, allowed := quickest(c.limit, controlWork); (best <= allowed) != c.keeps {
			t.Errorf("%v of %v, on this machine %v", best, c.limit, allowed)
		}
	}
}
