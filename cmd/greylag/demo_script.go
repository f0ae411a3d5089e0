package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"greylag/probe/simnet"
)

// scriptPeriod is how often the script begins again.
const scriptPeriod = time.Minute

// step is one thing that is done to the demo's network.
type step struct {
	at   time.Duration // within the period
	says string        // what is done, before it is
	do   func() error
}

// script returns the steps for what there is on the stage, in the order of
// time. The times are off the beat of whole seconds, at which reports come. With
// 1 s and 3 retries a failure shows within 4 s, a recovery within 1 s (R10, R11).
func (s *stage) script() []step {
	steps := slices.Concat(s.badPrimary(), s.badUnderlay(), s.badSpoke(), s.badAddress())
	slices.SortFunc(steps, func(a, b step) int { return cmp.Compare(a.at, b.at) })
	return steps
}

// badPrimary: a spoke's primary fails and the backup takes over (R3).
func (s *stage) badPrimary() []step {
	const name = "fra1-seoul"
	i := s.fleet.find(name)
	if i < 0 {
		return nil
	}
	conduct := func(c simnet.Scenario) func() error {
		return func() error { return s.ways[i].far.SetScenario(c) }
	}
	return []step{
		{5200 * time.Millisecond, name + "'s far end turns strict unicast RPF on, which drops the answers (R17)", conduct(simnet.URPF)},
		{13200 * time.Millisecond, name + "'s far end turns unicast RPF off", conduct(simnet.Plain)},
	}
}

// badUnderlay: all tunnels of a hub fail at once.
func (s *stage) badUnderlay() []step {
	const hub = "iad1"
	tunnels := 0
	for i := range s.fleet.inv.Tunnels {
		if s.fleet.inv.Tunnels[i].Hub == hub {
			tunnels++
		}
	}
	if tunnels == 0 {
		return nil
	}
	set := func(whole bool) func() error {
		return func() error { s.setUnderlay(hub, whole); return nil }
	}
	return []step{
		{19200 * time.Millisecond, fmt.Sprintf("%s's provider black-holes everything: %s (R2)", hub, count(tunnels, "tunnel")), set(false)},
		{27200 * time.Millisecond, hub + "'s provider works again", set(true)},
	}
}

// badSpoke: no path to a spoke is left, for as long as somebody needs who sees
// the terminal for the first time.
func (s *stage) badSpoke() []step {
	const spoke = "lima"
	if s.fleet.find("fra1-"+spoke) < 0 {
		return nil
	}
	set := func(c simnet.Scenario) func() error {
		return func() error { return s.setSpoke(spoke, c) }
	}
	return []step{
		{31200 * time.Millisecond, spoke + " loses its power, and with it every far end (R1)", set(simnet.Silent)},
		{56200 * time.Millisecond, spoke + " has power again", set(simnet.Plain)},
	}
}

// badAddress: the failure is at this end.
func (s *stage) badAddress() []step {
	const name = "iad1-boston"
	if s.fleet.find(name) < 0 {
		return nil
	}
	set := func(present bool) func() error {
		return func() error { return s.setAddress(demoOwnSource, present) }
	}
	return []step{
		{41200 * time.Millisecond, fmt.Sprintf("this host loses the address %v, the source of %s (R1)", demoOwnSource, name), set(false)},
		{49200 * time.Millisecond, fmt.Sprintf("this host has the address %v again", demoOwnSource), set(true)},
	}
}

// perform says and does the steps, period after period, until ctx ends or nobody
// listens any more.
func perform(ctx context.Context, steps []step, say func(string) error) error {
	start := time.Now()
	for ; len(steps) > 0; start = start.Add(scriptPeriod) {
		for _, s := range steps {
			if !sleepUntil(ctx, start.Add(s.at)) {
				return nil
			}
			if err := say(s.says); err != nil {
				return outputError(err)
			}
			if err := s.do(); err != nil {
				return fmt.Errorf("the demo's script: %w", err)
			}
		}
	}
	<-ctx.Done()
	return nil
}

// sleepUntil returns false if ctx ended first.
func sleepUntil(ctx context.Context, at time.Time) bool {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
