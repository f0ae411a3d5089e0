package main

import (
	"bytes"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"greylag/fleet"
	"greylag/probe"
	"greylag/probe/session"
)

// fullReport is a report in the making, of a period of 10 s, and what it writes to.
func fullReport(ending chan struct{}) (*fullWalker, *fleet.Store, *timedBuffer) {
	inv := &fleet.Inventory{Tunnels: []fleet.Tunnel{{Name: "a", Enabled: true, Interval: time.Second, Retries: 3}}}
	store := fleet.NewStore(inv, time.Now())
	changed, _ := store.Subscribe()
	out := &timedBuffer{}
	j := newJournalist(&station{inv: inv, store: store}, out, reporting{every: 10 * time.Second})
	j.ending, j.changed = ending, changed
	return newFullWalker(j), store, out
}

// timedBuffer knows when it was written to last.
type timedBuffer struct {
	bytes.Buffer
	at time.Time
}

func (b *timedBuffer) Write(p []byte) (int, error) {
	b.at = time.Now()
	return b.Buffer.Write(p)
}

// A report rests five times as long as it worked, half of its period in all, and
// not for what took less than a millisecond.
func TestReportRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, _ := fullReport(make(chan struct{}))
		for _, c := range []struct{ work, rest time.Duration }{
			{500 * time.Microsecond, 0},
			{500 * time.Microsecond, 5 * time.Millisecond}, // with the one before
			{100 * time.Millisecond, 500 * time.Millisecond},
			{10 * time.Second, 4495 * time.Millisecond},
			{10 * time.Second, 0},
		} {
			time.Sleep(c.work)
			begun := time.Now()
			now, err := w.Pause()
			if rested := time.Since(begun); err != nil || rested != c.rest || !now.Equal(time.Now()) {
				t.Errorf("after %v of work: %v, as of %v, %v; want %v, as of now", c.work, rested, now, err, c.rest)
			}
		}
	})
}

// neverRead is readers of whom none ever reads.
type neverRead struct{ readership }

func (neverRead) busy() func() bool { return func() bool { return true } }

// Readers are waited for as well, a quarter of the period in all, which is not taken
// from the rests.
func TestReportWaitsForReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, _ := fullReport(make(chan struct{}))
		w.journalist.readers = neverRead{}
		w = newFullWalker(w.journalist)
		for _, want := range []time.Duration{2550 * time.Millisecond, 50 * time.Millisecond} {
			time.Sleep(10 * time.Millisecond)
			begun := time.Now()
			if _, err := w.Pause(); err != nil {
				t.Fatal(err)
			}
			if rested := time.Since(begun); rested != want {
				t.Errorf("%v of rest, want %v", rested, want)
			}
		}
	})
}

// arriving is readers whose stream begin begins.
type arriving struct {
	neverRead
	begun func() error
}

func (a arriving) begin() error { return a.begun() }

// Who comes while a report rests need not wait for its end, but for that of the report
// that others get who came before.
func TestReadersComeDuringReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, _ := fullReport(make(chan struct{}))
		j := w.journalist
		come := make(chan struct{}, 1)
		start := time.Now()
		var begun []time.Duration
		j.come = come
		j.readers = arriving{begun: func() error {
			begun = append(begun, time.Since(start))
			if len(begun) > 1 {
				return nil
			}
			own := newFullWalker(j)
			own.wait = 0
			come <- struct{}{}
			time.Sleep(10 * time.Millisecond)
			_, err := own.Pause() // 50 ms
			return err
		}}
		time.AfterFunc(30*time.Millisecond, func() { come <- struct{}{} })
		time.Sleep(10 * time.Millisecond)
		if _, err := w.Pause(); err != nil {
			t.Fatal(err)
		}
		want := []time.Duration{30 * time.Millisecond, 90 * time.Millisecond} // the second may also come after this rest
		if len(begun) == 0 || !slices.Equal(begun, want[:len(begun)]) {
			t.Errorf("streams begin after %v, want %v", begun, want)
		}
		if j.come == nil {
			t.Error("nobody can come any more")
		}
	})
}

// What happens while a report rests is written at once; a report that is to end, and
// the last one, do not rest.
func TestReportRestsNoLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ending := make(chan struct{})
		w, store, out := fullReport(ending)
		time.AfterFunc(20*time.Millisecond, func() {
			store.Record([]probe.Event{{Kind: probe.Line, From: session.Pending, To: session.Up, At: time.Now()}})
		})
		time.AfterFunc(30*time.Millisecond, func() { close(ending) })
		begun := time.Now()
		for range 2 { // the second is that of the last report
			time.Sleep(10 * time.Millisecond)
			if _, err := w.Pause(); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(begun); took != 40*time.Millisecond {
			t.Errorf("two pieces took %v; want 40 ms, with 20 of rest that ended as the run did", took)
		}
		if out.at.Sub(begun) != 20*time.Millisecond || !bytes.Contains(out.Bytes(), []byte(`"tunnel":"a","from":"pending","to":"up"`)) {
			t.Errorf("%v after the beginning: %q; want the change, 20 ms after", out.at.Sub(begun), out)
		}
	})
}
