package main

import (
	"math"
	"time"

	"greylag/fleet"
	"greylag/fleet/replica"
	"greylag/fleet/vantage"
	"greylag/tui"
	"greylag/tui/text"
)

// liveStream shows the terminal a stream that is being written.
type liveStream struct{ replica.Feed }

// Report implements [tui.Source]. When the stream has ended its last picture stays,
// and before it begins there is none.
func (l liveStream) Report(now time.Time, into *fleet.Report) *fleet.Report {
	status := l.Feed.Status(now)
	r := l.Feed.Report(status.Moment(now), into)
	if status.Newest.IsZero() && len(r.Tunnels) == 0 {
		r.Time = time.Time{}
	}
	return r
}

// Changes implements [tui.Source], at the same moment as Report.
func (l liveStream) Changes(now time.Time, since uint64, into *fleet.Changes) *fleet.Changes {
	status := l.Feed.Status(now)
	c := l.Feed.Changes(status.Moment(now), since, into)
	if status.Newest.IsZero() {
		c.Time = time.Time{}
	}
	return c
}

// Status implements [tui.Source].
func (l liveStream) Status(now time.Time) tui.Status { return streamStatus(l.Feed.Status(now), now) }

func streamStatus(s replica.Status, now time.Time) tui.Status {
	return tui.Status{
		Label: "stream from " + s.Label, Age: s.Age, Patience: vantage.Patience(&s), Ended: s.State == replica.Ended,
		Problem: streamProblem(&s, now),
	}
}

// streamProblem says what keeps a stream from being up to date, and for how long.
func streamProblem(s *replica.Status, now time.Time) string {
	since := string(s.State) + " for " + text.Span(now.Sub(s.Since))
	switch {
	case s.State == replica.Streaming, s.State == replica.Ended && s.Problem == "":
		return s.Problem
	case s.Problem == "":
		return since + ": nothing has come yet"
	}
	return since + ": " + s.Problem
}

// recording shows the terminal a recording.
type recording struct{ *replica.Player }

// Status implements [tui.Source]. A recording can always go back: its end is in the
// time line.
func (r recording) Status(now time.Time) tui.Status {
	s := r.Player.Status(now)
	return tui.Status{Label: "recording from " + s.Label, Age: s.Age, Patience: vantage.Patience(&s), Problem: s.Problem}
}

// Position implements [tui.Replay]. As fast as can be, a recording is never where it
// is going until it is paused.
func (r recording) Position(now time.Time) tui.Position {
	p := r.Player.Position(now)
	racing := math.IsInf(p.Speed, 1) && !p.Paused
	return tui.Position{
		Start: p.Start, End: p.End, Now: p.Now, Speed: p.Speed,
		Paused: p.Paused, Busy: p.Busy && !racing, Ended: p.Ended,
	}
}
