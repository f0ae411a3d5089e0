package replica

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

var _, _ Feed = (*Player)(nil), (*Live)(nil)

// recording is ten minutes of two tunnels: a full report every 10 s, and b down at
// 95 s, up at 125 s, and down again at 300.5 s; a event of a and one of b are of the
// same moment.
func recording() []stream.Record {
	list := join(hello(0, "jump1"))
	state, since := fleet.Up, 0.0
	for s := 0.0; s <= 600; s += 10 {
		list = append(list, tunnel(s, "a", fleet.Up, 0), tunnel(s, "b", state, since), summary(s, 2, 0))
		switch s {
		case 90:
			list = append(list, event(95, "b", fleet.Up, fleet.Down))
			state, since = fleet.Down, 95
		case 120:
			list = append(list, event(125, "b", fleet.Down, fleet.Up))
			state, since = fleet.Up, 125
		case 300:
			list = append(list, event(300.5, "a", fleet.Up, fleet.Degraded), event(300.5, "b", fleet.Up, fleet.Down))
			state, since = fleet.Down, 300.5
		}
	}
	return list
}

// played runs test while a recording is played, on a clock of its own.
func played(t *testing.T, text string, speed float64, test func(p *Player)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		p := NewPlayer(strings.NewReader(text), int64(len(text)), "file", speed)
		go p.Run(ctx)
		synctest.Wait()
		test(p)
		cancel()
		<-p.Done()
	})
}

// expect checks what a viewer sees now: the recording's time, the tunnels, and the
// events kept.
func expect(t *testing.T, p *Player, seconds float64, tunnels, events string) {
	t.Helper()
	synctest.Wait()
	r := p.Report(time.Now(), nil)
	if off := r.Time.Sub(at(seconds)).Abs(); off > time.Microsecond {
		t.Errorf("at %v, want %v", r.Time, at(seconds))
	}
	if got := rows(r); got != tunnels {
		t.Errorf("at %v: %s, want %s", seconds, got, tunnels)
	}
	if got := log(p, 0); got != events {
		t.Errorf("at %v: events %s, want %s", seconds, got, events)
	}
}

// pass lets that much of our time go by.
func pass(d time.Duration) { time.Sleep(d) }

func TestPlayAtSpeed(t *testing.T) {
	for _, speed := range []float64{0.5, 1, 10, 1000} {
		t.Run(FormatSpeed(speed), func(t *testing.T) {
			played(t, text(recording()...), speed, func(p *Player) {
				step := time.Duration(float64(time.Second) / speed)
				expect(t, p, 0, "a=up b=up", "")
				pass(94 * step)
				expect(t, p, 94, "a=up b=up", "")
				pass(2 * step)
				expect(t, p, 96, "a=up b=down", "b>down")
				pass(30 * step)
				expect(t, p, 126, "a=up b=up", "b>down b>up")
				pass(1000 * step)
				expect(t, p, 600, "a=up b=down", "b>down b>up a>degraded b>down")
				if at := p.Position(time.Now()); !at.Ended || at.Busy || at.Paused {
					t.Errorf("%+v", at)
				}
			})
		})
	}
}

// An event is played when it happened, not a tick later.
func TestPlayIsOnTime(t *testing.T) {
	played(t, text(recording()...), 10, func(p *Player) {
		pass(9500*time.Millisecond - time.Microsecond)
		synctest.Wait()
		if got := log(p, 0); got != "" {
			t.Errorf("too early: %s", got)
		}
		pass(time.Microsecond)
		expect(t, p, 95, "a=up b=down", "b>down")
	})
}

func TestPause(t *testing.T) {
	played(t, text(recording()...), 1, func(p *Player) {
		pass(90 * time.Second)
		p.Pause(true, time.Now())
		pass(time.Hour)
		expect(t, p, 90, "a=up b=up", "")
		p.SetSpeed(2, time.Now())
		pass(time.Hour)
		expect(t, p, 90, "a=up b=up", "")
		p.Pause(false, time.Now())
		pass(3 * time.Second)
		expect(t, p, 96, "a=up b=down", "b>down")
		p.SetSpeed(0.1, time.Now())
		pass(10 * time.Second)
		expect(t, p, 97, "a=up b=down", "b>down")
		for _, speed := range []float64{0, -1} {
			p.SetSpeed(speed, time.Now())
		}
		if at := p.Position(time.Now()); at.Speed != 0.1 || at.Paused {
			t.Errorf("%+v", at)
		}
	})
}

