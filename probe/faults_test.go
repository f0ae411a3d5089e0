package probe_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/session"
	"greylag/probe/simnet"
)

// The fault suite (issue 6): each fault befalls a fleet of tunnels of every kind,
// some of whose far ends really die meanwhile. A witness at the network's edge
// works out by itself what R8–R11 make of it; the engine must tell exactly that,
// no line down too many and none too few, and its books must balance.
//
// GREYLAG_FAULTS=4h has each fault last so long, by the simulated clock, instead
// of six minutes, and tries ten fleets instead of one.

// faultCase is one fault.
type faultCase struct {
	name string
	ways simnet.Impairment // of all ways
	// begin brings about what else there is, and returns what ends it.
	begin func(s *stage) (end func())
	// repeat is how often it begins and ends.
	repeat int
	// excuses: this host loses packets or is away, which excuses keepalives.
	excuses bool
	// late: keepalives leave late, or are skipped.
	late bool
	// mild: nobody's retries are exhausted by it, so that only the dead go down.
	mild bool
}

const ms = time.Millisecond

var faultCases = []faultCase{
	{name: "nothing", mild: true},
	{name: "loss of 0.1 %", ways: simnet.Impairment{Loss: 0.001}},
	{name: "loss of 1 %", ways: simnet.Impairment{Loss: 0.01, Delay: 20 * ms}},
	{name: "loss of 10 %", ways: simnet.Impairment{Loss: 0.1, Delay: 20 * ms, Jitter: 30 * ms}},
	{name: "loss of 50 %", ways: simnet.Impairment{Loss: 0.5, Delay: 20 * ms}},
	{name: "loss in bursts", ways: simnet.Impairment{Loss: 0.2, Burst: 4, Delay: 20 * ms}},
	{name: "loss in long bursts", ways: simnet.Impairment{Loss: 0.3, Burst: 12}},
	{name: "all twice", ways: simnet.Impairment{Duplicate: 1, Delay: 20 * ms}, mild: true},
	{name: "duplication", ways: simnet.Impairment{Duplicate: 0.3, Delay: 20 * ms, Jitter: 3 * time.Second}},
	{name: "reordering", ways: simnet.Impairment{Reorder: 0.5, HeldBack: 5 * time.Second, Delay: 50 * ms}},
	{name: "reordering and loss", ways: simnet.Impairment{Reorder: 0.5, HeldBack: 7 * time.Second, Loss: 0.1}},
	{name: "delay over the interval", ways: simnet.Impairment{Delay: 6 * time.Second}},
	{name: "delay that varies", ways: simnet.Impairment{Delay: time.Second, Jitter: 20 * time.Second}},
	{name: "corruption of any byte", ways: simnet.Impairment{Corrupt: 0.3}},
	{name: "corruption of each packet", ways: simnet.Impairment{Corrupt: 1}},
	{name: "answers from the wrong address", begin: wrongAddress, repeat: 5},
	{name: "answers to the wrong address", begin: wrongDestination, repeat: 5},
	{name: "MTU", begin: tooLong, repeat: 5},
	{name: "far ends reboot", begin: reboots, repeat: 6},
	{name: "interface deleted and recreated", begin: cutting(noDevice), repeat: 6},
	{name: "route removed", begin: routeless, repeat: 6},
	{name: "addresses that move", begin: cutting(noAddress), repeat: 6},
	{name: "far addresses that move", begin: farMoves, repeat: 6},
	{name: "ENOBUFS", begin: cutting(bufferFull), repeat: 6},
	{name: "stopped for a minute", begin: stopped(time.Minute), repeat: 8, excuses: true, late: true, mild: true},
	{name: "stopped for a minute, and loss", begin: stopped(time.Minute), repeat: 8, excuses: true, late: true,
		ways: simnet.Impairment{Loss: 0.3, Delay: 300 * ms}},
	{name: "suspended for a minute", begin: suspended(time.Minute), repeat: 8, excuses: true, late: true, mild: true},
	{name: "the CPU is busy", begin: busy, repeat: 2, late: true, mild: true},
	{name: "our receive buffer overflows", begin: overflows, repeat: 8, excuses: true, late: true, mild: true},
	{name: "a flood of forged answers", begin: flooded, excuses: true, late: true},
	{name: "clock steps of hours", begin: clockSteps, repeat: 4, mild: true},
	{name: "everything", begin: everything, repeat: 4, excuses: true, late: true,
		ways: simnet.Impairment{Loss: 0.05, Burst: 3, Delay: 400 * ms, Jitter: 5 * time.Second, Duplicate: 0.2, Reorder: 0.2, HeldBack: 9 * time.Second, Corrupt: 0.05}},
}

