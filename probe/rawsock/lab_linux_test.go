package rawsock

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"greylag/probe/netlab"
	"greylag/probe/netlab/netlabtest"
)

const patience = time.Minute // bounds what must come

var (
	nearAddress = netip.MustParseAddr("192.0.2.1")
	farAddress  = netip.MustParseAddr("198.51.100.7")
	nobody      = netip.MustParseAddr("203.0.113.1") // no route
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// far is the far side of a lab, which takes what is sent and says nothing.
type far struct {
	*netlab.Lab
	*netlab.Server
	arrived chan []byte
}

func newFar(t testing.TB) *far {
	t.Helper()
	f := &far{Lab: netlabtest.Lab(t), arrived: make(chan []byte, 10_000)}
	must(t, f.FarPrefix(netip.PrefixFrom(farAddress, 24)))
	var err error
	f.Server, err = f.Serve(t.Context(), func([4]byte) netlab.Responder { return f })
	must(t, err)
	return f
}

// Handle implements netlab.Responder.
func (f *far) Handle(packet []byte, _ time.Time, _ func(time.Duration, []byte)) {
	f.arrived <- bytes.Clone(packet)
}

// next returns the next packet that arrived at the far side.
func (f *far) next(t *testing.T) []byte {
	t.Helper()
	select {
	case p := <-f.arrived:
		return p
	case <-time.After(patience):
		t.Fatal("nothing arrived at the far side")
		return nil
	}
}

func open(t testing.TB, o Options) *Conn {
	t.Helper()
	c, err := Open(o)
	must(t, err)
	t.Cleanup(func() { must(t, c.Close()) })
	return c
}

func openReflect(t testing.TB, buffer int) *ReflectConn {
	t.Helper()
	c, err := OpenReflect(buffer)
	must(t, err)
	t.Cleanup(func() { must(t, c.Close()) })
	return c
}

func egressOf(t testing.TB, c *Conn, protocol uint8, source netip.Addr, device string, ttl, tos uint8) int {
	t.Helper()
	way, err := c.Egress(protocol, source, device, ttl, tos)
	must(t, err)
	return way
}

// flushed flushes and returns what failed, by place.
func flushed(c interface{ Flush(func(int, error)) }) map[int]error {
	errs := map[int]error{}
	c.Flush(func(place int, err error) { errs[place] = err })
	return errs
}

// receiver of packets: a Conn or a ReflectConn.
type receives interface {
	Receive(handle func(packet []byte, at time.Time)) (more bool, err error)
	Wait(d time.Duration, wakeOnPacket bool)
}

// drain takes in all that has arrived.
func drain(c receives, handle func(packet []byte, at time.Time)) error {
	for {
		if more, err := c.Receive(handle); err != nil || !more {
			return err
		}
	}
}

// receiveAll waits for n packets and returns them.
func receiveAll(t *testing.T, c receives, n int) (packets [][]byte, times []time.Time) {
	t.Helper()
	for deadline := time.Now().Add(patience); len(packets) < n; {
		if time.Now().After(deadline) {
			t.Fatalf("%d packets came; want %d", len(packets), n)
		}
		c.Wait(time.Until(deadline), true)
		must(t, drain(c, func(p []byte, at time.Time) {
			packets, times = append(packets, bytes.Clone(p)), append(times, at)
		}))
	}
	return packets, times
}