func TestUnpaced(t *testing.T) {
	played(t, text(recording()...), Unpaced, func(p *Player) {
		expect(t, p, 600, "a=up b=down", "b>down b>up a>degraded b>down")
	})
}

func TestSeek(t *testing.T) {
	seeks := []struct {
		to              float64
		tunnels, events string
		rewinds         uint64
	}{
		{100, "a=up b=down", "b>down", 0},
		{101, "a=up b=down", "b>down", 0},
		{400, "a=up b=down", "b>down b>up a>degraded b>down", 0},
		{130, "a=up b=up", "b>down b>up", 1},
		{124.999, "a=up b=down", "b>down", 2},
		{125, "a=up b=up", "b>down b>up", 2},
		{0, "a=up b=up", "", 3},
		{999, "a=up b=down", "b>down b>up a>degraded b>down", 3},
		{300.5, "a=degraded b=down", "b>down b>up a>degraded b>down", 4},
		{-5, "a=up b=up", "", 5},
	}
	played(t, text(recording()...), 1, func(p *Player) {
		p.Pause(true, time.Now())
		for _, s := range seeks {
			p.Seek(at(s.to))
			expect(t, p, min(max(s.to, 0), 600), s.tunnels, s.events)
			if got := p.Position(time.Now()); got.Busy || !got.Paused || got.Ended != (s.to > 600) {
				t.Errorf("seek %v: %+v", s.to, got)
			}
			if p.Rewinds() != s.rewinds {
				t.Errorf("seek %v: went back %d times, want %d", s.to, p.Rewinds(), s.rewinds)
			}
		}
		p.SeekFraction(0.5)
		expect(t, p, 300, "a=up b=up", "b>down b>up")
		p.Pause(false, time.Now())
		pass(time.Second)
		expect(t, p, 301, "a=degraded b=down", "b>down b>up a>degraded b>down")
	})
}

func TestStep(t *testing.T) {
	steps := []struct {
		at              float64
		tunnels, events string
	}{
		{95, "a=up b=down", "b>down"},
		{125, "a=up b=up", "b>down b>up"},
		{300.5, "a=degraded b=up", "b>down b>up a>degraded"},
		{300.5, "a=degraded b=down", "b>down b>up a>degraded b>down"},
		{300.5, "a=degraded b=down", "b>down b>up a>degraded b>down"}, // there is none after it
	}
	played(t, text(recording()...), 1, func(p *Player) {
		for _, s := range steps {
			p.Step()
			expect(t, p, s.at, s.tunnels, s.events)
			if got := p.Position(time.Now()); got.Busy || !got.Paused {
				t.Errorf("step to %v: %+v", s.at, got)
			}
			pass(time.Minute)
		}
		p.Pause(false, time.Now())
		pass(10 * time.Second)
		expect(t, p, 310.5, "a=up b=down", "b>down b>up a>degraded b>down")
	})
}

// Commands that come faster than they are followed are not lost, but those that a
// seek makes pointless.
func TestQuickCommands(t *testing.T) {
	played(t, text(recording()...), 1, func(p *Player) {
		p.Step()
		p.Seek(at(130))
		p.Step()
		p.Step() // of the same moment as the one before
		expect(t, p, 300.5, "a=degraded b=down", "b>down b>up a>degraded b>down")
		p.Seek(at(0))
		for range 3 {
			p.Step()
		}
		expect(t, p, 300.5, "a=degraded b=up", "b>down b>up a>degraded")
		for range 2 * maxCommands {
			p.Step()
		}
		expect(t, p, 300.5, "a=degraded b=down", "b>down b>up a>degraded b>down")
	})
}

// However it is reached, a moment looks the same.
func TestEveryWayLeadsThere(t *testing.T) {
	h := newHistory(7, 9)
	h.writeReport(t)
	for range 300 {
		h.steps(10)
		h.writeEvents(t)
		if h.random.IntN(5) == 0 {
			h.writeReport(t)
		}
	}
	recorded, length := h.out.String(), h.now.Sub(epoch)
	see := func(p *Player) string {
		synctest.Wait()
		return written(t, p.Report(time.Now(), nil)) + log(p, 0)
	}
	played(t, recorded, 1, func(straight *Player) {
		other := NewPlayer(strings.NewReader(recorded), int64(len(recorded)), "", 1)
		ctx, cancel := context.WithCancel(context.Background())
		go other.Run(ctx)
		other.Pause(true, time.Now())
		straight.Pause(true, time.Now())
		for i := range 40 {
			to := epoch.Add(length * time.Duration(i+1) / 41)
			other.SeekFraction(h.random.Float64())
			synctest.Wait()
			other.Seek(to)
			straight.Seek(to)
			if got, want := see(other), see(straight); got != want {
				t.Fatalf("at %v\n%s\nwant\n%s", to, got, want)
			}
		}
		cancel()
		<-other.Done()
	})
}

