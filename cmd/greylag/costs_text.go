package main

import (
	"fmt"
	"strings"
	"time"

	"greylag/probe"
)

// costs is what a run took of the machine.
type costs struct {
	farEnds       bool          // the process played them too
	whole, lasted time.Duration // the whole run; and without the first contact, which all but memory is of
	tunnels       int

	sent, received       uint64
	user, system         time.Duration // of processor
	lateness             probe.Lateness
	peak, fleet          uint64 // bytes: the most that was resident; what the fleet added to the process's own
	objects, collections uint64 // allocations; collections of garbage
	pauseP99, pauseMax   time.Duration
	stolen               float64 // the part of the processors that the host gave to others, 0 … 1
	stolenKnown          bool
}

// text tells it in lines.
func (c *costs) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "costs of %.1f s, without the first contact in the %.1f s before%s:\n",
		c.lasted.Seconds(), (c.whole - c.lasted).Seconds(), c.whose())
	row := func(what, format string, args ...any) {
		fmt.Fprintf(&b, "  %-11s "+format+"\n", append([]any{what}, args...)...)
	}
	row("keepalives", "%d sent, %d answered, %.1f sent a second", c.sent, c.received, float64(c.sent)/c.lasted.Seconds())
	row("processor", "%.2f µs a keepalive (%.2f user, %.2f system), %.1f %% of a core",
		c.each(c.user+c.system), c.each(c.user), c.each(c.system), 100*(c.user+c.system).Seconds()/c.lasted.Seconds())
	row("late", "%s, from when it was due until the kernel had it", spreadText(&c.lateness.Due))
	row("late turns", "%s, from when its turn was to begin: without the wait for that turn, which is by design", spreadText(&c.lateness.Turn))
	row("memory", "%.1f MiB resident at most; %d B a tunnel over the program without a fleet",
		float64(c.peak)/(1<<20), c.fleet/uint64(max(c.tunnels, 1)))
	row("garbage", "%.4f allocations a keepalive; %s", float64(c.objects)/float64(max(c.sent, 1)), c.collected())
	if c.stolenKnown {
		row("steal", "%.1f %% of the processors' time, which the host of a virtual machine gives to others: what is due then is late", 100*c.stolen)
	}
	return b.String()
}

// whose says what is in the figures that is not greylag's own.
func (c *costs) whose() string {
	if c.farEnds {
		return "; this process plays the network and the far ends too, which processor, memory and garbage include"
	}
	return ""
}

func (c *costs) collected() string {
	if c.collections == 0 {
		return "no collection"
	}
	return fmt.Sprintf("%s, pauses %s p99, %s max", count(int(c.collections), "collection"), milliseconds(c.pauseP99), milliseconds(c.pauseMax))
}

// each is a keepalive's share, µs.
func (c *costs) each(d time.Duration) float64 {
	return float64(d.Nanoseconds()) / 1000 / float64(max(c.sent, 1))
}

func spreadText(s *probe.Spread) string {
	return fmt.Sprintf("%s p50, %s p99, %s max", milliseconds(s.Quantile(0.5)), milliseconds(s.Quantile(0.99)), milliseconds(s.Quantile(1)))
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.3f ms", d.Seconds()*1000) }
