package simnet_test

import (
	"bytes"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"greylag/probe/simnet"
)

const ms = time.Millisecond

// An answer takes the delay of both ways, to the nanosecond, however late it is
// read: the time is that of its arrival.
func TestDelayIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.Plain)
		w.path(addrA, addrB).Set(simnet.Impairment{Delay: 30 * ms})
		w.path(addrB, addrA).Set(simnet.Impairment{Delay: 12*ms + 1})
		sent := time.Now()
		w.send(7)
		w.conn.Wait(time.Second, true)
		if rtt := time.Since(sent); rtt != 42*ms+1 {
			t.Errorf("woken after %v, want 42.000001ms", rtt)
		}
		if got := w.receive(); !slices.Equal(got, []uint16{7}) || !w.got[0].at.Equal(sent.Add(42*ms+1)) {
			t.Errorf("got %v", w.got)
		}
		w.send(8)
		sent = time.Now()
		w.conn.Wait(time.Second, false)
		if got := w.receive(); !slices.Equal(got, []uint16{8}) || w.got[0].at.Sub(sent) != 42*ms+1 {
			t.Errorf("read late: %v", w.got)
		}
	})
}

// carried sends n keepalives 10 ms apart over an impaired way to the far end, and
// returns the answers in the order of arrival, and the times they took.
func carried(t *testing.T, seed uint64, n int, i simnet.Impairment) (ids []uint16, took []time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		w := seeded(t, simnet.Plain, seed)
		w.conn.SetReceiveBuffer(1 << 30)
		w.net.SetDefault(i)
		w.path(addrB, addrA).Set(simnet.Impairment{})
		begun := time.Now()
		for id := 1; id <= n; id++ {
			w.send(uint16(id))
			time.Sleep(10 * ms)
		}
		time.Sleep(time.Minute)
		ids = w.receive()
		for k, id := range ids {
			took = append(took, w.got[k].at.Sub(begun)-time.Duration(id-1)*10*ms)
		}
	})
	return ids, took
}

func TestJitterKeepsOrder(t *testing.T) {
	ids, took := carried(t, 1, 1000, simnet.Impairment{Delay: 50 * ms, Jitter: 40 * ms})
	if len(ids) != 1000 || !slices.IsSorted(ids) {
		t.Errorf("%d answers, sorted %v", len(ids), slices.IsSorted(ids))
	}
	if low, high := slices.Min(took), slices.Max(took); low < 50*ms || low > 55*ms || high < 85*ms || high >= 90*ms {
		t.Errorf("they took %v to %v, want 50ms to 90ms", low, high)
	}
}

// 10 % of 10,000: mean 1,000, standard deviation √(10000·0.1·0.9) = 30; five of
// these are allowed.
func TestLoss(t *testing.T) {
	ids, _ := carried(t, 1, 10_000, simnet.Impairment{Loss: 0.1})
	if lost := 10_000 - len(ids); lost < 850 || lost > 1150 {
		t.Errorf("%d lost, want about 1000", lost)
	}
	if n := len(runs(ids, 10_000)); n < 780 || n > 1020 { // 10000·0.1·0.9 = 900 runs
		t.Errorf("%d runs of losses, want about 900", n)
	}
	if ids, _ := carried(t, 1, 100, simnet.Impairment{Loss: 1, Burst: 3}); len(ids) != 0 {
		t.Errorf("with loss 1, %d came through", len(ids))
	}
}

// runs returns the lengths of the gaps in ids, which are of 1 … n.
func runs(ids []uint16, n int) (lengths []int) {
	next := 1
	for _, id := range append(slices.Clone(ids), uint16(n+1)) {
		if int(id) > next {
			lengths = append(lengths, int(id)-next)
		}
		next = int(id) + 1
	}
	return lengths
}

// 20 % lost in bursts of 5: of 20,000 about 4,000 in 800 bursts. The number of
// bursts spreads by about √800 = 28, the loss by about 5·28·√2 = 200.
func TestLossInBursts(t *testing.T) {
	ids, _ := carried(t, 2, 20_000, simnet.Impairment{Loss: 0.2, Burst: 5})
	lost, bursts := 20_000-len(ids), len(runs(ids, 20_000))
	if lost < 3200 || lost > 4800 {
		t.Errorf("%d lost, want about 4000", lost)
	}
	if mean := float64(lost) / float64(bursts); mean < 4.3 || mean > 5.7 {
		t.Errorf("bursts are %.2f long, want 5", mean)
	}
}

// 30 % of 2,000 come twice: mean 600, standard deviation 20.5.
func TestDuplication(t *testing.T) {
	ids, _ := carried(t, 3, 2000, simnet.Impairment{Duplicate: 0.3})
	count := map[uint16]int{}
	for _, id := range ids {
		count[id]++
	}
	if twice := len(ids) - 2000; len(count) != 2000 || twice < 500 || twice > 700 {
		t.Errorf("%d different answers, %d twice", len(count), twice)
	}
}