// faultTime is how long each fault lasts, and how many fleets are tried.
func faultTime(t *testing.T) (length time.Duration, fleets int) {
	t.Helper()
	if text := os.Getenv("GREYLAG_FAULTS"); text != "" {
		length, err := time.ParseDuration(text)
		must(t, err)
		return length, 10
	}
	if probe.RaceEnabled {
		return 2 * time.Minute, 1
	}
	return 6 * time.Minute, 1
}

func TestFaults(t *testing.T) {
	length, fleets := faultTime(t)
	for _, c := range faultCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for seed := range fleets {
				onSimulated(t, func(t *testing.T, n network) {
					s := newStage(t, n, n.(*simulated).net, uint64(seed), 5*time.Second)
					s.tolerance = n.tolerance()
					s.befall(c, length)
				})
			}
		})
	}
}

// stage is a fleet of all kinds on a network, with a witness.
type stage struct {
	*testing.T
	*rand.Rand
	net       network
	ways      *simnet.Net
	unit      time.Duration // the middle interval
	tolerance time.Duration // of a keepalive's time; negative: any
	slack     time.Duration // what is under way at most, where nothing delays it
	tunnels   []probe.Tunnel
	ends      []*simnet.FarEnd
	witness   *witness
	engine    *running

	dead    []bool      // far ends that really are
	outages []outage    // those that are over, and then the others
	loses   atomic.Bool // this host loses packets, or was away
	away    chan time.Duration
	hurried atomic.Pointer[func(time.Duration) time.Duration] // what becomes of the time to wait; nil: nothing
}

// outage is a time in which a far end was really dead.
type outage struct {
	tunnel   int
	from, to time.Time // zero: it lasts
}

const stageTunnels = 64

func newStage(t *testing.T, n network, ways *simnet.Net, seed uint64, unit time.Duration) *stage {
	s := &stage{T: t, Rand: rand.New(rand.NewPCG(seed, 6)), net: n, ways: ways, unit: unit,
		dead: make([]bool, stageTunnels), away: make(chan time.Duration, 1)}
	for i := range stageTunnels {
		s.add(i)
	}
	s.witness = newWitness(t, &stalling{n.conn(), s}, s.tunnels)
	s.witness.mayExcuse = s.loses.Load
	return s
}

// add draws a tunnel, and puts its far end on the network.
func (s *stage) add(i int) {
	t := tunnelTo(far(byte(i+1)), s.unit/2+time.Duration(s.IntN(int(s.unit/ms)*3/2))*ms)
	t.Retries, t.UpAfter = 1+s.IntN(5), 1
	switch s.IntN(8) {
	case 0:
		t.Retries = 20
	case 1, 2:
		t.UpAfter = 2 + s.IntN(4)
	}
	t.Signed, t.HasKey, t.Checksum, t.Sequence = s.IntN(4) == 0, s.IntN(4) == 0, s.IntN(6) == 0, s.IntN(6) == 0
	t.MatchAddress = s.IntN(10) == 0
	if t.HasKey {
		t.Key = s.Uint32()
	}
	if i%10 == 9 {
		t.Echo, t.HasKey, t.Key, t.Checksum, t.Sequence, t.Signed = true, false, 0, false, false, false
	}
	if i%4 == 1 {
		t.Source = nearOther
	}
	if i%4 == 2 {
		t.Destination = beyond(byte(i + 1))
		if i%8 == 2 {
			t.Device = secondLink
		}
	}
	s.tunnels = append(s.tunnels, t)
	s.ends = append(s.ends, s.net.farEnd(t.Destination, farTunnel(t)))
}

