package tui

import (
	"context"
	"io"
	"os"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
)

// hourVariable is how long the test of the hour is to last, in simulated time:
//
//	GREYLAG_HOUR=1h go test ./tui -run TheHour -v -timeout 30m
const hourVariable = "GREYLAG_HOUR"

// hourShort is how long it lasts by itself.
const hourShort = 100 * time.Second

// What the terminal may cost, on 200x50 with 10,000 tunnels at 1 s (issue 3).
const (
	restLimit  = 5 << 10  // bytes a second at rest, in any 10 s
	stormLimit = 20 << 10 // and in a storm
	shareLimit = 0.03     // of a core, beside the engine
	frameLimit = 16 * time.Millisecond
	keyLimit   = 50 * time.Millisecond
)

// phase is what goes on in the fleet, or at the keys.
type phase uint8

const (
	starting phase = iota
	resting
	cutting // half of the fleet is down
	mending // and comes back
	atKeys
)

// hourPlan is what goes on when, in turns of that length: a tenth to start, then
// rest, a storm, and keys.
func hourPlan(turn time.Duration) func(at time.Duration) phase {
	return func(at time.Duration) phase {
		switch share := at % turn * 100 / turn; {
		case at < turn/10:
			return starting
		case share < 40:
			return resting
		case share < 60:
			return cutting
		case share < 75:
			return mending
		case share < 100 && share >= 85:
			return atKeys
		}
		return resting
	}
}

// hourKeys are typed one after the other. Each changes something on the screen.
var hourKeys = []string{
	"j", "j", "\x04", "j", "\x15", "n", "G", "\x15", "g", "2", "j", "l", "h", "k", "3", "j", "\x04", "k", "4", "k", "k", "j", "1",
}

// TestTheHour runs the program, with its own renderer, over a store that is fed as
// by an engine, and holds what it costs against the limits. A turn lasts 100 s and
// has a storm, in which half of the fleet is down for 20 s, and 15 s of keys.
func TestTheHour(t *testing.T) {
	length := hourShort
	if text := os.Getenv(hourVariable); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatalf("%s: %v", hourVariable, err)
		}
	} else if testing.Short() || raceEnabled {
		t.Skip("time means nothing here")
	}
	plan := hourPlan(hourShort)
	alone := hourWithout(t, length, plan)
	for name, c := range map[string]struct {
		rate int
		key  time.Duration
	}{"a fast line": {0, keyLimit}, "a slow line": {lineRate, lineKeyLimit}} {
		t.Run(name, func(t *testing.T) {
			with, w := hourWith(t, length, plan, c.rate)
			w.check(t, length, with-alone, c.key)
			rest, storm := w.rates(plan, resting), w.rates(plan, cutting, mending)
			t.Logf("bytes a second at rest: mean %d, most in 10 s %d; in a storm: mean %d, most %d", rest.mean, rest.most, storm.mean, storm.most)
			if rest.most > restLimit || storm.most > stormLimit {
				t.Errorf("more than %d bytes a second at rest, or %d in a storm", restLimit, stormLimit)
			}
		})
	}
}

// check holds what the terminal cost against the limits: processor time, and how long
// frames and keys took.
func (w *watcher) check(t *testing.T, length, spent, keyLimit time.Duration) {
	share := spent.Seconds() / length.Seconds()
	frame, key := percentile(w.frames, 99), percentile(w.keys, 95)
	t.Logf("%v of %d tunnels: %.2f %% of a core beside feed and store", length, hourTunnels, share*100)
	t.Logf("%d frames: median %v, p99 %v, longest %v", len(w.frames), percentile(w.frames, 50), frame, percentile(w.frames, 100))
	t.Logf("%d keys, and %d that changed nothing: to the screen median %v, p95 %v, longest %v",
		len(w.keys), w.idle, percentile(w.keys, 50), key, percentile(w.keys, 100))
	t.Logf("%d answers to the last portion: median %v, p95 %v, longest %v",
		len(w.answers), percentile(w.answers, 50), percentile(w.answers, 95), percentile(w.answers, 100))

	slack, hurry := 1.0, time.Duration(1)
	if length <= hourShort { // other programs are on the machine, and little is measured
		slack, hurry = 2, 5
	}
	if share > shareLimit*slack {
		t.Errorf("%.2f %% of a core, want at most %.0f", share*100, shareLimit*slack*100)
	}
	if limit := frameLimit * hurry; frame > limit {
		t.Errorf("99 %% of the frames take up to %v, want at most %v", frame, limit)
	}
	if limit := keyLimit + (hurry-1)*50*time.Millisecond; key > limit || len(w.keys) == 0 {
		t.Errorf("95 %% of the keys take up to %v, want at most %v", key, limit)
	}
}

