package main

import (
	"errors"
	"testing"
	"time"

	"greylag/fleet"
)

func timed(enabled bool, interval time.Duration, retries int) fleet.Tunnel {
	return fleet.Tunnel{Enabled: enabled, Interval: interval, Retries: retries}
}

// The limits are R8's.
func TestCheckingValidate(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		options checking
		given   checkFlags
		ok      bool
	}{
		{checking{}, checkFlags{}, true},
		{checking{interval: 100 * ms}, checkFlags{interval: true}, true},
		{checking{interval: 100*ms - 1}, checkFlags{interval: true}, false},
		{checking{interval: 32767 * time.Second}, checkFlags{interval: true}, true},
		{checking{interval: 32767*time.Second + 1}, checkFlags{interval: true}, false},
		{checking{interval: 0}, checkFlags{interval: true}, false},
		{checking{interval: -time.Second}, checkFlags{interval: true}, false},
		{checking{retries: 1}, checkFlags{retries: true}, true},
		{checking{retries: 0}, checkFlags{retries: true}, false},
		{checking{retries: -1}, checkFlags{retries: true}, false},
		{checking{retries: 255}, checkFlags{retries: true}, true},
		{checking{retries: 256}, checkFlags{retries: true}, false},
		{checking{timeout: time.Nanosecond}, checkFlags{}, true},
		{checking{timeout: -time.Nanosecond}, checkFlags{}, false},
	} {
		err := c.options.validate(c.given)
		if (err == nil) != c.ok || err != nil && !errors.As(err, new(usageError)) {
			t.Errorf("%+v %+v: %v, want accepted: %v", c.options, c.given, err, c.ok)
		}
	}
}

func TestOverride(t *testing.T) {
	for _, c := range []struct {
		options checking
		want    fleet.Tunnel // the second
	}{
		{checking{}, timed(true, 5*time.Second, 4)},
		{checking{interval: time.Second}, timed(true, time.Second, 4)},
		{checking{retries: 1}, timed(true, 5*time.Second, 1)},
		{checking{interval: time.Minute, retries: 255}, timed(true, time.Minute, 255)},
	} {
		inv := &fleet.Inventory{Tunnels: []fleet.Tunnel{timed(true, time.Second, 3), timed(true, 5*time.Second, 4)}}
		c.options.override(inv)
		if got := inv.Tunnels[1]; got.Interval != c.want.Interval || got.Retries != c.want.Retries {
			t.Errorf("%+v: %v × %d, want %v × %d", c.options, got.Interval, got.Retries, c.want.Interval, c.want.Retries)
		}
	}
}

// R10: with 5 s and 4 retries a line is down as the fifth keepalive is due, which
// is 4 intervals after the first. That one may be an interval away.
func TestNeeded(t *testing.T) {
	for _, c := range []struct {
		tunnels []fleet.Tunnel
		want    time.Duration
	}{
		{nil, 2 * time.Second},
		{[]fleet.Tunnel{timed(true, 5*time.Second, 4)}, 27 * time.Second},
		{[]fleet.Tunnel{timed(true, 100*time.Millisecond, 1)}, 2200 * time.Millisecond},
		{[]fleet.Tunnel{timed(true, time.Second, 9), timed(true, 10*time.Second, 3), timed(true, 2*time.Second, 1)}, 42 * time.Second},
		{[]fleet.Tunnel{timed(true, time.Second, 9), timed(false, time.Hour, 255)}, 12 * time.Second},
		{[]fleet.Tunnel{timed(true, 32767*time.Second, 255)}, 32767*256*time.Second + 2*time.Second},
	} {
		inv := fleet.Inventory{Tunnels: c.tunnels, Engine: fleet.EngineOptions{MaxRate: 1e9}}
		if got := needed(&inv).Round(time.Millisecond); got != c.want {
			t.Errorf("%+v: %v, want %v", c.tunnels, got, c.want)
		}
	}
	// At 2 packets a second the first contact with 4 takes 2 s.
	slow := fleet.Inventory{Engine: fleet.EngineOptions{MaxRate: 2}}
	for range 4 {
		slow.Tunnels = append(slow.Tunnels, timed(true, 10*time.Second, 3))
	}
	if got := needed(&slow); got != 44*time.Second {
		t.Errorf("at a low rate %v, want 44s", got)
	}
}

// What is down has a reason, or has had the time to get one.
func TestExplained(t *testing.T) {
	now := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	row := func(state fleet.State, reason fleet.Reason, since time.Duration) fleet.TunnelReport {
		return fleet.TunnelReport{State: state, Reason: reason, Since: now.Add(-since)}
	}
	for _, c := range []struct {
		rows []fleet.TunnelReport
		want bool
	}{
		{nil, true},
		{[]fleet.TunnelReport{row(fleet.Up, "", 0), row(fleet.Disabled, "", 0)}, true},
		{[]fleet.TunnelReport{row(fleet.Down, fleet.ReasonSilent, 0)}, true},
		{[]fleet.TunnelReport{row(fleet.Down, fleet.ReasonSilent, 0), row(fleet.Down, "", 1499*time.Millisecond)}, false},
		{[]fleet.TunnelReport{row(fleet.Down, "", 1500*time.Millisecond)}, true},
	} {
		if got := explained(&fleet.Report{Time: now, Tunnels: c.rows}); got != c.want {
			t.Errorf("%+v: explained is %v, want %v", c.rows, got, c.want)
		}
	}
}
