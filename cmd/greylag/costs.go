package main

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"greylag/probe"
)

// meter measures what a run takes of the machine: the whole process, whatever
// else it does.
type meter struct {
	farEnds bool   // the process plays them too
	idle    uint64 // memory of its own before there was a fleet, bytes

	station *station
	start   time.Time
	timer   *time.Timer

	mu   sync.Mutex // guards base, which the timer sets
	base usage      // when all tunnels have been in contact
	last usage      // when the engine ended
}

// newMeter must be called before the fleet is made. Memory is settled first, as it is
// with a fleet ([settleMemory]): twice, since some of the runtime's own tables are made
// by the first collection, and others by the second.
func newMeter(farEnds bool) *meter {
	debug.FreeOSMemory()
	debug.FreeOSMemory()
	return &meter{farEnds: farEnds, idle: processStatus("RssAnon:")}
}

// usage is what the process has taken by a moment.
type usage struct {
	at           time.Time
	user, system time.Duration // of processor
	machine      processorTime
	engine       probe.Stats
	lateness     *probe.Lateness
	objects      uint64 // allocated
	collections  uint64
	pauses       *metrics.Float64Histogram // seconds
}

// begin starts measuring, of a run that is to last so long; 0: nobody knows.
func (m *meter) begin(s *station, length time.Duration) {
	m.station, m.start = s, time.Now()
	m.base = m.usage()
	wait := warmUp(len(s.inv.Tunnels), s.inv.Engine.MaxRate)
	if length > 0 {
		wait = min(wait, length/2)
	}
	m.timer = time.AfterFunc(wait, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.base = m.usage()
	})
}

// warmUp is the time after which costs count: a second, in which memory is settled,
// after the first contact.
func warmUp(tunnels, maxRate int) time.Duration { return firstContact(tunnels, maxRate) + time.Second }

// firstContact is the time within which every tunnel has been in contact, at most
// maxRate a second.
func firstContact(tunnels, maxRate int) time.Duration {
	return max(time.Second, time.Duration(tunnels)*time.Second/time.Duration(max(maxRate, 1)))
}

// stop ends measuring, as the engine has ended: what is written afterwards is not
// counted.
func (m *meter) stop() {
	m.timer.Stop()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last = m.usage()
}

// end returns what was taken from the first contact until stop.
func (m *meter) end() *costs {
	m.mu.Lock()
	defer m.mu.Unlock()
	now, tunnels := m.last, len(m.station.store.Inventory().Enabled())
	c := &costs{
		farEnds: m.farEnds, whole: now.at.Sub(m.start), lasted: now.at.Sub(m.base.at), tunnels: tunnels,
		user: now.user - m.base.user, system: now.system - m.base.system,
		sent: now.engine.Sent - m.base.engine.Sent, received: now.engine.Received - m.base.engine.Received,
		lateness: now.lateness.Since(m.base.lateness),
		peak:     processStatus("VmHWM:"),
		objects:  now.objects - m.base.objects, collections: now.collections - m.base.collections,
	}
	c.stolen, c.stolenKnown = now.machine.stolenSince(m.base.machine)
	c.fleet = max(processStatus("RssAnon:"), m.idle) - m.idle
	for i := range now.pauses.Counts {
		now.pauses.Counts[i] -= m.base.pauses.Counts[i]
	}
	c.pauseP99, c.pauseMax = histogramQuantile(now.pauses, 0.99), histogramQuantile(now.pauses, 1)
	return c
}

func (m *meter) usage() usage {
	samples := []metrics.Sample{
		{Name: "/gc/heap/allocs:objects"}, {Name: "/gc/cycles/total:gc-cycles"}, {Name: "/sched/pauses/total/gc:seconds"},
	}
	metrics.Read(samples)
	var r unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &r) // never fails for the process itself
	return usage{
		at: time.Now(), user: time.Duration(r.Utime.Nano()), system: time.Duration(r.Stime.Nano()),
		machine: readProcessorTime(), engine: m.station.engine.Stats(), lateness: m.station.engine.Lateness(),
		objects: samples[0].Value.Uint64(), collections: samples[1].Value.Uint64(), pauses: samples[2].Value.Float64Histogram(),
	}
}

// histogramQuantile is the upper end of the bucket in which a share q, 0 … 1, of
// what is in the histogram ends; 0 where it is empty.
func histogramQuantile(h *metrics.Float64Histogram, q float64) time.Duration {
	var all, seen uint64
	for _, n := range h.Counts {
		all += n
	}
	for i, n := range h.Counts {
		if seen += n; n > 0 && (float64(seen) > q*float64(all) || seen == all) {
			return time.Duration(min(h.Buckets[i+1], 1e6) * float64(time.Second)) // the last has no end
		}
	}
	return 0
}

// processStatus is a number of KiB in /proc/self/status, in bytes; 0 where the
// kernel does not say.
func processStatus(key string) uint64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	return 1024 * statusNumber(string(text), key)
}

// statusNumber is the number that follows a key; 0 where there is none.
func statusNumber(status, key string) (n uint64) {
	_, rest, _ := strings.Cut(status, key)
	_, _ = fmt.Sscan(rest, &n)
	return n
}

// tell writes what a metered run has cost.
func (m *meter) tell(w io.Writer) {
	_, _ = io.WriteString(w, m.end().text()) // the run is over, whether or not anybody reads this
}
