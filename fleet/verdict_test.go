package fleet

import (
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/session"
)

func lossLimit(ratio float64) func(*Tunnel) {
	return func(t *Tunnel) { t.DegradedLoss = ratio }
}

func rttLimit(d time.Duration) func(*Tunnel) {
	return func(t *Tunnel) { t.DegradedRTT = d }
}

var (
	comesUp  = line(session.Pending, session.Up, at(1))
	goesDown = line(session.Up, session.Down, at(2))
	isBack   = line(session.Down, session.Up, at(3))
)

func TestDegraded(t *testing.T) {
	tests := []struct {
		name   string
		inv    *Inventory
		events []probe.Event
		want   []string
	}{
		{"no limits", oneTunnel(), join(comesUp, silence(1, 100)),
			[]string{"pending>up"}},
		{"4 of 100 under a limit of 5 %", oneTunnel(lossLimit(0.05)),
			join(comesUp, silence(1, 4), exchange(5, 120, ms)),
			[]string{"pending>up"}},
		{"5 of 100 at the limit, until one leaves the window", oneTunnel(lossLimit(0.05)),
			join(comesUp, silence(1, 5), exchange(6, 101, ms)),
			[]string{"pending>up", "up>degraded", "degraded>up"}},
		{"5 of 100 at the limit, all in the window", oneTunnel(lossLimit(0.05)),
			join(comesUp, silence(1, 5), exchange(6, 100, ms)),
			[]string{"pending>up", "up>degraded"}},
		{"10 % is left at 8, not at 9", oneTunnel(lossLimit(0.10)),
			join(comesUp, silence(1, 10), sent(11), answer(1, ms), answer(11, ms)),
			[]string{"pending>up", "up>degraded"}},
		{"10 % is left at 8", oneTunnel(lossLimit(0.10)),
			join(comesUp, silence(1, 10), sent(11), answer(1, ms), answer(2, ms)),
			[]string{"pending>up", "up>degraded", "degraded>up"}},
		{"7 % is 7 of 100, whatever binary fractions say", oneTunnel(lossLimit(0.07)),
			join(comesUp, silence(1, 8)),
			[]string{"pending>up", "up>degraded"}},
		{"0.1 % is the first one", oneTunnel(lossLimit(0.001)),
			join(comesUp, silence(1, 2)),
			[]string{"pending>up", "up>degraded"}},
		{"excused ones are not lost", oneTunnel(lossLimit(0.03)),
			join(comesUp, silence(1, 4), excuses(1, 2)),
			[]string{"pending>up", "up>degraded", "degraded>up"}},
		{"losses before it came up do not count", oneTunnel(lossLimit(0.02)),
			join(silence(1, 50), comesUp, exchange(51, 60, ms), silence(61, 62), exchange(63, 64, ms)),
			[]string{"pending>up", "up>degraded"}},
		{"an outage that is over does not degrade", oneTunnel(lossLimit(0.02)),
			join(comesUp, exchange(1, 50, ms), goesDown, silence(51, 80), sent(81), answer(81, ms), isBack, exchange(82, 90, ms)),
			[]string{"pending>up", "up>down", "down>up"}},
		{"down from degraded", oneTunnel(lossLimit(0.02)),
			join(comesUp, silence(1, 3), goesDown, isBack),
			[]string{"pending>up", "up>degraded", "degraded>down", "down>up"}},
		// Smoothed: 8 ms; 8+10/8 = 9.25; 9.25+8.75/8 = 10.34 ms.
		{"over 10 ms smoothed", oneTunnel(rttLimit(10 * ms)),
			join(comesUp, exchange(1, 1, 8*ms), exchange(2, 3, 18*ms)),
			[]string{"pending>up", "up>degraded"}},
		{"not over 10 ms yet", oneTunnel(rttLimit(10 * ms)),
			join(comesUp, exchange(1, 1, 8*ms), exchange(2, 2, 18*ms)),
			[]string{"pending>up"}},
		// From 16 ms: 15.0 … each step takes an eighth of the distance to 7.9;
		// after n steps 7.9 + 8.1·(7/8)^n ≤ 8 when n ≥ 32.9.
		{"9 ms after 32 fast ones", oneTunnel(rttLimit(10 * ms)),
			join(comesUp, exchange(1, 1, 16*ms), exchange(2, 33, 7900*time.Microsecond)),
			[]string{"pending>up", "up>degraded"}},
		{"8 ms after 33", oneTunnel(rttLimit(10 * ms)),
			join(comesUp, exchange(1, 1, 16*ms), exchange(2, 34, 7900*time.Microsecond)),
			[]string{"pending>up", "up>degraded", "degraded>up"}},
		{"the time before an outage is forgotten", oneTunnel(rttLimit(10 * ms)),
			join(comesUp, exchange(1, 9, 20*ms), goesDown, sent(10), answer(10, ms), isBack, exchange(11, 12, ms)),
			[]string{"pending>up", "up>degraded", "degraded>down", "down>up"}},
		{"back with a time over the limit", oneTunnel(rttLimit(10 * ms)),
			join(comesUp, goesDown, sent(10), answer(10, 20*ms), isBack),
			[]string{"pending>up", "up>down", "down>up", "up>degraded"}},
		{"both limits: one left is not enough", oneTunnel(rttLimit(10*ms), lossLimit(0.01)),
			join(comesUp, silence(1, 2), answer(2, 20*ms), answer(1, 20*ms)),
			[]string{"pending>up", "up>degraded"}},
		{"repeated and impossible lines change nothing", oneTunnel(),
			join(comesUp, comesUp, line(session.Up, 0, at(2)), line(session.Up, 9, at(2))),
			[]string{"pending>up"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := NewStore(tt.inv, epoch)
			s.Record(tt.events)
			if got := changesOf(t, s); !slices.Equal(got, tt.want) {
				t.Errorf("got  %v\nwant %v", got, tt.want)
			}
		})
	}
}

