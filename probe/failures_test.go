package probe_test

import (
	"slices"
	"syscall"
	"testing"

	"greylag/probe"
	"greylag/probe/session"
	"greylag/probe/simnet"
)

// failures are the causes why a tunnel cannot send, and what it is told. The
// first error is Linux's as package rawsock says it.
var failures = []struct {
	name   string
	fault  fault
	victim func(*probe.Tunnel)
	want   []error
}{
	{"source address removed", noAddress, func(t *probe.Tunnel) { t.Source = nearOther },
		[]error{syscall.EADDRNOTAVAIL}},
	{"route removed", noRoute, func(t *probe.Tunnel) { t.Destination = beyond(1) },
		[]error{syscall.ENETUNREACH}},
	{"link down", linkDown, func(t *probe.Tunnel) { t.Destination = beyond(1) },
		[]error{syscall.ENETUNREACH}},
	{"device deleted and made again", noDevice, func(t *probe.Tunnel) { t.Destination, t.Device = beyond(1), secondLink },
		[]error{syscall.ENODEV}},
	{"output not permitted", notPermitted, func(t *probe.Tunnel) { t.Destination = forbidden },
		[]error{syscall.EPERM}},
}

// A cause that keeps one tunnel from sending is told of that tunnel, and no
// other notices. It comes up by itself when the cause is gone.
func TestFailuresStayLocal(t *testing.T) {
	for _, c := range failures {
		t.Run(c.name, func(t *testing.T) {
			both := onBoth
			if testing.Short() && c.fault != noDevice {
				both = onSimulated
			}
			both(t, func(t *testing.T, n network) {
				victim := tunnelTo(far(50), n.interval())
				c.victim(&victim)
				tunnels, others := beside(n, victim)
				e := start(t, n.conn(), tunnels, probe.Options{EchoID: echoID})
				everyone := append([]int{0}, others...)
				e.await(t, n.patience(), "all up", inState(session.Up, everyone...))
				failsAndRecovers(t, n, e, c.fault, c.want)
				e.await(t, n.patience(), "others go on", atLeast(2, probe.Answered, len(e.all()), everyone...))
				e.stop(t)
				for _, i := range others {
					stayedUp(t, tunnels[i].Name, e.all().of(i), map[bool]uint8{false: 254, true: 64}[tunnels[i].Echo])
				}
			})
		})
	}
}

// beside returns the victim, and tunnels that ought not to notice, with their far
// ends.
func beside(n network, victim probe.Tunnel) (tunnels []probe.Tunnel, others []int) {
	tunnels = []probe.Tunnel{victim}
	n.farEnd(victim.Destination, simnet.Tunnel{})
	for i := range 5 {
		other := tunnelTo(far(byte(i+1)), n.interval())
		if other.Echo = i == 4; i == 3 {
			other.Device = "near0"
		}
		n.farEnd(other.Destination, simnet.Tunnel{})
		tunnels, others = append(tunnels, other), append(others, i+1)
	}
	return tunnels, others
}

// failsAndRecovers has tunnel 0 fail and checks what is told of it.
func failsAndRecovers(t *testing.T, n network, e *running, f fault, want []error) {
	t.Helper()
	before := len(e.all())
	mend := n.cut(f)
	e.await(t, n.patience(), "down", inState(session.Down, 0))
	mark := len(e.all())
	e.await(t, n.patience(), "it goes on trying", atLeast(2, probe.Unsent, mark, 0))
	unsent := e.all()[before:].of(0).kind(probe.Unsent)
	for _, u := range unsent {
		if !slices.Contains(want, u.Err) {
			t.Errorf("unsent: %v; want %v", u.Err, want)
		}
	}
	if s := e.Stats(); s.SendErrors < uint64(len(unsent)) {
		t.Errorf("%d send errors counted; %d were told of", s.SendErrors, len(unsent))
	}
	mend()
	e.await(t, n.patience(), "up again", inState(session.Up, 0))
}

// Each Unsent takes back the Sent of the same keepalive in the same batch, and
// leaves the counter's step.
func TestUnsentTakesBackSent(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		victim := tunnelTo(beyond(1), n.interval()) // no far end there
		mend := n.cut(noRoute)
		defer mend()
		e := start(t, n.conn(), []probe.Tunnel{victim}, probe.Options{})
		e.await(t, n.patience(), "five tries", atLeast(5, probe.Unsent, 0, 0))
		e.stop(t)
		h := e.all().kind(probe.Sent, probe.Unsent)
		for i := 0; i+1 < len(h); i += 2 {
			sent, unsent := h[i], h[i+1]
			if sent.Kind != probe.Sent || unsent.Kind != probe.Unsent || sent.Seq != unsent.Seq || unsent.Counter != uint32(i/2+1) {
				t.Fatalf("want sent and unsent of %d:\n%s", i/2+1, h[:i+2].tail(9))
			}
		}
		if s := e.Stats(); s.Sent != 0 || s.SendErrors != uint64(len(h)/2) {
			t.Errorf("counted %d sent, %d send errors; want 0, %d", s.Sent, s.SendErrors, len(h)/2)
		}
	})
}

// With the send buffer full nothing goes out and every tunnel is told; the engine
// goes on.
func TestSendBufferFull(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		if r, ok := n.(interface{ smallBuffers() }); ok {
			r.smallBuffers()
		}
		var tunnels []probe.Tunnel
		var every []int
		for i := range 8 {
			tunnel := tunnelTo(far(byte(i+1)), n.interval())
			n.farEnd(tunnel.Destination, simnet.Tunnel{})
			tunnels, every = append(tunnels, tunnel), append(every, i)
		}
		e := start(t, n.conn(), tunnels, probe.Options{})
		e.await(t, n.patience(), "all up", inState(session.Up, every...))
		mend := n.cut(bufferFull)
		e.await(t, n.patience(), "sends refused", func(h history) bool { return len(h.kind(probe.Unsent)) >= 10 })
		mend()
		for _, u := range e.all().kind(probe.Unsent) {
			if u.Err != syscall.ENOBUFS {
				t.Errorf("unsent: %v; want ENOBUFS", u.Err)
			}
		}
		mark := len(e.all())
		e.await(t, n.patience(), "answers again", atLeast(3, probe.Answered, mark, every...))
		e.await(t, n.patience(), "all up", inState(session.Up, every...))
	})
}
