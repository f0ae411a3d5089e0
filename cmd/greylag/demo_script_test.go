package main

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func demoStage(t *testing.T, tunnels int) *stage {
	t.Helper()
	n, err := newDemoNet(newDemoFleet(tunnels))
	if err != nil {
		t.Fatal(err)
	}
	return simStage(n)
}

func TestScriptKeepsItsTimes(t *testing.T) {
	steps := demoStage(t, 24).script()
	var last time.Duration
	for _, s := range steps {
		if s.at <= last || s.at >= scriptPeriod {
			t.Errorf("%v %s: not between the step before and the end of the period", s.at, s.says)
		}
		if s.at%time.Second == 0 {
			t.Errorf("%v %s: on the beat of the reports", s.at, s.says)
		}
		last = s.at
	}
	// A failure shows within 4 s at the latest, a recovery within about one (R10, R11).
	if first := steps[0].at + 4*time.Second; first > 12*time.Second {
		t.Errorf("the first outage shows only after %v", first)
	}
	if back := steps[1].at + time.Second; back > 25*time.Second {
		t.Errorf("the first recovery shows only after %v", back)
	}
	for i, want := range []string{
		"fra1-seoul's far end turns strict unicast RPF on, which drops the answers (R17)",
		"fra1-seoul's far end turns unicast RPF off",
		"iad1's provider black-holes everything: 10 tunnels (R2)",
		"iad1's provider works again",
		"lima loses its power, and with it every far end (R1)",
		"this host loses the address 192.0.2.12, the source of iad1-boston (R1)",
		"this host has the address 192.0.2.12 again",
		"lima has power again",
	} {
		if i >= len(steps) || steps[i].says != want {
			t.Errorf("step %d is not %q", i, want)
		}
	}
}

func TestScriptOfASmallFleetHasOnlyWhatIsThere(t *testing.T) {
	for n, want := range map[int]int{1: 2, 2: 4, 5: 4, 6: 6, 24: 8} {
		if got := len(demoStage(t, n).script()); got != want {
			t.Errorf("%d tunnels: %d steps, want %d", n, got, want)
		}
	}
}

func TestPerformRepeatsEveryMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 125*time.Second)
		defer cancel()
		start := time.Now()
		var got []string
		at := func(what string) {
			got = append(got, what+" "+time.Since(start).String())
		}
		steps := []step{
			{3 * time.Second, "fail", func() error { at("did"); return nil }},
			{59 * time.Second, "mend", func() error { return nil }},
		}
		if err := perform(ctx, steps, func(text string) error { at(text); return nil }); err != nil {
			t.Fatal(err)
		}
		want := "fail 3s,did 3s,mend 59s,fail 1m3s,did 1m3s,mend 1m59s,fail 2m3s,did 2m3s"
		if s := strings.Join(got, ","); s != want {
			t.Errorf("got  %s\nwant %s", s, want)
		}
	})
}

func TestPerformEndsWithItsListenerOrAFault(t *testing.T) {
	deaf := errors.New("no room")
	broken := errors.New("link near0 is gone")
	for _, c := range []struct {
		name      string
		say, do   error
		wantError string
	}{
		{"reader went away", syscall.EPIPE, nil, ""},
		{"output fails", deaf, nil, "standard output: no room"},
		{"step fails", nil, broken, "the demo's script: link near0 is gone"},
	} {
		synctest.Test(t, func(t *testing.T) {
			steps := []step{{time.Second, "fail", func() error { return c.do }}}
			err := perform(t.Context(), steps, func(string) error { return c.say })
			if got := errorText(err); got != c.wantError {
				t.Errorf("%s: got %q, want %q", c.name, got, c.wantError)
			}
		})
	}
}

func TestPerformWithoutStepsWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		if err := perform(ctx, nil, nil); err != nil || time.Since(start) != time.Minute {
			t.Errorf("returned %v after %v, want nil after 1m", err, time.Since(start))
		}
	})
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
