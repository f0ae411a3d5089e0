package simnet_test

import (
	"bytes"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"greylag/probe/gre"
	"greylag/probe/simnet"
)

// peerSpec is the far end's own keepalive: from B to A.
func peerSpec() gre.Spec {
	return gre.Spec{Source: addrB, Destination: addrA, TTL: 255, TOS: 0xc0}
}

func origin(t *testing.T, s gre.Spec) *simnet.Origin {
	t.Helper()
	o, err := simnet.NewOrigin(s)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// reflectAll answers each request that is there: inner packet, TTL minus 1.
func reflectAll(t *testing.T, c *simnet.ReflectConn) (n int) {
	var answers [][]byte
	err := drain(c, func(p []byte, _ time.Time) {
		r, err := gre.ParseRequest(p)
		if err != nil {
			t.Errorf("request %x: %v", p, err)
			return
		}
		answer := bytes.Clone(r.Inner)
		gre.DecrementTTL(answer)
		answers = append(answers, answer)
	})
	if err != nil {
		t.Error(err)
	}
	for _, a := range answers {
		c.QueuePacket(addrB.As4(), a)
	}
	c.Flush(func(_ int, err error) { t.Error(err) })
	return len(answers)
}

// A far end sends its own keepalives every 5 s (R12), and learns which return.
func TestOriginate(t *testing.T) {
	for _, s := range []simnet.Scenario{simnet.Plain, simnet.Silent} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, s)
			conn := w.host.ReflectConn()
			w.path(addrB, addrA).Set(simnet.Impairment{Delay: 20 * ms})
			w.path(addrA, addrB).Set(simnet.Impairment{Delay: 7 * ms})
			o := origin(t, peerSpec())
			stop := w.net.Originate(o, 5*time.Second)
			begun := time.Now()
			for n := range uint64(4) {
				conn.Wait(time.Hour, true)
				if at, want := time.Since(begun), time.Duration(n)*5*time.Second+20*ms; at != want {
					t.Errorf("request %d at %v, want %v", n, at, want)
				}
				if got := reflectAll(t, conn); got != 1 {
					t.Errorf("%d requests at once", got)
				}
				if o.Sent() != n+1 || o.Returned() != n {
					t.Errorf("sent %d, returned %d", o.Sent(), o.Returned())
				}
				time.Sleep(7 * ms)
				w.receive()
				if o.Returned() != n+1 {
					t.Errorf("7ms later: returned %d, want %d", o.Returned(), n+1)
				}
			}
			stop()
			time.Sleep(time.Minute)
			if reflectAll(t, conn) != 0 || o.Sent() != 4 {
				t.Errorf("after stop: sent %d", o.Sent())
			}
		})
	}
}

// An answer whose IP header was damaged on the way is not counted: of 24 octets 20
// are the header, and of the 4 others only flags that mean nothing may differ
// (34 of 255 values, in 2 of 24 octets: 2 of 300).
func TestOriginateOverCorruption(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.Plain)
		conn := w.host.ReflectConn()
		w.path(addrA, addrB).Set(simnet.Impairment{Corrupt: 1})
		o := origin(t, peerSpec())
		w.net.Originate(o, time.Second)
		for range 300 {
			reflectAll(t, conn)
			time.Sleep(time.Second)
		}
		if o.Sent() < 300 || o.Returned() > 12 {
			t.Errorf("of %d, %d returned, want about 2", o.Sent(), o.Returned())
		}
	})
}

func TestOriginateOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.Plain)
		conn := w.host.ReflectConn()
		o := origin(t, peerSpec())
		w.net.Originate(o, 0)
		time.Sleep(time.Minute)
		if got := reflectAll(t, conn); got != 1 {
			t.Errorf("%d requests, want 1", got)
		}
	})
}

func answerOf(request []byte) []byte {
	r, err := gre.ParseRequest(request)
	if err != nil {
		panic(err)
	}
	answer := bytes.Clone(r.Inner)
	gre.DecrementTTL(answer)
	return answer
}

// Only a first answer to one of the last 256 counts.
func TestOriginTakes(t *testing.T) {
	o := origin(t, peerSpec())
	first := answerOf(o.Append(nil))
	if o.Take(first[:23]) || o.Take(unhex(t, bareRequest)) || o.Take(unhex(t, bareAnswer)) {
		t.Error("took what is no answer of its own")
	}
	unknown := bytes.Clone(first)
	unknown[4] ^= 0x80
	if o.Take(unknown) {
		t.Error("took an identification that was not sent")
	}
	if !o.Take(first) || o.Take(first) {
		t.Error("an answer counts once")
	}
	second := answerOf(o.Append(nil))
	for range 255 {
		o.Append(nil)
	}
	if !o.Take(second) {
		t.Error("an answer 255 keepalives late counts")
	}
	third := answerOf(o.Append(nil))
	for range 256 {
		o.Append(nil)
	}
	if o.Take(third) {
		t.Error("an answer 256 keepalives late does not")
	}
	if o.Sent() != 2+255+1+256 || o.Returned() != 2 {
		t.Errorf("sent %d, returned %d", o.Sent(), o.Returned())
	}
}

// Identification 0 is left out: a kernel would replace it.
func TestOriginNeverUsesIdentification0(t *testing.T) {
	o := origin(t, peerSpec())
	for n := range 1<<16 + 300 {
		p := o.Append(nil)
		if p[28] == 0 && p[29] == 0 {
			t.Fatalf("keepalive %d has identification 0", n)
		}
		if !o.Take(answerOf(p)) {
			t.Fatalf("the answer of keepalive %d does not count", n)
		}
	}
}

func TestOriginSignedAndTranslated(t *testing.T) {
	s := peerSpec()
	s.Secret = &gre.Secret{1, 2, 3}
	s.ReplyTo = netip.MustParseAddr("203.0.113.9")
	o := origin(t, s)
	p := o.Append(nil)
	answer := bytes.Clone(p[24:]) // mirrored it is not
	forged := bytes.Clone(answer)
	forged[len(forged)-1] ^= 1
	if o.Take(forged) || !o.Take(answer) {
		t.Error("the signature decides")
	}
}

func TestNewOriginRefusesIPv6(t *testing.T) {
	six := netip.IPv6Loopback()
	for _, s := range []gre.Spec{
		{Source: six, Destination: addrA}, {Source: addrB, Destination: six},
		{Source: addrB, Destination: addrA, ReplyTo: six}, {},
	} {
		if _, err := simnet.NewOrigin(s); err == nil {
			t.Errorf("%+v was taken", s)
		}
	}
}

func BenchmarkRoundTrip(b *testing.B) {
	w := newWorld(b, simnet.Plain)
	payload := request(spec(), 1)[20:]
	b.ReportAllocs()
	for b.Loop() {
		w.conn.Queue(w.egress, addrB.As4(), payload)
		w.conn.Flush(nil)
		w.conn.Receive(func([]byte, time.Time) {})
	}
}