func TestBrokenRecordings(t *testing.T) {
	good := text(recording()...)
	lines := strings.SplitAfter(good, "\n")
	torn := good[:len(good)-20]
	middle := strings.Join(lines[:5], "") + "{\"type\"\n\nrubbish\n" + strings.Join(lines[5:], "")
	newer := strings.Join(lines[:7], "") + `{"type":"hello","schema":2,"version":"9.0.0","time":"2026-11-22T19:01:00Z"}` + "\n" + good
	cases := []struct{ name, text, problem string }{
		{"whole", good, ""},
		{"no newline at the end", strings.TrimSpace(good), ""},
		{"torn", torn, fmt.Sprintf("the last line is torn: line 188: no valid JSON at byte %d: unexpected end of JSON input", len(lines[187])-20)},
		{"broken in the middle", middle, "2 lines passed over, the last one: line 8: no valid JSON at byte 1: invalid character 'r' looking for beginning of value"},
		{"of a later greylag", newer, "line 8: this greylag is too old: it reads schema 1, and the stream is schema 2, from greylag 9.0.0"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			played(t, c.text, Unpaced, func(p *Player) {
				for range 3 { // each is counted once, however often it is played
					p.Seek(at(0))
					synctest.Wait()
					p.Seek(at(600))
					synctest.Wait()
				}
				got := p.Status(time.Now())
				if got.Problem != c.problem || got.State != Ended || got.Label != "jump1" {
					t.Errorf("got  %+v\nwant %s", got, c.problem)
				}
			})
		})
	}
}

// A recording that goes back in time (another one was appended) plays on at once.
func TestAppendedRecording(t *testing.T) {
	first := join(hello(100, "jump1"), whole(100, "a"), event(105, "a", fleet.Up, fleet.Down))
	second := join(hello(0, "jump2"), whole(0, "b"), event(110, "b", fleet.Up, fleet.Down))
	played(t, text(join(first, second)...), 1, func(p *Player) {
		expect(t, p, 100, "a=up", "")
		pass(5 * time.Second)
		expect(t, p, 105-105, "b=up", "a>down") // what is shown is of the source's time 0
		pass(5 * time.Second)
		expect(t, p, 5, "b=down", "a>down b>down")
		if got := p.Status(time.Now()); got.Label != "jump2" || got.State != Ended {
			t.Errorf("%+v", got)
		}
	})
}

// Events alone make a recording too.
func TestEventsOnlyRecording(t *testing.T) {
	list := join(hello(0, "jump1"))
	for i := range 10 {
		list = append(list, event(float64(10*i), fmt.Sprintf("t%d", i%2), fleet.Up, fleet.Down))
	}
	played(t, text(list...), 1, func(p *Player) {
		expect(t, p, 0, "t0=down", "t0>down")
		p.Step()
		expect(t, p, 10, "t0=down t1=down", "t0>down t1>down")
		p.Seek(at(5))
		expect(t, p, 5, "t0=down", "t0>down")
	})
}

// What the source did not say for a while is old, in its own time.
func TestRecordingAge(t *testing.T) {
	played(t, text(join(whole(0, "a"), whole(100, "a"))...), 10, func(p *Player) {
		pass(3 * time.Second)
		got := p.Status(time.Now())
		if got.Age != 30*time.Second || got.State != Streaming || got.Label != "file" || !got.Newest.Equal(at(0)) {
			t.Errorf("%+v", got)
		}
	})
}

func TestPositionBeforeRun(t *testing.T) {
	body := text(recording()...)
	p := NewPlayer(strings.NewReader(body), int64(len(body)), "", 3)
	got := p.Position(time.Now())
	want := Position{Start: at(0), End: at(600), Now: at(0), Speed: 3, Busy: true}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	p.turn(t.Context(), time.Now())
	if p.Position(time.Now()).Busy {
		t.Error("still on the way, though the start has been played")
	}
	if p.Seek(at(300)); !p.Position(time.Now()).Busy {
		t.Error("not on the way to where it is sent")
	}
}
