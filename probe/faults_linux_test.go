package probe_test

import (
	"bytes"
	"context"
	"net/netip"
	"sync"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/simnet"
)

// realWays is a lab whose far ends, and the ways to them, are a simulated network
// behind the kernels of both sides: so real sockets meet each fault that a way can
// have.
type realWays struct {
	*real
	net  *simnet.Net
	host *simnet.Host
	in   *simnet.ReflectConn // takes in what reaches the far side
}

func newRealWays(t *testing.T) *realWays {
	t.Helper()
	n := &realWays{real: newReal(t), net: simnet.New(1)}
	var err error
	n.host, err = n.net.Host(near, nearOther)
	must(t, err)
	n.in = n.host.ReflectConn()
	n.in.SetReceiveBuffer(0) // nobody reads it
	out := n.host.Conn()
	ctx, stop := context.WithCancel(context.Background())
	var pumps sync.WaitGroup
	for _, s := range []*simnet.Socket{out.Socket, out.Errors, out.Replies} {
		s.SetReceiveBuffer(16 << 20)
		pumps.Go(func() { n.pump(ctx, s) })
	}
	t.Cleanup(func() { stop(); pumps.Wait() })
	return n
}

func (n *realWays) pump(ctx context.Context, s *simnet.Socket) {
	defer context.AfterFunc(ctx, s.Wake)()
	for ctx.Err() == nil {
		s.Wait(time.Minute, true)
		// A packet that the kernel refuses, damaged as it is, is lost.
		_, _ = s.Receive(func(packet []byte, _ time.Time) { _ = n.server.Send(packet) })
	}
}

// Handle implements netlab.Responder.
func (n *realWays) Handle(packet []byte, _ time.Time, _ func(time.Duration, []byte)) {
	n.in.QueuePacket([4]byte(packet[16:]), bytes.Clone(packet))
	n.in.Flush(func(int, error) {})
}

func (n *realWays) farEnd(address netip.Addr, tunnels ...simnet.Tunnel) *simnet.FarEnd {
	n.t.Helper()
	f, err := simnet.NewFarEnd(address, simnet.Plain, tunnels...)
	must(n.t, err)
	must(n.t, n.net.Add(f))
	n.put(address, n)
	return f
}

// realFaults befall a fleet on real kernels, several at once: each tunnel notices
// some of them, and there is little time.
var realFaults = []faultCase{
	{name: "each way another, while device, route and address come and go",
		begin: together(eachWayAnother, inTurn(cutting(noDevice), cutting(noRoute), cutting(noAddress)))},
	{name: "loss by nftables, while far ends reboot and move, and ENOBUFS",
		begin: together(dropping10, inTurn(reboots, farMoves, cutting(bufferFull)))},
}

// The same on real namespaces. This host may be so busy that the engine is away for
// a second, which excuses keepalives; what is told must be right all the same.
func TestFaultsReal(t *testing.T) {
	length, _ := faultTime(t)
	length = min(length/400, time.Minute)
	for n, c := range realFaults {
		t.Run(c.name, func(t *testing.T) {
			apart(t, func(t *testing.T) {
				w := newRealWays(t)
				w.buffer = 40_000 // so little that sending can fail
				s := newStage(t, w, w.net, uint64(n), w.interval())
				s.tolerance, s.slack = -1, 4*s.unit
				s.loses.Store(true)
				s.befall(c, length)
				f := s.witness.fates
				if f[probe.Unsent] == 0 || n == 0 && f[probe.Duplicate] == 0 {
					t.Errorf("%v: not all that was to happen has", f)
				}
			})
		})
	}
}

// together brings about several faults at once.
func together(faults ...func(*stage) func()) func(*stage) func() {
	return func(s *stage) (end func()) {
		var ends []func()
		for _, f := range faults {
			ends = append(ends, f(s))
		}
		return func() {
			for _, end := range ends {
				end()
			}
		}
	}
}

// eachWayAnother has tunnel n's way do what the nth of the simulated faults does,
// at the pace of the real one.
func eachWayAnother(s *stage) (end func()) {
	var ways []simnet.Impairment
	for _, c := range faultCases {
		if c.ways != (simnet.Impairment{}) {
			ways = append(ways, c.ways)
		}
	}
	set := func(n int, i simnet.Impairment) {
		t := s.tunnels[n]
		for _, ends := range [][2]netip.Addr{{t.Source, t.Destination}, {t.Destination, t.Source}} {
			p, err := s.ways.Path(ends[0], ends[1])
			must(s.T, err)
			p.Set(i)
		}
	}
	slower := 5 * time.Second / s.unit // the simulated unit
	for n := range s.tunnels {
		i := ways[n%len(ways)]
		i.Delay, i.Jitter, i.HeldBack = i.Delay/slower, i.Jitter/slower, i.HeldBack/slower
		set(n, i)
	}
	return func() {
		for n := range s.tunnels {
			set(n, simnet.Impairment{})
		}
	}
}

// inTurn brings about one fault after the other.
func inTurn(faults ...func(*stage) func()) func(*stage) func() {
	return func(s *stage) (end func()) {
		for _, f := range faults {
			end := f(s)
			s.live(5 * s.unit)
			end()
			s.live(3 * s.unit)
		}
		return func() {}
	}
}

// dropping10 has this host's kernel lose a tenth of what arrives, at random.
func dropping10(s *stage) (end func()) {
	n := s.net.(*realWays)
	n.command("nft", "add table ip loss; add chain ip loss in { type filter hook input priority 0; }; "+
		"add rule ip loss in meta l4proto { gre, icmp } numgen random mod 100 < 10 drop")
	return func() { n.command("nft", "delete table ip loss") }
}
