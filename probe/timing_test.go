package probe_test

import (
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/session"
	"greylag/probe/simnet"
)

// A far end loses its tunnel and gets it back, for several retries and
// intervals at once: the events must be those of R10 and R11.
func TestLineProtocol(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		var (
			tunnels []probe.Tunnel
			ends    []*simnet.FarEnd
			every   []int
		)
		for i, retries := range []int{1, 2, 3, 4, 7} {
			tunnel := tunnelTo(far(byte(i+1)), n.interval()*time.Duration(2+i%3)/2)
			tunnel.Retries = retries
			tunnels, every = append(tunnels, tunnel), append(every, i)
			ends = append(ends, n.farEnd(tunnel.Destination, simnet.Tunnel{}))
		}
		e := start(t, n.conn(), tunnels, probe.Options{})
		e.await(t, n.patience(), "all up", inState(session.Up, every...))
		e.await(t, n.patience(), "three answers each", atLeast(3, probe.Answered, 0, every...))
		setAll(t, ends, simnet.NoTunnel)
		e.await(t, n.patience(), "all down", inState(session.Down, every...))
		mark := len(e.all())
		e.await(t, n.patience(), "sending goes on", atLeast(4, probe.Sent, mark, every...))
		setAll(t, ends, simnet.Plain)
		e.await(t, n.patience(), "all up again", inState(session.Up, every...))
		e.stop(t)
		tolerance := n.tolerance()
		if e.Stats().LateSends > 0 { // this machine was busy, and the engine says so
			tolerance = n.interval() / 2
		}
		for i, tunnel := range tunnels {
			obeysR10R11(t, tunnel, e.all().of(i), tolerance)
		}
	})
}

func setAll(t *testing.T, ends []*simnet.FarEnd, s simnet.Scenario) {
	t.Helper()
	for _, f := range ends {
		must(t, f.SetScenario(s))
	}
}

// obeysR10R11 checks the history of a tunnel that was up, down, and up again.
func obeysR10R11(t *testing.T, tunnel probe.Tunnel, h history, tolerance time.Duration) {
	t.Helper()
	h = h.protocol()
	lines := h.kind(probe.Line)
	if len(lines) != 3 || lines[1].To != session.Down || lines[2].To != session.Up {
		t.Errorf("retries %d: lines:\n%swant up, down, up", tunnel.Retries, lines.tail(9))
		return
	}
	down := goesDown(t, tunnel, h, tolerance)
	comesUp(t, tunnel, h, down)
}

// goesDown checks R10: as the (retries+1)th keepalive after the last one answered
// falls due, not sooner and not later. It returns the place of the event.
func goesDown(t *testing.T, tunnel probe.Tunnel, h history, tolerance time.Duration) (place int) {
	t.Helper()
	var answered uint32
	for h[place].Kind != probe.Line || h[place].To != session.Down {
		if h[place].Kind == probe.Answered {
			answered = h[place].Seq
		}
		place++
	}
	line, sent := h[place], h[place+1]
	want := answered + uint32(tunnel.Retries) + 1
	if sent.Kind != probe.Sent || sent.Seq != want || sent.Counter != uint32(tunnel.Retries)+1 || !line.At.Equal(sent.At) {
		t.Errorf("retries %d: after the answer of %d, want down with the sending of %d:\n%s",
			tunnel.Retries, answered, want, h[:place+2].tail(20))
	}
	if line.From != session.Up || line.Counter != uint32(tunnel.Retries) {
		t.Errorf("retries %d: %+v; want from up, at counter %[1]d", tunnel.Retries, line)
	}
	second := h.kind(probe.Sent)[1] // the first may be early
	due := second.At.Add(time.Duration(want-2) * tunnel.Interval)
	if off := line.At.Sub(due); off.Abs() > tolerance {
		t.Errorf("retries %d: down %v off its time", tunnel.Retries, off)
	}
	return place
}

// comesUp checks R11: the counter goes on rising, and the first answer brings the
// line up.
func comesUp(t *testing.T, tunnel probe.Tunnel, h history, down int) {
	t.Helper()
	counter := uint32(tunnel.Retries)
	for i := down + 1; i < len(h); i++ {
		switch e := h[i]; e.Kind {
		case probe.Sent:
			if counter++; e.Counter != counter {
				t.Errorf("retries %d: sent with counter %d; want %d", tunnel.Retries, e.Counter, counter)
			}
		case probe.Answered:
			up := h[i+1]
			if up.Kind != probe.Line || up.From != session.Down || up.Counter != 0 || e.Counter != 0 || !up.At.Equal(e.At) {
				t.Errorf("retries %d: want up with the first answer:\n%s", tunnel.Retries, h[:i+2].tail(9))
			}
			if counter < uint32(tunnel.Retries)+4 {
				t.Errorf("retries %d: counter rose to %d only", tunnel.Retries, counter)
			}
			return
		default:
			t.Errorf("retries %d: unexpected while down: %s", tunnel.Retries, h[i:i+1].tail(1))
		}
	}
	t.Errorf("retries %d: never up again", tunnel.Retries)
}

// A far end that is not there: pending until retries are exhausted, then down.
func TestPendingUntilExhausted(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		tunnel := tunnelTo(far(1), n.interval())
		tunnel.Retries = 2
		e := start(t, n.conn(), []probe.Tunnel{tunnel}, probe.Options{})
		e.await(t, n.patience(), "down", inState(session.Down, 0))
		e.stop(t)
		lines := e.all().kind(probe.Line)
		if lines[0].From != session.Pending || lines[0].Seq != 3 || lines[0].Counter != 2 {
			t.Errorf("%+v; want pending→down as keepalive 3 falls due", lines[0])
		}
	})
}

// up_after answers in a row bring a line up that was down; the counter is 0 from
// the first on.
func TestUpAfter(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		tunnel := tunnelTo(far(1), n.interval())
		tunnel.UpAfter = 3
		end := n.farEnd(far(1), simnet.Tunnel{})
		e := start(t, n.conn(), []probe.Tunnel{tunnel}, probe.Options{})
		e.await(t, n.patience(), "up", inState(session.Up, 0))
		must(t, end.SetScenario(simnet.ACL))
		e.await(t, n.patience(), "down", inState(session.Down, 0))
		must(t, end.SetScenario(simnet.Plain))
		mark := len(e.all())
		e.await(t, n.patience(), "up again", inState(session.Up, 0))
		e.stop(t)
		h := e.all()[mark:]
		for h[0].Kind != probe.Line {
			h = h[1:]
		}
		before := e.all()[mark : len(e.all())-len(h)].kind(probe.Answered)
		if len(before) != 3 || before[0].Counter != 0 {
			t.Errorf("%d answers brought it up; want 3:\n%s", len(before), e.all().tail(20))
		}
	})
}
