package main

import (
	"context"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"greylag/fleet"
	"greylag/probe/simnet"
)

// simSoakCase is a fleet for the simulated soak.
type simSoakCase struct {
	name    string
	fastest time.Duration // shorter intervals are left out
	copies  int           // of each tunnel
	grain   time.Duration // within which keepalives leave after they are due
	lasts   time.Duration // of simulated time, where no long soak is asked for
	long    time.Duration // after which a long one compares what may not grow
}

var simSoakCases = []simSoakCase{
	// Each is sent when it is due; over 65,535 of the fastest.
	{"often", 0, 1, time.Millisecond, 110 * time.Minute, 48 * time.Hour},
	{"seldom", 5 * time.Second, 1, time.Millisecond, 4 * time.Hour, 7 * 24 * time.Hour},
	// So many that turns are on a grid.
	{"on a grid", 0, 8, 10 * time.Millisecond, 4 * time.Minute, 4 * time.Hour},
}

// TestSimulatedSoak runs the whole chain, from the engine to those who read, on a
// simulated network whose weather changes at random, for hours of simulated time;
// with GREYLAG_SOAK=1h for an hour of real time, which is months. At random
// moments each tunnel's book must balance, and agree with what the network
// counted; no keepalive may leave but at its place in the interval; and nothing
// may grow.
func TestSimulatedSoak(t *testing.T) {
	for _, c := range simSoakCases {
		t.Run(c.name, func(t *testing.T) {
			long, over := soakOver(t, len(simSoakCases))
			settled, lasts := c.lasts/4, c.lasts
			if raceEnabled {
				settled, lasts = settled/16, lasts/16
			}
			if long {
				settled = c.long
			}
			synctest.Test(t, func(t *testing.T) {
				s := newSimSoak(t, c, settled)
				end := time.Now().Add(lasts)
				s.run(func() bool { return long && !over.Load() || !long && time.Now().Before(end) })
			})
		})
	}
}

// soakOver says whether a long soak is asked for, and when its share of the time is
// over, by the clock that is not simulated.
func soakOver(t *testing.T, shares int) (long bool, over *atomic.Bool) {
	t.Helper()
	over = new(atomic.Bool)
	text := os.Getenv(soakVariable)
	if text == "" {
		return false, over
	}
	length, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("%s=%s: want a duration", soakVariable, text)
	}
	time.AfterFunc(length/time.Duration(shares), func() { over.Store(true) })
	return true, over
}

// simSoak is a station on a network that changes, and those who watch it.
type simSoak struct {
	t       *testing.T
	random  *rand.Rand
	net     *simSoakNet
	station *station
	grain   time.Duration
	pause   time.Duration // between two changes of the weather, on average
	settled time.Duration // after which nothing may grow
	start   time.Time

	follower *follower
	reader   *simSoakBook
	report   *fleet.Report // reused
	checks   int
	paces    map[int]simSoakPace // of each tunnel, as it was found first
	base     simSoakState        // once settled
}

// simSoakState is what must not grow.
type simSoakState struct {
	at         time.Time
	heap       uint64
	goroutines int
	changes    uint64 // so far
}

func newSimSoak(t *testing.T, c simSoakCase, settled time.Duration) *simSoak {
	s := &simSoak{t: t, random: rand.New(rand.NewPCG(6, uint64(c.copies))), grain: c.grain,
		pause: min(5*time.Minute, settled/4), settled: settled, start: time.Now(), paces: map[int]simSoakPace{}}
	s.net = newSimSoakNet(t, c)
	var err error
	s.station, err = openStation(s.net.inv, stationOptions{network: s.net, reflect: true})
	soakDo(t, err)
	return s
}

// run lets the weather change as long as it goes on, and checks.
func (s *simSoak) run(goesOn func() bool) {
	ctx, cancel := context.WithCancel(s.t.Context())
	from, to := io.Pipe()
	var stderr strings.Builder
	a := &app{stdout: to, stderr: &stderr}
	ended := make(chan error, 1)
	go func() {
		err := a.report(ctx, s.station, reporting{every: 10 * time.Minute})
		ended <- err
		_ = to.Close() // never fails
	}()
	s.reader = readSimSoak(from)
	s.follower = follow(ctx, s.station.store)
	for goesOn() && !s.t.Failed() {
		s.change()
		s.sleep(time.Duration(s.random.ExpFloat64() * float64(s.pause)))
		s.check()
	}
	s.clear()
	s.sleep(time.Minute)
	s.checkGrowth()
	cancel()
	if err := <-ended; err != nil || stderr.Len() > 0 {
		s.t.Errorf("the report ended with %v, and said %q", err, stderr.String())
	}
	s.check()
	s.finish()
}

