package simnet_test

import (
	"bytes"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"greylag/probe/gre"
	"greylag/probe/simnet"
)

// Linux's default buffer of 212,992 bytes and 876 an answer: full when 244 are in
// it (243 · 876 = 212,868 is less, 244 · 876 is not).
func TestReceiveBufferOverflows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.Plain)
		for id := range uint16(300) {
			w.send(id)
		}
		if got := w.receive(); len(got) != 244 || got[243] != 243 {
			t.Errorf("%d answers, want the first 244", len(got))
		}
		if d := w.conn.Dropped(); d != 56 {
			t.Errorf("dropped %d, want 56", d)
		}
		w.send(1) // it is empty again
		if got := w.receive(); len(got) != 1 || w.conn.Dropped() != 56 {
			t.Errorf("after reading: %d answers", len(got))
		}
		w.conn.SetReceiveBuffer(877) // one and a bit: two
		w.send(1, 2, 3)
		if got := w.receive(); !slices.Equal(got, []uint16{1, 2}) || w.conn.Dropped() != 57 {
			t.Errorf("small buffer: %v, dropped %d", got, w.conn.Dropped())
		}
	})
}

func TestWait(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(w *world)
		wait time.Duration
		wake bool // on packets
		want time.Duration
	}{
		{"nothing", func(*world) {}, time.Second, true, time.Second},
		{"no time", func(*world) {}, 0, true, 0},
		{"negative", func(*world) {}, -time.Second, true, 0},
		{"packet there", func(w *world) { w.conn.Inject([]byte("x")) }, time.Second, true, 0},
		{"packet there, not asked for", func(w *world) { w.conn.Inject([]byte("x")) }, time.Second, false, time.Second},
		{"wake before", func(w *world) { w.conn.Wake(); w.conn.Wake() }, time.Second, false, 0},
		{"wake during", func(w *world) { time.AfterFunc(300*ms, w.conn.Wake) }, time.Second, false, 300 * ms},
		{"packet during", func(w *world) {
			time.AfterFunc(300*ms, func() { w.conn.Inject([]byte("x")) })
		}, time.Second, true, 300 * ms},
		{"packet during, not asked for", func(w *world) {
			time.AfterFunc(300*ms, func() { w.conn.Inject([]byte("x")) })
		}, time.Second, false, time.Second},
		{"answer under way", func(w *world) {
			w.path(addrB, addrA).Set(simnet.Impairment{Delay: 250 * ms})
			w.send(1)
		}, time.Second, true, 250 * ms},
		{"answer under way, not asked for", func(w *world) {
			w.path(addrB, addrA).Set(simnet.Impairment{Delay: 250 * ms})
			w.send(1)
		}, time.Second, false, time.Second},
		{"answer too late", func(w *world) {
			w.path(addrB, addrA).Set(simnet.Impairment{Delay: 2 * time.Second})
			w.send(1)
		}, time.Second, true, time.Second},
		{"packet that the filter holds back", func(w *world) {
			w.must(w.far.SetScenario(simnet.Silent))
			w.send(1)
		}, time.Second, true, time.Second},
		{"sent by another while waiting", func(w *world) {
			other := w.host.ReflectConn()
			w.path(addrA, addrB).Set(simnet.Impairment{Delay: 100 * ms})
			time.AfterFunc(300*ms, func() {
				other.QueuePacket(addrB.As4(), request(spec(), 9))
				other.Flush(nil)
			})
		}, time.Second, true, 400 * ms},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, simnet.Plain)
				c.do(w)
				begun := time.Now()
				w.conn.Wait(c.wait, c.wake)
				if took := time.Since(begun); took != c.want {
					t.Errorf("waited %v, want %v", took, c.want)
				}
			})
		})
	}
}

// One Wake ends one Wait.
func TestWakeIsUsedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.Plain)
		w.conn.Wake()
		for i, want := range []time.Duration{0, time.Second, time.Second} {
			begun := time.Now()
			w.conn.Wait(time.Second, true)
			if took := time.Since(begun); took != want {
				t.Errorf("wait %d took %v, want %v", i, took, want)
			}
		}
	})
}