// hourWithout is what feed and store cost without a terminal.
func hourWithout(t *testing.T, length time.Duration, plan func(time.Duration) phase) (spent time.Duration) {
	synctest.Test(t, func(*testing.T) {
		f := newFeed(hourTunnels, time.Now())
		runtime.GC()
		begin := spentTime()
		f.run(length, plan)
		spent = spentTime() - begin
	})
	return spent
}

// hourWith is what they cost with one, on a line of that rate.
func hourWith(t *testing.T, length time.Duration, plan func(time.Duration) phase, rate int) (spent time.Duration, w *watcher) {
	synctest.Test(t, func(t *testing.T) {
		f := newFeed(hourTunnels, time.Now())
		w = &watcher{begin: time.Now(), line: line{rate: rate}}
		o := Options{
			Source: watchedStore{f.store, w}, Environ: []string{"TERM=xterm-256color", "LANG=C.UTF-8"}, Background: BackgroundDark,
		}.withDefaults()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		keys, keyboard := io.Pipe()
		g := &guard{model: newModel(ctx, o), leave: cancel}
		w.written, w.keyboard = &g.written, keyboard
		p := programOn(watchedModel{g, w}, &o, keys, w, tea.WithWindowSize(200, 50))
		ended := make(chan error)
		runtime.GC()
		begin := spentTime()
		go func() {
			_, err := p.Run()
			ended <- err
		}()
		go w.typeAll(ctx, keyboard, plan)
		f.run(length, plan)
		spent = spentTime() - begin
		_ = keyboard.Close()
		p.Quit()
		cancel()
		if err := <-ended; err != nil || g.fault != nil {
			t.Error(err, g.fault)
		}
		time.Sleep(tryAfter) // what is waited for comes to nothing
	})
	return spent, w
}

// typeAll types at moments of no particular kind, while somebody is at the keys.
func (w *watcher) typeAll(ctx context.Context, keyboard io.Writer, plan func(time.Duration) phase) {
	for i := 0; ctx.Err() == nil; i++ {
		pause := time.Duration(200+i*7919%631) * time.Millisecond
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		if plan(time.Since(w.begin)) == atKeys {
			w.typeKey(keyboard, hourKeys[i%len(hourKeys)])
		}
	}
}

// rate is bytes a second: in the mean, and in the worst 10 s.
type rate struct{ mean, most int }

// rateSeconds is how long the windows are.
const rateSeconds = 10

// rates are those of the windows that lie within the phases.
func (w *watcher) rates(plan func(time.Duration) phase, in ...phase) (r rate) {
	sum, windows, run, bytes := 0, 0, 0, 0
	for second := range w.bytes {
		if !slices.Contains(in, plan(time.Duration(second)*time.Second)) {
			run, bytes = 0, 0
			continue
		}
		run, bytes = run+1, bytes+w.bytes[second]
		if run > rateSeconds {
			bytes -= w.bytes[second-rateSeconds]
		}
		if run >= rateSeconds {
			sum, windows = sum+bytes/rateSeconds, windows+1
			r.most = max(r.most, bytes/rateSeconds)
		}
	}
	r.mean = sum / max(windows, 1)
	return r
}