func TestHistoryOfALine(t *testing.T) {
	inv := oneTunnel(lossLimit(0.02))
	s := NewStore(inv, epoch)
	steps := []struct {
		seconds      float64 // when it is looked at
		event        probe.Event
		state        State
		since        float64
		flaps        uint64
		availability float64
	}{
		{5, sent(1), Pending, 0, 0, -1},
		{20, line(session.Pending, session.Up, at(10)), Up, 10, 0, 1},
		// 30 s up, 10 s down
		{50, line(session.Up, session.Down, at(40)), Down, 40, 1, 0.75},
		// 30 s up, 20 s down, then 50 s up
		{110, line(session.Down, session.Up, at(60)), Up, 60, 1, 0.8},
		// time that is pending again is not known
		{500, line(session.Up, session.Pending, at(110)), Pending, 110, 1, 0.8},
		{720, line(session.Pending, session.Down, at(700)), Down, 700, 1, 80.0 / 120},
	}
	for _, step := range steps {
		s.Record([]probe.Event{step.event})
		got := s.Report(at(step.seconds), nil).Tunnels[0]
		if got.State != step.state || !got.Since.Equal(at(step.since)) || got.Flaps != step.flaps {
			t.Errorf("at %g s: %s since %v, %d flaps", step.seconds, got.State, got.Since, got.Flaps)
		}
		if got.Availability != step.availability {
			t.Errorf("at %g s: availability %v, want %v", step.seconds, got.Availability, step.availability)
		}
	}
}

func TestDegradedTimeIsAvailable(t *testing.T) {
	slowAt := answer(1, time.Second)
	slowAt.At = at(20)
	s := NewStore(oneTunnel(rttLimit(10*ms)), epoch)
	s.Record([]probe.Event{line(session.Pending, session.Up, at(10)), sent(1), slowAt, line(session.Up, session.Down, at(40))})
	got := s.Report(at(50), nil).Tunnels[0]
	if got.Availability != 0.75 || got.Flaps != 1 {
		t.Errorf("availability %v, want 30 s of 40 s; %d flaps, want 1", got.Availability, got.Flaps)
	}
}

// The wall clock steps back an hour; the monotonic clock goes on for 10 s.
func TestWallClockStepsDoNotMatter(t *testing.T) {
	start := time.Now()
	up, down := start.Add(10*time.Second), start.Add(20*time.Second)
	s := NewStore(oneTunnel(), start)
	s.Record([]probe.Event{line(session.Pending, session.Up, up), line(session.Up, session.Down, down)})
	if got := s.Report(start.Add(30*time.Second), nil).Tunnels[0].Availability; got != 0.5 {
		t.Errorf("availability %v", got)
	}
	// Without a monotonic reading the step shows, and must not make a negative time.
	s.Record([]probe.Event{line(session.Down, session.Up, down.Round(0).Add(-time.Hour))})
	if got := s.Report(start.Add(40*time.Second), nil).Tunnels[0].Availability; got < 0 || got > 1 {
		t.Errorf("availability %v", got)
	}
	events, _ := s.EventsSince(0)
	if got := events[len(events)-1].Outage; got != 0 {
		t.Errorf("outage %v", got)
	}
}

