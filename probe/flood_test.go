package probe_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/icmp"
	"greylag/probe/session"
	"greylag/probe/simnet"
)

// forger makes errors about tunnels that it knows all of, but for the
// identifications; and replies to echoes that it has not seen.
type forger struct {
	tunnels []probe.Tunnel
	random  *rand.Rand
}

// next returns one of: a quote that fits, one with an identification that is
// guessed, one of no tunnel, a reply with a guessed tag.
func (f *forger) next() []byte {
	t := f.tunnels[f.random.IntN(len(f.tunnels))]
	kind, code := []byte{3, 11, 12}[f.random.IntN(3)], byte(f.random.IntN(16))
	whole := quote(t, uint16(f.random.Uint32()))
	switch f.random.IntN(8) {
	case 0:
		return icmpError(near, kind, code, whole)
	case 1:
		binary.BigEndian.PutUint32(whole[16:], f.random.Uint32())
		return icmpError(near, kind, code, whole[:28])
	case 2:
		return f.reply(t)
	}
	return icmpError(near, kind, code, whole[:28])
}

func (f *forger) reply(t probe.Tunnel) []byte {
	var mark icmp.Mark
	binary.BigEndian.PutUint32(mark[:], uint32(f.random.IntN(len(f.tunnels))))
	mark[7] = byte(f.random.IntN(50))
	binary.BigEndian.PutUint64(mark[8:], f.random.Uint64())
	message := icmp.AppendMarkedEcho(nil, evidenceID, uint16(f.random.IntN(8)), mark)
	message[0], message[2], message[3] = 0, 0, 0
	binary.BigEndian.PutUint16(message[2:], internetChecksum(message))
	return header{ttl: 64, protocol: 1}.packet(t.Destination, near, message)
}

const floodCount = 100_000

// A flood of forged errors and replies changes no state and loses no answer; what
// is told of it is bounded.
func TestForgedEvidence(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		var tunnels []probe.Tunnel
		var every []int
		interval := max(n.interval(), 200*time.Millisecond) // so that a busy machine is no outage
		for i := range 20 {
			tunnel := tunnelTo(far(byte(i+1)), interval)
			if tunnel.Echo = i%5 == 4; i%5 == 3 {
				tunnel.HasKey, tunnel.Key = true, uint32(i)
			}
			n.farEnd(tunnel.Destination, simnet.Tunnel{HasKey: tunnel.HasKey, Key: tunnel.Key})
			tunnels, every = append(tunnels, tunnel), append(every, i)
		}
		// One that is down makes the engine look at evidence in each turn.
		tunnels = append(tunnels, tunnelTo(far(100), interval))
		e := start(t, n.conn(), tunnels, probe.Options{EchoID: echoID})
		e.await(t, n.patience(), "all up", inState(session.Up, every...))
		e.await(t, n.patience(), "one down", inState(session.Down, len(tunnels)-1))
		begun := time.Now()
		f := forger{tunnels, rand.New(rand.NewPCG(5, 6))}
		for k := range floodCount {
			n.inject(f.next())
			if k%1000 == 999 {
				time.Sleep(interval / 60) // some intervals in all
			}
		}
		mark := len(e.all())
		e.await(t, n.patience(), "they go on", atLeast(3, probe.Answered, mark, every...))
		e.stop(t)
		took := time.Since(begun)
		for i := range every {
			stayedUp(t, tunnels[i].Name, e.all().of(i).protocol(), map[bool]uint8{false: 254, true: 64}[tunnels[i].Echo])
		}
		told(t, e, len(tunnels), took)
	})
}

// told checks what was told of a flood that took so long.
func told(t *testing.T, e *running, tunnels int, took time.Duration) {
	t.Helper()
	h, s := e.all(), e.Stats()
	most := tunnels * (int(took/(100*time.Millisecond)) + 1)
	if refused := len(h.kind(probe.Refused)); refused == 0 || refused > most {
		t.Errorf("%d times refused in %v; want some, %d at most", refused, took, most)
	}
	if len(h.kind(probe.Replied)) != 0 || h.line(tunnels-1) != session.Down {
		t.Errorf("the forger brought about a reply, or an answer:\n%s", h.tail(20))
	}
	if s.Evidence == 0 || s.Strangers == 0 || s.Dropped != 0 || len(h.kind(probe.Excused)) != 0 {
		t.Errorf("%+v; want some evidence and strangers, and nothing excused", s)
	}
	t.Logf("%d forged in %v: %d looked at, %d told", floodCount, took, s.Evidence+s.Strangers, len(h.kind(probe.Refused)))
}