// befall runs the fleet through a fault: first in peace, then the fault, then in
// peace until all are up.
func (s *stage) befall(c faultCase, length time.Duration) {
	s.witness.tolerance = s.tolerance
	if c.late {
		s.witness.tolerance = -1
	}
	s.engine = startInto(s.T, s.witness, s.witness, s.tunnels, probe.Options{EchoID: echoID})
	s.witness.engine.Store(s.engine.Engine)
	s.sleep(4 * s.unit)
	s.ways.SetDefault(c.ways)
	rounds := max(c.repeat, 1)
	for range rounds {
		end := func() {}
		if c.begin != nil {
			end = c.begin(s)
		}
		s.live(length / time.Duration(2*rounds))
		end()
		s.live(length / time.Duration(2*rounds))
	}
	s.ways.SetDefault(simnet.Impairment{})
	s.reviveAll()
	s.sleep(24 * s.unit) // the longest up_after, and what is still under way
	s.engine.stop(s.T)
	s.conclude(c, length >= 50*s.unit)
}

// sleep lets time pass, off the beat: two things at one instant happen in any
// order.
func (s *stage) sleep(d time.Duration) { time.Sleep(d + 12345*time.Nanosecond) }

// live lets time pass, in which far ends die and come back.
func (s *stage) live(length time.Duration) {
	for end := time.Now().Add(length); time.Now().Before(end); {
		s.sleep(time.Duration(1+s.IntN(4)) * s.unit / 2)
		if i := s.IntN(len(s.ends)); s.dead[i] || s.IntN(3) == 0 {
			s.setDead(i, !s.dead[i])
		}
	}
}

func (s *stage) setDead(i int, dead bool) {
	if s.dead[i] == dead {
		return
	}
	s.dead[i] = dead
	if dead {
		must(s.T, s.ends[i].SetScenario([]simnet.Scenario{simnet.Silent, simnet.NoHost}[s.IntN(2)]))
		s.outages = append(s.outages, outage{tunnel: i, from: time.Now()})
		return
	}
	must(s.T, s.ends[i].SetScenario(simnet.Plain))
	for n := range s.outages {
		if o := &s.outages[n]; o.tunnel == i && o.to.IsZero() {
			o.to = time.Now()
		}
	}
}

// reviveAll also has the far ends forget sequence numbers: one that took a number
// for the newest that was corrupted on its way drops ours from then on (RFC 2890
// section 2.2).
func (s *stage) reviveAll() {
	for i := range s.ends {
		s.setDead(i, false)
		must(s.T, s.ends[i].SetTunnels(farTunnel(s.tunnels[i])))
	}
}

// farTunnel is what the far end must have configured.
func farTunnel(t probe.Tunnel) simnet.Tunnel {
	return simnet.Tunnel{HasKey: t.HasKey, Key: t.Key, Checksum: t.Checksum, Sequence: t.Sequence}
}

// conclude checks what was not checked turn by turn; and that enough happened, if
// there was time.
func (s *stage) conclude(c faultCase, time bool) {
	s.witness.audit()
	downs, silent := 0, 0
	for i, r := range s.witness.truths {
		downs += r.downs
		if r.state != session.Up {
			s.Errorf("tunnel %d is %v in the end", i, r.state)
		}
		if r.longestSilence() >= r.Retries {
			silent++
		}
		if c.mild {
			s.onlyTheDead(i, r)
		}
	}
	seen := s.everyTrueOne(c)
	if time && (downs < 10 || seen < 8) {
		s.Errorf("%d times down, %d outages long enough: too few to test anything", downs, seen)
	}
	f := s.witness.fates
	if s.tolerance >= 0 && (f[probe.Excused] > 0) != c.excuses {
		s.Errorf("%d excused, want some: %v", f[probe.Excused], c.excuses)
	}
	s.Logf("%d sent, %d unsent, %d answered, %d late, %d duplicate, %d unmatched, %d excused; %d of %d tunnels with retries or more unanswered; %d downs; %d outages, %d long enough, all seen",
		f[probe.Sent], f[probe.Unsent], f[probe.Answered], f[probe.Late], f[probe.Duplicate], f[probe.Unmatched], f[probe.Excused],
		silent, len(s.tunnels), downs, len(s.outages), seen)
}