func TestOutage(t *testing.T) {
	s := NewStore(oneTunnel(), epoch)
	s.Record([]probe.Event{
		line(session.Pending, session.Down, at(3)),
		line(session.Down, session.Up, at(10.5)),
		line(session.Up, session.Down, at(20)),
		line(session.Down, session.Pending, at(30)),
		line(session.Pending, session.Up, at(40)),
	})
	events, _ := s.EventsSince(0)
	want := []time.Duration{0, 7500 * ms, 0, 0, 0}
	for i, e := range events {
		if e.Outage != want[i] {
			t.Errorf("%s to %s: outage %v, want %v", e.From, e.To, e.Outage, want[i])
		}
	}
}

func TestReasonLocal(t *testing.T) {
	down := line(session.Up, session.Down, at(9))
	down.Counter = 3
	unreachable := fmt.Errorf("send to 192.0.2.1: %w", syscall.EHOSTUNREACH)
	tests := []struct {
		name   string
		events []probe.Event
		reason Reason
		detail string
	}{
		{"silence", join(silence(1, 3), down), "", ""},
		{"as the next falls due", join(failures(1, 3), down), ReasonLocal, "ENETUNREACH: network is unreachable"},
		{"after the next was sent", join(failures(1, 3), sent(4), down), ReasonLocal, "ENETUNREACH: network is unreachable"},
		{"the newest error", join(failures(1, 2), sent(3), notSent(3, unreachable), down), ReasonLocal,
			"EHOSTUNREACH: send to 192.0.2.1: no route to host"},
		{"an error that is none of the kernel's", join(sent(1), notSent(1, fmt.Errorf("no socket for eth9")), down), ReasonLocal,
			"no socket for eth9"},
		{"no error given", join(sent(1), notSent(1, nil), down), ReasonLocal,
			"this host could not send, and no error says why"},
		{"sent again, and not answered", join(failures(1, 3), silence(4, 5), down), "", ""},
		{"up", join(failures(1, 3)), "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := NewStore(oneTunnel(), epoch)
			s.Record(join(comesUp, tt.events))
			row := s.Report(at(10), nil).Tunnels[0]
			if row.Reason != tt.reason || row.Detail != tt.detail {
				t.Errorf("row: %q %q", row.Reason, row.Detail)
			}
			events, _ := s.EventsSince(1)
			if row.State == Down && (len(events) != 1 || events[0].Reason != tt.reason || events[0].Detail != tt.detail || events[0].Counter != 3) {
				t.Errorf("events: %+v", events)
			}
		})
	}
}

// The report's reason follows the evidence; the change keeps what was known.
func TestReasonFollowsTheEvidence(t *testing.T) {
	s := NewStore(oneTunnel(), epoch)
	s.Record(join(comesUp, silence(1, 3), goesDown, failures(4, 4)))
	if got := s.Report(at(10), nil).Tunnels[0].Reason; got != ReasonLocal {
		t.Errorf("reason %q while sending fails", got)
	}
	s.Record(silence(5, 6))
	if got := s.Report(at(10), nil).Tunnels[0].Reason; got != "" {
		t.Errorf("reason %q after sending works again", got)
	}
	events, _ := s.EventsSince(1)
	if len(events) != 1 || events[0].Reason != "" {
		t.Errorf("%+v", events)
	}
}

func TestLimits(t *testing.T) {
	tests := []struct {
		loss        float64
		enter, left uint8
	}{
		{0, 0, 0}, {0.001, 1, 0}, {0.01, 1, 0}, {0.02, 2, 1}, {0.05, 5, 4}, {0.055, 6, 4},
		{0.07, 7, 5}, {0.10, 10, 8}, {0.29, 29, 23}, {1, 100, 80}, {5, 100, 80},
	}
	for _, tt := range tests {
		l := lossLimitsOf(&Tunnel{DegradedLoss: tt.loss})
		if l.enter != tt.enter || l.leave != tt.left {
			t.Errorf("%v: from %d on, until %d; want %d and %d", tt.loss, l.enter, l.leave, tt.enter, tt.left)
		}
	}
}

func TestSeverity(t *testing.T) {
	for place, s := range []State{Down, Degraded, Pending, Up, Disabled} {
		if got := s.Severity(); got != place {
			t.Errorf("%s: %d, want %d", s, got, place)
		}
	}
	if got := State("new in a later version").Severity(); got != 4 {
		t.Errorf("an unknown state: %d, want 4", got)
	}
}