// sleep ends off the beat of anything, when all that was due has happened.
func (s *simSoak) sleep(d time.Duration) {
	time.Sleep(d + 777*time.Nanosecond)
	synctest.Wait()
}

// change gives some of the ways another weather, and now and then has this host
// fail for a moment.
func (s *simSoak) change() {
	for i := range s.net.ways {
		if w := &s.net.ways[i]; !w.steady && s.random.IntN(3) == 0 {
			w.out.Set(s.weather())
			w.back.Set(s.weather())
		}
	}
	if s.random.IntN(10) == 0 {
		s.moment()
	}
}

// moment has this host drop answers, then fail to send, so shortly that no line goes
// down by it: with three retries and an interval of 100 ms that takes seven keepalives
// without an answer, of which four may be excused ([session.Session.Excuse]).
func (s *simSoak) moment() {
	s.net.conn.SetReceiveBuffer(1)
	s.sleep(time.Duration(s.random.IntN(400)) * time.Millisecond)
	s.net.conn.SetReceiveBuffer(1 << 20)
	s.net.host.SetSendRoom(0, syscall.ENOBUFS)
	s.sleep(time.Duration(s.random.IntN(150)) * time.Millisecond)
	s.net.host.SetSendRoom(-1, nil)
}

// weather is what a way does next.
func (s *simSoak) weather() simnet.Impairment {
	const ms = time.Millisecond
	switch s.random.IntN(8) {
	case 0:
		return simnet.Impairment{Loss: s.random.Float64() / 2, Delay: 10 * ms}
	case 1:
		return simnet.Impairment{Loss: 0.3, Burst: 5, Delay: 10 * ms}
	case 2:
		return simnet.Impairment{Loss: 1}
	case 3:
		return simnet.Impairment{Delay: time.Duration(s.random.IntN(6000)) * ms, Jitter: time.Second}
	case 4:
		return simnet.Impairment{Duplicate: 0.5, Delay: 5 * ms}
	case 5:
		return simnet.Impairment{Delay: 50 * ms, Reorder: 0.3, HeldBack: 3 * time.Second}
	case 6:
		return simnet.Impairment{Loss: 0.05, Burst: 2, Delay: 400 * ms, Jitter: 3 * time.Second, Duplicate: 0.2, Reorder: 0.2, HeldBack: 2 * time.Second}
	}
	return simnet.Impairment{Delay: 20 * ms}
}

// clear makes all ways good.
func (s *simSoak) clear() {
	for i := range s.net.ways {
		if w := &s.net.ways[i]; !w.steady {
			w.out.Set(simnet.Impairment{Delay: 20 * time.Millisecond})
			w.back.Set(simnet.Impairment{Delay: 20 * time.Millisecond})
		}
	}
}

// finish says what was done.
func (s *simSoak) finish() {
	<-s.follower.done
	<-s.reader.done
	for _, f := range append(s.follower.faults, s.reader.faults...) {
		s.t.Error(f)
	}
	sum := &s.report.Summary.Engine
	most := uint64(0)
	for i := range s.report.Tunnels {
		most = max(most, s.report.Tunnels[i].Sent)
	}
	s.t.Logf("%v simulated, %d checks, %d reports of tunnels read, %d changes followed; engine %+v; one tunnel sent %d",
		time.Since(s.start).Round(time.Second), s.checks, s.reader.reports, s.follower.told, *sum, most)
	if s.reader.reports == 0 || s.follower.told == 0 || sum.Received == 0 || s.net.strayed() == 0 {
		s.t.Error("nothing was tested")
	}
}

// state is what must not grow, now.
func (s *simSoak) state() simSoakState {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return simSoakState{time.Now(), m.HeapAlloc, runtime.NumGoroutine(), s.follower.last()}
}

// checkGrowth compares with what was there after the first while. Changes are
// kept, up to 65,536 of them.
func (s *simSoak) checkGrowth() {
	if s.base.at.IsZero() {
		s.t.Fatal("too short to see whether anything grows")
	}
	now := s.state()
	s.t.Logf("heap %d B at %v, %d B at %v; %d and %d goroutines; %d and %d changes",
		s.base.heap, s.base.at.Sub(s.start).Round(time.Minute), now.heap, now.at.Sub(s.start).Round(time.Minute),
		s.base.goroutines, now.goroutines, s.base.changes, now.changes)
	kept := min(now.changes-s.base.changes, 65_536) * bytesPerChange
	if now.heap > s.base.heap+heapSlack+kept {
		s.t.Errorf("the heap grew by %d B; want %d at most", now.heap-s.base.heap, heapSlack+kept)
	}
	if now.goroutines > s.base.goroutines {
		s.t.Errorf("%d goroutines; there were %d", now.goroutines, s.base.goroutines)
	}
}