// 20 % of 2,000 are held back for 25 ms, so that two later ones overtake each.
func TestReordering(t *testing.T) {
	ids, took := carried(t, 4, 2000, simnet.Impairment{Delay: ms, Reorder: 0.2, HeldBack: 25 * ms})
	held := 0
	for k, d := range took {
		switch d {
		case ms:
		case 26 * ms:
			held++
		default:
			t.Fatalf("answer %d took %v", ids[k], d)
		}
	}
	if len(ids) != 2000 || held < 310 || held > 490 || slices.IsSorted(ids) {
		t.Errorf("%d answers, %d held back", len(ids), held)
	}
	if alone := slices.Index(took, 26*ms); ids[alone-1] < ids[alone] {
		t.Errorf("answer %d was overtaken by none", ids[alone])
	}
}

// A corrupted packet differs in exactly one octet. With all answers corrupted on
// the way home, what has a broken IP header does not arrive.
func TestCorruption(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.Plain)
		w.path(addrB, addrA).Set(simnet.Impairment{Corrupt: 1})
		for range 300 {
			w.send(0x1234)
		}
		w.receive()
		want := unhex(t, bareAnswer)
		for _, a := range w.got {
			if differ(a.packet, want) != 1 || !bytes.Equal(a.packet[:20], want[:20]) {
				t.Fatalf("got %x", a.packet)
			}
		}
		// Of 24 octets, 4 are GRE, of which 2 are the type that the filter looks
		// at: 1 in 12 gets through, 25 of 300, standard deviation 4.8.
		if n := len(w.got); n < 5 || n > 49 {
			t.Errorf("%d of 300 arrived, want about 25", n)
		}
	})
}

func differ(a, b []byte) (n int) {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			n++
		}
	}
	return n + max(len(a), len(b)) - min(len(a), len(b))
}

// The same seed gives the same history, another seed another one.
func TestSeed(t *testing.T) {
	all := simnet.Impairment{Delay: 5 * ms, Jitter: 9 * ms, Loss: 0.2, Burst: 2, Duplicate: 0.1, Reorder: 0.1, HeldBack: 30 * ms, Corrupt: 0.1}
	type history struct {
		ids  []uint16
		took []time.Duration
	}
	run := func(seed uint64) (h history) {
		h.ids, h.took = carried(t, seed, 500, all)
		return h
	}
	first := run(11)
	if !reflect.DeepEqual(first, run(11)) {
		t.Error("the same seed gave another history")
	}
	if reflect.DeepEqual(first, run(12)) {
		t.Error("another seed gave the same history")
	}
}

// A new default is for what has not left yet.
func TestDefaultHoldsFromNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.Plain)
		w.send(1)
		time.Sleep(ms)
		w.net.SetDefault(simnet.Impairment{Loss: 1})
		w.send(2)
		w.net.SetDefault(simnet.Impairment{})
		w.send(3)
		if got := w.receive(); !slices.Equal(got, []uint16{1, 3}) {
			t.Errorf("answers %v, want 1 and 3", got)
		}
	})
}

// What is set holds from then on: what is on its way, or has arrived unread,
// does not change.
func TestSettingsHoldFromNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.Plain)
		out := w.path(addrA, addrB)
		out.Set(simnet.Impairment{Delay: 50 * ms})
		if got := out.Get(); got != (simnet.Impairment{Delay: 50 * ms}) {
			t.Errorf("Get: %+v", got)
		}
		w.send(1)
		time.Sleep(20 * ms)
		w.send(2)
		out.Set(simnet.Impairment{Loss: 1})
		w.send(3)
		time.Sleep(40 * ms) // 1 has reached the far end, 2 not yet
		w.must(w.far.SetScenario(simnet.NoTunnel))
		time.Sleep(time.Second)
		if got := w.receive(); !slices.Equal(got, []uint16{1}) {
			t.Errorf("answers %v, want 1 only", got)
		}
		if got := w.evidence(); !slices.Equal(got, []string{"icmp 3/3"}) || len(w.got) != 1 {
			t.Errorf("%d packets and %q, want the answer of 1 and an error about 2", len(w.got), got)
		}
		w.must(w.far.SetScenario(simnet.Plain))
		out.Set(simnet.Impairment{})
		w.send(4)
		time.Sleep(ms) // 4 has been reflected by now, and is not lost
		w.path(addrB, addrA).Set(simnet.Impairment{Loss: 1})
		if got := w.receive(); !slices.Equal(got, []uint16{4}) {
			t.Errorf("mended: %v", got)
		}
		w.path(addrB, addrA).Set(simnet.Impairment{})
		w.send(5)
		time.Sleep(ms)
		w.net.SetDefault(simnet.Impairment{Loss: 1}) // concerns none: all are set
		w.send(6)
		if got := w.receive(); !slices.Equal(got, []uint16{5, 6}) {
			t.Errorf("default: %v", got)
		}
	})
}