// onlyTheDead checks that tunnel i went down for no other reason than that its far
// end was dead.
func (s *stage) onlyTheDead(i int, r *truth) {
	for _, c := range r.history {
		reach := time.Duration(r.Retries+r.window+1) * r.Interval
		really := func(o outage) bool {
			return o.tunnel == i && o.from.Before(c.at) && o.to.After(c.at.Add(-reach))
		}
		if c.to == session.Down && !slices.ContainsFunc(s.outages, really) {
			s.Errorf("tunnel %d (retries %d) went down at %v, though its far end lived", i, r.Retries, c.at)
		}
	}
}

// everyTrueOne checks that the lines of the far ends that were dead for long enough
// were down, and returns how many those were: R10's retries, what an excuse may
// add, and what was still under way.
func (s *stage) everyTrueOne(c faultCase) (seen int) {
	underWay := c.ways.Delay + c.ways.Jitter + c.ways.HeldBack + s.slack
	for _, o := range s.outages {
		r, sent := s.witness.truths[o.tunnel], 0
		for _, k := range r.sends {
			if k.at.After(o.from.Add(2*underWay)) && k.at.Before(o.to) {
				sent++
			}
		}
		enough := r.Retries + 1
		if c.excuses {
			enough += r.window
		}
		if sent < enough+1 {
			continue
		}
		seen++
		if state := r.stateAt(o.to); state != session.Down {
			s.Errorf("tunnel %d (retries %d) is %v at %v, after an outage of %v", o.tunnel, r.Retries, state, o.to, o.to.Sub(o.from))
		}
	}
	return seen
}

// stalling is the network of a process that does not always run.
type stalling struct {
	probe.Conn
	*stage
}

// Wait implements probe.Conn.
func (c *stalling) Wait(d time.Duration, wakeOnPacket bool) {
	select {
	case away := <-c.stage.away:
		time.Sleep(max(d, 0) + away)
		return
	default:
	}
	if h := c.stage.hurried.Load(); h != nil {
		time.Sleep((*h)(d))
		return
	}
	c.Conn.Wait(d, wakeOnPacket)
}

// cutting is a fault of this host.
func cutting(f fault) func(*stage) func() {
	return func(s *stage) (end func()) { return s.net.cut(f) }
}

// routeless has no route to all that is beyond, but by a device that is named.
func routeless(s *stage) (end func()) {
	var mends []func()
	for _, t := range s.tunnels {
		if farOther.Contains(t.Destination) && t.Device == "" {
			mends = append(mends, s.net.(*simulated).refuse(simnet.Fault{Destination: t.Destination, Err: syscall.ENETUNREACH}))
		}
	}
	return func() {
		for _, mend := range mends {
			mend()
		}
	}
}

// wrongAddress has a third of the answers come from another address.
func wrongAddress(s *stage) (end func()) {
	chance := rand.New(rand.NewPCG(9, 10))
	return s.tampering(func(packet []byte) bool {
		if chance.IntN(3) == 0 {
			packet[15] ^= byte(1 + chance.IntN(255))
		}
		return true
	})
}

// wrongDestination has a third of the answers go to the other address of ours.
func wrongDestination(s *stage) (end func()) {
	chance := rand.New(rand.NewPCG(11, 12))
	return s.tampering(func(packet []byte) bool {
		if chance.IntN(3) == 0 {
			to := near
			if [4]byte(packet[16:]) == near.As4() {
				to = nearOther
			}
			copy(packet[16:], to.AsSlice())
		}
		return true
	})
}

// tooLong has a way lose what is longer than a bare keepalive's answer: those with
// a signature.
func tooLong(s *stage) (end func()) {
	return s.tampering(func(packet []byte) bool { return len(packet) <= 30 })
}

// tampering changes what arrives; what it returns ends it.
func (s *stage) tampering(change func(packet []byte) bool) (end func()) {
	s.witness.tamper.Store(&change)
	return func() { s.witness.tamper.Store(nil) }
}