// Each socket takes in what its filter in the kernel lets through.
func TestFilters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := simnet.New(1)
		h, err := n.Host(addrB)
		if err != nil {
			t.Fatal(err)
		}
		conn, reflector := h.Conn(), h.ReflectConn()
		sender, err := n.Host(addrA)
		if err != nil {
			t.Fatal(err)
		}
		out := sender.ReflectConn()
		for _, c := range []struct {
			name            string
			edit            func(outer, inner []byte)
			toConn, toOther int
		}{
			{"request", func(_, _ []byte) {}, 0, 1},
			{"with metadata", func(o, _ []byte) { o[22], o[23] = 0x89, 9 }, 0, 1},
			{"answer", func(o, _ []byte) { o[22] = 0 }, 1, 0},
			{"other GRE", func(o, _ []byte) { o[22], o[23] = 0x65, 0x58 }, 0, 0},
			{"three octets of GRE", func(o, _ []byte) { o[3] = 23 }, 0, 0},
			{"ICMP error", func(o, _ []byte) { o[9], o[20] = 1, 3 }, 0, 0},
			{"echo reply", func(o, _ []byte) { o[9], o[20], o[24] = 1, 0, 1 }, 1, 0},
			{"echo request", func(o, _ []byte) { o[9], o[20] = 1, 8 }, 0, 0},
			{"TCP", func(o, _ []byte) { o[9] = 6 }, 0, 0},
			{"to a stranger", func(o, _ []byte) { o[19] = 9 }, 0, 0},
			{"fragment", func(o, _ []byte) { o[7] = 1 }, 0, 0},
		} {
			out.QueuePacket(addrB.As4(), edited(t, c.edit))
			out.Flush(func(_ int, err error) { t.Errorf("%s: %v", c.name, err) })
			if got := received(conn); got != c.toConn {
				t.Errorf("%s: %d to Conn, want %d", c.name, got, c.toConn)
			}
			if got := received(reflector); got != c.toOther {
				t.Errorf("%s: %d to ReflectConn, want %d", c.name, got, c.toOther)
			}
		}
	})
}

// edited is a changed request, cut at its total length as IP_HDRINCL wants it.
func edited(t *testing.T, edit func(outer, inner []byte)) []byte {
	p := change(t, edit)
	return p[:p[3]]
}

// received takes in all that has arrived, and counts it.
func received(c receiver) (n int) {
	_ = drain(c, func([]byte, time.Time) { n++ })
	return n
}

// Inject passes any bytes, now, as they are.
func TestInject(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.Plain)
		raw := []byte("no packet at all")
		w.conn.Inject(raw)
		raw[0] = 'N'
		w.conn.Inject(nil)
		now := time.Now()
		time.Sleep(time.Second)
		w.receive()
		if len(w.got) != 2 || string(w.got[0].packet) != "no packet at all" || !w.got[0].at.Equal(now) || len(w.got[1].packet) != 0 {
			t.Errorf("got %v", w.got)
		}
	})
}

// What arrived before is read before.
func TestInjectKeepsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.Plain)
		w.path(addrB, addrA).Set(simnet.Impairment{Delay: 10 * ms})
		w.send(1)
		time.Sleep(20 * ms)
		w.conn.Inject(answerOf(request(spec(), 2)))
		if got := w.receive(); !slices.Equal(got, []uint16{1, 2}) {
			t.Errorf("got %v", got)
		}
	})
}

func TestFailReceive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.Plain)
		w.send(1)
		w.conn.FailReceive(syscall.ENETDOWN)
		if _, err := w.conn.Receive(nil); err != syscall.ENETDOWN {
			t.Errorf("got %v", err)
		}
		w.conn.FailReceive(nil)
		if got := w.receive(); !slices.Equal(got, []uint16{1}) {
			t.Errorf("afterwards %v", got)
		}
	})
}

// A handler may send: the answer comes in the next batch, and the buffer that
// handlers see is not overwritten by it.
func TestReceiveWhileSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.Plain)
		w.send(1)
		var ids []uint16
		answer := func(p []byte, _ time.Time) {
			before := bytes.Clone(p)
			if a, _ := gre.ParseAnswer(p); len(ids) < 3 {
				ids = append(ids, a.ID)
				w.send(a.ID+1, a.ID+100)
			}
			if !bytes.Equal(p, before) {
				t.Error("the packet changed during the call")
			}
		}
		for range 3 {
			w.must(drain(w.conn, answer))
		}
		if !slices.Equal(ids, []uint16{1, 2, 101}) {
			t.Errorf("answers %v", ids)
		}
	})
}

// Settings change under a running loop; the race detector looks on.
func TestConcurrentUse(t *testing.T) {
	w := newWorld(t, simnet.Plain)
	w.net.SetDefault(simnet.Impairment{Delay: 100 * time.Microsecond})
	out := w.path(addrA, addrB)
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 200 {
			out.Set(simnet.Impairment{Loss: float64(i%2) / 2})
			w.far.SetScenario(simnet.Scenarios()[i%len(simnet.Scenarios())])
			w.host.SetFault(simnet.Fault{Device: "eth9", Err: syscall.ENODEV})
			w.net.SetDefault(simnet.Impairment{Delay: time.Duration(i) * time.Microsecond})
			w.conn.Inject([]byte{1})
			w.conn.Dropped()
			w.conn.Wake()
		}
		w.far.SetScenario(simnet.Plain)
		out.Set(simnet.Impairment{})
	})
	for id := range uint16(200) {
		w.send(id)
		w.conn.Wait(ms, true)
		w.receive()
	}
	wg.Wait()
	w.send(999)
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); {
		w.conn.Wait(100*ms, true)
		if slices.Contains(w.receive(), 999) {
			return
		}
	}
	t.Error("no answer in real time")
}
