package rawsock

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"
)

// The kernel agrees with the filters' tables: of all the packets, in their order,
// those that ought to pass arrive, unchanged.
func TestKernelRunsTheFilters(t *testing.T) {
	f := newFar(t)
	for _, c := range []struct {
		name  string
		open  func() receives
		cases []filterCase
	}{
		{"answers", func() receives { return open(t, Options{ReceiveBuffer: 1 << 20}) }, answerCases},
		{"requests", func() receives { return openReflect(t, 1<<20) }, requestCases},
	} {
		conn, want := c.open(), []filterCase(nil)
		for _, k := range c.cases {
			must(t, f.Send(k.packet))
			if k.passes {
				want = append(want, k)
			}
		}
		must(t, f.Send(want[0].packet)) // nothing is behind it
		got, _ := receiveAll(t, conn, len(want)+1)
		for i, k := range append(want, want[0]) {
			if !bytes.Equal(got[i], k.packet) {
				t.Fatalf("%s: packet %d is\n% x; want %q:\n% x", c.name, i, got[i], k.name, k.packet)
			}
		}
		if len(got) != len(want)+1 {
			t.Errorf("%s: %d packets more", c.name, len(got)-len(want)-1)
		}
	}
}

func TestKernelRunsTheEchoFilter(t *testing.T) {
	f := newFar(t)
	c := open(t, Options{ReceiveBuffer: 1 << 20, Echo: true, EchoID: 0x1267})
	for _, k := range append(echoCases, echoCases[0]) {
		packet := bytes.Clone(k.packet)
		must(t, f.Send(packet))
	}
	got, _ := receiveAll(t, c, 3)
	if len(got) != 3 || len(got[0]) != 28 || len(got[1]) != 32 || len(got[2]) != 28 {
		t.Errorf("%d packets: % x; want our two replies and the first again", len(got), got)
	}
}

// More than two batches come out of one Receive, in order.
func TestReceiveBatches(t *testing.T) {
	f := newFar(t)
	c := open(t, Options{ReceiveBuffer: 1 << 20})
	const n = 2*batch + 17
	for i := range n {
		must(t, f.Send(ip(47, nil, greHeader(0, 0, []byte{byte(i >> 8), byte(i)}))))
	}
	got, _ := receiveAll(t, c, n)
	for i, p := range got {
		if number := binary.BigEndian.Uint16(p[24:]); int(number) != i {
			t.Fatalf("packet %d has number %d", i, number)
		}
	}
	must(t, drain(c, func(p []byte, _ time.Time) { t.Errorf("one more: % x", p) }))
	if c.Dropped() != 0 {
		t.Errorf("%d dropped", c.Dropped())
	}
}

// The time of a packet is that of its arrival, not of its reading, on the
// monotonic clock.
func TestTimestamps(t *testing.T) {
	f := newFar(t)
	awaitStamping(t, f)
	c := open(t, Options{ReceiveBuffer: 1 << 20})
	const pause = 50 * time.Millisecond
	before := time.Now()
	must(t, f.Send(answerCases[0].packet))
	after := time.Now()
	c.Wait(pause, false)
	_, times := receiveAll(t, c, 1)
	// The wall clock's readings here and the kernel's are not of one instant.
	const slack = time.Millisecond
	if at := times[0]; at.Before(before.Add(-slack)) || at.After(after.Add(pause/2)) {
		t.Errorf("arrived %v after it was sent; want under %v", at.Sub(before), after.Sub(before))
	}
	if !bytes.Contains([]byte(times[0].String()), []byte(" m=")) {
		t.Errorf("%v has no monotonic reading", times[0])
	}
}

// awaitStamping keeps a socket open that asks for timestamps, and returns once
// the kernel writes them on arrival. It begins to a moment after the first
// socket asked, from a work queue; before that it stamps a packet as it is read.
func awaitStamping(t *testing.T, f *far) {
	t.Helper()
	c := open(t, Options{ReceiveBuffer: 1 << 20})
	const pause = 20 * time.Millisecond
	for deadline := time.Now().Add(patience); ; {
		must(t, f.Send(answerCases[0].packet))
		c.Wait(pause, false)
		_, times := receiveAll(t, c, 1)
		if time.Since(times[0]) > pause/2 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the kernel stamps no packet on arrival")
		}
	}
}

// What the receive buffer has no room for is counted as soon as it has been read,
// though no other packet comes that could tell.
func TestDroppedIsCounted(t *testing.T) {
	f := newFar(t)
	for name, c := range map[string]interface {
		receives
		Dropped() uint64
	}{"answers": open(t, Options{ReceiveBuffer: 1}), "requests": openReflect(t, 1)} {
		packet := map[string][]byte{"answers": answerCases[0].packet, "requests": requestCases[0].packet}[name]
		const sent = 100
		for range sent {
			must(t, f.Send(packet))
		}
		got, _ := receiveAll(t, c, 1)
		if want := uint64(sent - len(got)); c.Dropped() != want {
			t.Errorf("%s: %d dropped; %d were sent, %d came", name, c.Dropped(), sent, len(got))
		}
		must(t, f.Send(packet))
		more, _ := receiveAll(t, c, 1)
		if want := uint64(sent + 1 - len(got) - len(more)); c.Dropped() != want || want < sent/2 {
			t.Errorf("%s: %d dropped; %d were sent, %d came", name, c.Dropped(), sent+1, len(got)+len(more))
		}
	}
}

// arrival translates the kernel's wall clock to the caller's monotonic one, and
// does not believe a time that cannot be.
func TestArrival(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct{ age, want time.Duration }{
		"just now":                     {0, 0},
		"a microsecond ago":            {time.Microsecond, time.Microsecond},
		"a second ago":                 {time.Second, time.Second},
		"59 minutes ago":               {59 * time.Minute, 59 * time.Minute},
		"before the buffer was empty":  {61 * time.Minute, 0},
		"the clock stepped ahead":      {2 * time.Hour, 0},
		"the clock stepped back":       {-2 * time.Hour, 0},
		"a nanosecond in the future":   {-1, 0},
		"stepped ahead by 30 years":    {30 * 365 * 24 * time.Hour, 0},
		"stepped back by half a year:": {-183 * 24 * time.Hour, 0},
	} {
		stamp := now.Add(-c.age)
		timespec := binary.NativeEndian.AppendUint64(nil, uint64(stamp.Unix()))
		timespec = binary.NativeEndian.AppendUint64(timespec, uint64(stamp.Nanosecond()))
		if got := now.Sub(arrival(timespec, now, time.Hour)); got != c.want {
			t.Errorf("%s: %v before now; want %v", name, got, c.want)
		}
	}
}

// The kernel counts drops modulo 2^32.
func TestOverflowWraps(t *testing.T) {
	var r receiver
	for _, seen := range []uint32{5, 5, 1 << 31, 1<<32 - 1, 3, 1<<32 - 2, 3} { // one of them is old
		r.count(seen)
	}
	if r.dropped != 1<<32+3 {
		t.Errorf("%d dropped; want %d", r.dropped, uint64(1<<32+3))
	}
}