// reboots has a third of the far ends off for a while, then without their tunnels,
// then back, with no memory of sequence numbers.
func reboots(s *stage) (end func()) {
	var rebooting []int
	for i := range s.ends {
		if s.IntN(3) == 0 {
			rebooting = append(rebooting, i)
			s.setDead(i, true)
			must(s.T, s.ends[i].SetScenario(simnet.Silent))
		}
	}
	s.sleep(s.unit * 3)
	for _, i := range rebooting {
		if !s.tunnels[i].Echo { // which would be answered
			must(s.T, s.ends[i].SetScenario(simnet.NoTunnel))
		}
	}
	s.sleep(s.unit)
	for _, i := range rebooting {
		must(s.T, s.ends[i].SetTunnels(farTunnel(s.tunnels[i])))
		s.setDead(i, false)
	}
	return func() {}
}

// farMoves takes a third of the far addresses off the network, and gives them to
// new machines.
func farMoves(s *stage) (end func()) {
	var moved []int
	for i := range s.ends {
		if s.IntN(3) == 0 {
			s.setDead(i, true)
			s.ways.Remove(s.tunnels[i].Destination)
			moved = append(moved, i)
		}
	}
	return func() {
		for _, i := range moved {
			t := s.tunnels[i]
			s.ends[i] = s.net.farEnd(t.Destination, farTunnel(t))
			s.setDead(i, false)
		}
	}
}

// stopped stops the process: the answers wait in the receive buffer.
func stopped(d time.Duration) func(*stage) func() {
	return func(s *stage) (end func()) {
		s.loses.Store(true)
		s.away <- d
		s.sleep(d + s.unit)
		return func() {}
	}
}

// suspended stops the machine: what arrives meanwhile is lost.
func suspended(d time.Duration) func(*stage) func() {
	return func(s *stage) (end func()) {
		s.loses.Store(true)
		s.ways.SetDefault(simnet.Impairment{Delay: 300 * ms}) // some are on their way
		s.sleep(2 * s.unit)
		s.away <- d
		s.ways.SetDefault(simnet.Impairment{Loss: 1})
		s.sleep(d - s.unit)
		s.ways.SetDefault(simnet.Impairment{})
		s.sleep(2 * s.unit)
		return func() {}
	}
}

// busy has the process get the CPU late: up to 0.4 s.
func busy(s *stage) (end func()) {
	late := rand.New(rand.NewPCG(7, 8))
	return s.hurry(func(d time.Duration) time.Duration {
		return max(d, 0) + time.Duration(late.Int64N(int64(400*ms)))
	})
}

func (s *stage) hurry(h func(time.Duration) time.Duration) (end func()) {
	s.hurried.Store(&h)
	return func() { s.hurried.Store(nil) }
}

// overflows leaves room for one answer, and has many come at once, for less time
// than it takes to be sure that a silence is not ours.
func overflows(s *stage) (end func()) {
	s.loses.Store(true)
	setBuffer := s.net.(*simulated).conns[0].SetReceiveBuffer
	setBuffer(1)
	end = s.hurry(func(d time.Duration) time.Duration { return max(d, 400*ms) })
	s.sleep(2 * s.unit)
	end()
	setBuffer(1 << 20)
	return func() {}
}

// flooded has forged answers fill our receive buffer all the time, and leave room
// for few of ours.
func flooded(s *stage) (end func()) {
	s.loses.Store(true)
	socket := s.net.(*simulated).conns[0]
	socket.SetReceiveBuffer(4000)
	awake := s.hurry(func(d time.Duration) time.Duration { return max(d, 300*ms) })
	done := make(chan struct{})
	forged := request(far(1)).answer()
	go func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(40*ms + 77):
				socket.Inject(forged)
			}
		}
	}()
	return func() {
		close(done)
		awake()
		socket.SetReceiveBuffer(1 << 20)
	}
}

// clockSteps has the wall clock jump by hours, as the times of arrival show it.
func clockSteps(s *stage) (end func()) {
	hours := int64(s.IntN(48) - 24)
	s.witness.step.Store(hours * 3600)
	return func() { s.witness.step.Store(0) }
}

// everything has one thing after the other go wrong.
func everything(s *stage) (end func()) {
	var ends []func()
	for _, f := range []func(*stage) func(){wrongAddress, cutting(noAddress), cutting(noDevice), reboots, overflows, stopped(20 * time.Second)} {
		ends = append(ends, f(s))
		s.live(2 * s.unit)
	}
	return func() {
		for _, end := range ends {
			end()
		}
	}
}
