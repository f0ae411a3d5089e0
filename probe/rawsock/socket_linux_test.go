package rawsock

import (
	"errors"
	"os"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"greylag/probe/netlab/netlabtest"
)

func TestWait(t *testing.T) {
	f := newFar(t)
	c := open(t, Options{ReceiveBuffer: 1 << 20})
	const short = 30 * time.Millisecond
	for _, s := range []struct {
		name         string
		prepare      func()
		d            time.Duration
		wakeOnPacket bool
		waits        bool // for d
	}{
		{"nothing", func() {}, short, true, true},
		{"no time", func() {}, 0, true, false},
		{"less than none", func() {}, -time.Second, true, false},
		{"woken before", c.Wake, patience, true, false},
		{"once only", func() {}, short, true, true},
		{"woken twice before", func() { c.Wake(); c.Wake() }, patience, false, false},
		{"which counts once", func() {}, short, false, true},
		{"woken meanwhile", func() { time.AfterFunc(short, c.Wake) }, patience, true, false},
		{"evidence", func() { must(t, f.Send(errorCases[0].packet)) }, short, true, true},
		{"a packet", func() { must(t, f.Send(answerCases[0].packet)) }, patience, true, false},
		{"still there", func() {}, patience, true, false},
		{"of no interest", func() {}, short, false, true},
	} {
		s.prepare()
		begin := time.Now()
		c.Wait(s.d, s.wakeOnPacket)
		took := time.Since(begin)
		if s.waits && took < s.d || !s.waits && took > patience/2 {
			t.Errorf("%s: waited %v of %v", s.name, took, s.d)
		}
	}
}

// A packet that comes during a Wait ends it.
func TestPacketEndsWait(t *testing.T) {
	f := newFar(t)
	c := openReflect(t, 1<<20)
	sent := make(chan error, 1)
	time.AfterFunc(20*time.Millisecond, func() { sent <- f.Send(requestCases[0].packet) })
	begin := time.Now()
	c.Wait(patience, true)
	if took := time.Since(begin); took > patience/2 {
		t.Errorf("waited %v", took)
	}
	must(t, <-sent)
}

func TestReceiveBufferIsGranted(t *testing.T) {
	netlabtest.Need(t)
	c := open(t, Options{ReceiveBuffer: 1 << 20})
	n, err := c.ReceiveBuffer()
	must(t, err)
	if n < 200_000 { // rmem_max's default, where we may not force it
		t.Errorf("receive buffer of %d bytes", n)
	}
}

// A closed connection leaves no descriptor behind; nor does one that could not be
// opened.
func TestCloseLeavesNothing(t *testing.T) {
	netlabtest.Need(t)
	before := descriptors(t)
	for range 5 {
		c, err := Open(Options{ReceiveBuffer: 1 << 16, Echo: true})
		must(t, err)
		must(t, c.Close())
		r, err := OpenReflect(1 << 16)
		must(t, err)
		must(t, r.Close())
	}
	unprivileged(t, func() {
		_, _ = Open(Options{})
		_, _ = OpenReflect(0)
	})
	if after := descriptors(t); after != before {
		t.Errorf("%d descriptors are open; %d were before", after, before)
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	return len(files)
}

// Without CAP_NET_RAW the error says so, and nothing else.
func TestPermission(t *testing.T) {
	unprivileged(t, func() {
		if _, err := Open(Options{Echo: true}); !errors.Is(err, ErrPermission) {
			t.Errorf("Open: %v; want ErrPermission", err)
		}
		if _, err := OpenReflect(0); !errors.Is(err, ErrPermission) {
			t.Errorf("OpenReflect: %v; want ErrPermission", err)
		}
	})
}

// unprivileged runs f on a thread that has given up all capabilities, and then
// ends the thread.
func unprivileged(t *testing.T, f func()) {
	t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread dies
		defer close(done)
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var none [2]unix.CapUserData
		if err := unix.Capset(&header, &none[0]); err != nil {
			done <- err
			return
		}
		f()
	}()
	must(t, <-done)
}
