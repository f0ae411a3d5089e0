package main

import (
	"bytes"
	"context"
	"io"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"greylag/fleet"
	"greylag/fleet/replica"
	"greylag/fleet/stream"
	"greylag/tui"
)

// fedStatus is a feed that is in some state, and notes as of when it is asked.
type fedStatus struct {
	replica.Feed
	status replica.Status
	asked  time.Time
	report fleet.Report
}

func (f *fedStatus) Status(time.Time) replica.Status { return f.status }

func (f *fedStatus) Report(now time.Time, _ *fleet.Report) *fleet.Report {
	f.asked = now
	r := f.report
	r.Time = now
	return &r
}

// What a stream's state is called on the screen.
func TestStreamStatus(t *testing.T) {
	since := pastNight.Add(-72 * time.Second)
	for _, c := range []struct {
		state   replica.State
		problem string
		want    tui.Status
	}{
		{replica.Streaming, "", tui.Status{}},
		{replica.Streaming, "1 line passed over", tui.Status{Problem: "1 line passed over"}},
		{replica.Connecting, "", tui.Status{Problem: "connecting for 1m12s: nothing has come yet"}},
		{replica.Connecting, "no such file", tui.Status{Problem: "connecting for 1m12s: no such file"}},
		{replica.Stale, "the source has gone", tui.Status{Problem: "stale for 1m12s: the source has gone"}},
		{replica.Ended, "", tui.Status{Ended: true}},
		{replica.Ended, "line 7 is torn", tui.Status{Ended: true, Problem: "ended for 1m12s: line 7 is torn"}},
	} {
		source := liveStream{&fedStatus{status: replica.Status{Label: "jump1", State: c.state, Problem: c.problem, Since: since, Age: 80 * time.Second, Every: 20 * time.Second}}}
		c.want.Label, c.want.Age, c.want.Patience = "stream from jump1", 80*time.Second, time.Minute
		if got := source.Status(pastNight); got != c.want {
			t.Errorf("%s, %q: %+v, want %+v", c.state, c.problem, got, c.want)
		}
	}
}

// A stream of events only is not stale while nothing happens; one of reports is, also
// of an older greylag that does not tell its period.
func TestEventsOnlyAreNotStale(t *testing.T) {
	hello := stream.AppendHello(nil, &stream.Hello{Time: pastNight, Host: "jump1"})
	events := stream.AppendEvent(hello, &fleet.Event{Time: pastNight, Tunnel: "a", From: fleet.Up, To: fleet.Down})
	reports := stream.AppendTunnel(hello, &fleet.TunnelReport{Tunnel: &fleet.Tunnel{Name: "a"}, Time: pastNight, State: fleet.Up})
	reports = stream.AppendSummary(reports, &fleet.Summary{Time: pastNight, Tunnels: map[fleet.State]int{fleet.Up: 1}})
	for text, stale := range map[string]bool{string(events): false, string(reports): true} {
		synctest.Test(t, func(t *testing.T) {
			r, w := io.Pipe()
			feed, err := replica.Open(t.Context(), "-", replica.Options{Stdin: r})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(w, text); err != nil {
				t.Fatal(err)
			}
			time.Sleep(24 * time.Hour)
			if s := feedSource(feed).Status(time.Now()); s.Age < 24*time.Hour || s.Problem != "" || (s.Age >= s.Patience) != stale {
				t.Errorf("%+v: want stale: %t", s, stale)
			}
			w.Close()
			<-feed.Done()
		})
	}
}

// When a stream has ended, the picture stays that of then; before it begins there
// is no report.
func TestStreamReport(t *testing.T) {
	end, now := pastNight, pastNight.Add(time.Hour)
	for _, c := range []struct {
		status replica.Status
		asked  time.Time
		time   time.Time
	}{
		{replica.Status{State: replica.Streaming, Since: end, Newest: end}, now, now},
		{replica.Status{State: replica.Stale, Since: end, Newest: end}, now, now},
		{replica.Status{State: replica.Ended, Since: end, Newest: end}, end, end},
		{replica.Status{State: replica.Connecting, Since: end}, now, time.Time{}},
	} {
		feed := &fedStatus{status: c.status}
		r := liveStream{feed}.Report(now, nil)
		if !feed.asked.Equal(c.asked) || !r.Time.Equal(c.time) {
			t.Errorf("%s: asked as of %v, has time %v; want %v, %v", c.status.State, feed.asked, r.Time, c.asked, c.time)
		}
	}
}

// A source that only reads has no engine to act on; one that is a recording plays.
func TestFeedSource(t *testing.T) {
	live, played := feedSource(&fedStatus{}), feedSource(replica.NewPlayer(bytes.NewReader(nil), 0, "f", 1))
	if _, is := live.(tui.Replay); is {
		t.Error("a stream can be played")
	}
	if _, is := played.(tui.Replay); !is {
		t.Error("a recording cannot be played")
	}
	for _, source := range []tui.Source{live, played} {
		if _, is := source.(tui.Control); is {
			t.Errorf("%T acts on an engine", source)
		}
	}
}

// A recording plays by its own time, and is at its end without having ended: it can
// go back.
func TestRecordingSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		writeNight(t, &b)
		player := replica.NewPlayer(bytes.NewReader(b.Bytes()), int64(b.Len()), "night.ndjson", 2)
		ctx, cancel := context.WithCancel(t.Context())
		defer func() { cancel(); <-player.Done() }()
		go player.Run(ctx)
		r := recording{player}
		at := func() time.Duration { synctest.Wait(); return r.Position(time.Now()).Now.Sub(pastNight) }

		at()
		time.Sleep(3*time.Second + time.Millisecond)
		if got := at(); got != 6*time.Second+2*time.Millisecond {
			t.Errorf("3 s at 2x lead to %v", got)
		}
		if got := r.Report(time.Now(), nil).Summary.Tunnels[fleet.Up]; got != 2 {
			t.Errorf("%d up before the failure, want 2", got)
		}
		time.Sleep(3 * time.Second)
		if got := r.Report(time.Now(), nil).Summary.Tunnels[fleet.Down]; got != 1 {
			t.Errorf("%d down after the failure, want 1", got)
		}
		time.Sleep(time.Minute)
		p, s := r.Position(time.Now()), r.Status(time.Now())
		if !p.Ended || p.Busy || !p.Now.Equal(p.End) || !p.End.Equal(pastNight.Add(time.Minute)) || !p.Start.Equal(pastNight) {
			t.Errorf("at the end: %+v", p)
		}
		if s.Ended || s.Label != "recording from jump1" {
			t.Errorf("at the end: %+v", s)
		}
	})
}

// As fast as can be, a recording is not on its way to anything, unless paused.
func TestRacingIsNotBusy(t *testing.T) {
	var b bytes.Buffer
	writeNight(t, &b)
	for _, c := range []struct {
		speed        float64
		paused, busy bool
	}{{1, false, true}, {1, true, true}, {math.Inf(1), false, false}, {math.Inf(1), true, true}} {
		r := recording{replica.NewPlayer(bytes.NewReader(b.Bytes()), int64(b.Len()), "f", c.speed)}
		r.Pause(c.paused, time.Now())
		r.Step() // nobody runs it: it stays on the way
		if got := r.Position(time.Now()).Busy; got != c.busy {
			t.Errorf("at %v, paused %v: busy %v", c.speed, c.paused, got)
		}
	}
}
