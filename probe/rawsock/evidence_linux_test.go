package rawsock

import (
	"bytes"
	"slices"
	"syscall"
	"testing"
	"time"
)

// evidence hands over what one ReceiveEvidence brings.
func evidence(t testing.TB, c *Conn) (packets [][]byte, times []time.Time) {
	t.Helper()
	must(t, c.ReceiveEvidence(func(p []byte, at time.Time) {
		packets, times = append(packets, bytes.Clone(p)), append(times, at)
	}))
	return packets, times
}

// awaitEvidence waits for n packets of evidence.
func awaitEvidence(t testing.TB, c *Conn, n int) (packets [][]byte, times []time.Time) {
	t.Helper()
	for deadline := time.Now().Add(patience); len(packets) < n; {
		if time.Now().After(deadline) {
			t.Fatalf("%d pieces of evidence came; want %d", len(packets), n)
		}
		c.Wait(time.Millisecond, false)
		p, at := evidence(t, c)
		packets, times = append(packets, p...), append(times, at...)
	}
	return packets, times
}

// The kernel agrees with the filters' tables, and what is evidence is nothing
// else: Receive sees none of it.
func TestKernelRunsTheEvidenceFilters(t *testing.T) {
	f := newFar(t)
	awaitStamping(t, f)
	c := open(t, Options{ReceiveBuffer: 1 << 20, Echo: true, EchoID: 0x1267, EvidenceID: 0x1268})
	var want [][]byte
	for _, k := range errorCases {
		must(t, f.Send(k.packet))
		if k.passes {
			want = append(want, k.packet)
		}
	}
	before := time.Now()
	reply := ip(1, nil, []byte{0, 0, 0, 0, 0x12, 0x68, 0, 1})
	must(t, f.Send(reply))
	got, times := awaitEvidence(t, c, len(want)+1)
	if !slices.EqualFunc(got[:len(want)], want, bytes.Equal) || !bytes.Equal(got[len(want)], reply) {
		t.Errorf("got\n% x; want\n% x and the reply", got, want)
	}
	if at := times[len(want)]; at.Before(before.Add(-time.Millisecond)) || at.After(time.Now()) {
		t.Errorf("the reply arrived %v after it was sent", at.Sub(before))
	}
	must(t, f.Send(echoCases[0].packet)) // is the echoes', behind all the others
	if ours, _ := receiveAll(t, c, 1); len(ours) != 2 || !bytes.Equal(ours[1], echoCases[0].packet) {
		t.Errorf("for Receive: % x; want the replies to our own echo", ours)
	}
}

// A flood of evidence fills its buffer and no more: Receive has all that came
// for it, Dropped says nothing, and a batch of each kind is handed over at a
// time, the replies too.
func TestFloodOfEvidence(t *testing.T) {
	f := newFar(t)
	c := open(t, Options{ReceiveBuffer: 1 << 20, EvidenceID: 0x1268})
	reply := ip(1, nil, []byte{0, 0, 0, 0, 0x12, 0x68, 0, 1})
	for range 20_000 {
		must(t, f.Send(errorCases[0].packet))
	}
	for range 100 {
		must(t, f.Send(reply))
		must(t, f.Send(answerCases[0].packet))
	}
	if got, _ := receiveAll(t, c, 100); len(got) != 100 || c.Dropped() != 0 {
		t.Errorf("%d answers, %d dropped; want 100, 0", len(got), c.Dropped())
	}
	var errs, replies int
	const most = evidenceBatches * batch
	for want := most; ; want = 100 - most {
		got, _ := evidence(t, c)
		e := slices.IndexFunc(got, func(p []byte) bool { return p[20] == 0 }) // the replies are behind
		if e > most || len(got)-e != want && e >= 0 {
			t.Fatalf("%d errors and %d replies at a time; want %d and %d", e, len(got)-e, batch, want)
		}
		if e < 0 {
			errs += len(got)
			break
		}
		errs, replies = errs+e, replies+len(got)-e
	}
	for more, _ := evidence(t, c); len(more) > 0; more, _ = evidence(t, c) {
		errs += len(more)
	}
	if replies != 100 || errs < 2*most || errs > 1000 {
		t.Errorf("%d replies and %d errors; want all of 100, and what 128 KiB hold", replies, errs)
	}
	must(t, f.Send(errorCases[0].packet)) // with which the kernel tells what it dropped
	awaitEvidence(t, c, 1)
	if c.Dropped() != 0 || c.evidence[0].dropped == 0 {
		t.Errorf("%d dropped, of evidence %d; want 0, and the rest of 20,000", c.Dropped(), c.evidence[0].dropped)
	}
}

// Diagnostic echoes leave as told, whether or not tunnels are probed by echo, and
// fail in their place of the batch.
func TestEvidenceEgress(t *testing.T) {
	f := newFar(t)
	for _, echo := range []bool{false, true} {
		c := open(t, Options{ReceiveBuffer: 1 << 20, Echo: echo, EvidenceID: 1})
		ask, err := c.EvidenceEgress(nearAddress, "near0", 255, 0x28)
		must(t, err)
		gone, err := c.EvidenceEgress(nearAddress, "none0", 255, 0x28)
		must(t, err)
		routed, err := c.EvidenceEgress(nearAddress, "", 64, 0x28)
		must(t, err)
		keepalive := egressOf(t, c, 47, nearAddress, "", 255, 0xc0)
		c.Queue(routed, nobody.As4(), ourEcho)
		c.Queue(gone, farAddress.As4(), ourEcho)
		c.Queue(ask, farAddress.As4(), ourEcho)
		c.Queue(keepalive, farAddress.As4(), make([]byte, 8))
		errs := flushed(c)
		if len(errs) != 2 || errs[0] != syscall.ENETUNREACH || errs[1] != syscall.ENODEV {
			t.Errorf("failed: %v; want 0: ENETUNREACH, 1: ENODEV", errs)
		}
		got := map[byte][]byte{}
		for range 2 {
			p := f.next(t)
			got[p[9]] = p
		}
		p := got[1]
		if len(got) != 2 || p == nil || p[8] != 255 || p[1] != 0x28 || !bytes.Equal(p[20:], ourEcho) {
			t.Errorf("sent % x; want a keepalive and an echo", got)
		}
		if _, err := c.EvidenceEgress(nearAddress, "sixteen-letters0", 255, 0); err == nil {
			t.Error("a long device name: no error")
		}
	}
}
