//go:build linux

package routes

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// twin is a kernel in memory, and what a watcher made of it.
type twin struct {
	t       *testing.T
	start   time.Time
	watcher *Watcher
	heard   chan notice // to the watcher

	mu      sync.Mutex // guards the rest, which the test reads and changes by with
	routes  []told
	devices map[string]GRE
	takes   time.Duration // a reading
	fails   error         // of reading
	closed  bool          // of opening again, too

	reads, opened, asked int
	said                 []string // changes and complaints, with their time
}

// with does something while the watcher does nothing.
func (k *twin) with(f func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f()
}

func (k *twin) Read() (*Snapshot, error) {
	k.mu.Lock()
	k.reads++
	s, takes, fails := snapshotOf(k.routes), k.takes, k.fails
	k.mu.Unlock()
	time.Sleep(takes)
	return s, fails
}

func (k *twin) gre(device string) (GRE, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked++
	return k.devices[device], nil
}

func (k *twin) Close() error { return nil }

func (k *twin) open() (source, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.opened++
	if k.closed {
		return nil, errors.New("no socket")
	}
	return k, nil
}

// watched runs a test body while a watcher of 10.17.0.0/16 and 10.18.0.0/16 looks
// at a twin, whose 10.17.0.0/16 is by gre1 from the start.
func watched(t *testing.T, body func(k *twin)) {
	synctest.Test(t, func(t *testing.T) {
		k := &twin{t: t, start: time.Now(), heard: make(chan notice), devices: map[string]GRE{"gre1": greOne}}
		k.routes = []told{{prefix: "10.17.0.0/16", to: "gre1"}}
		k.watcher = newWatcher(prefixes("10.17.0.0/16", "10.18.0.0/16"), k.open, k.listen)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			k.watcher.Run(ctx, k.changed, func(err error) { k.say(err.Error()) })
		}()
		synctest.Wait()
		body(k)
		cancel()
		<-ended
		if err := k.watcher.Close(); err != nil {
			t.Error(err)
		}
	})
}

var greOne = GRE{Remote: netip.MustParseAddr("198.51.100.17")}

func (k *twin) listen(ctx context.Context, to chan notice) {
	for {
		select {
		case <-ctx.Done():
			return
		case n := <-k.heard:
			tell(to, n)
		}
	}
}

func (k *twin) changed(changes []Change) {
	for _, c := range changes {
		word := fmt.Sprintf("%d by %s", c.Watched, c.Route.Device)
		if !c.Found {
			word = fmt.Sprintf("%d by none", c.Watched)
		}
		if c.GRE == greOne {
			word += " to 17"
		}
		if !c.At.Equal(time.Now()) {
			k.t.Errorf("%s at %v, and it is %v", word, c.At, time.Now())
		}
		k.say(word)
	}
}

func (k *twin) say(what string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.said = append(k.said, fmt.Sprintf("%d ms: %s", time.Since(k.start).Milliseconds(), what))
}

// becomes changes the tables, and says so.
func (k *twin) becomes(routes ...told) {
	k.with(func() { k.routes = routes })
	k.heard <- notice{}
}

// passed lets time pass and compares all that was said up to then.
func (k *twin) passed(d time.Duration, want ...string) {
	k.t.Helper()
	time.Sleep(d)
	synctest.Wait()
	k.with(func() {
		if !slices.Equal(k.said, want) {
			k.t.Errorf("after %v\nsaid %q\nwant %q", time.Since(k.start), k.said, want)
		}
	})
}

// hasRead checks how often the tables were read up to now.
func (k *twin) hasRead(least, most int) {
	k.t.Helper()
	k.with(func() {
		if k.reads < least || k.reads > most {
			k.t.Errorf("%d readings, want %d to %d", k.reads, least, most)
		}
	})
}

func TestRun(t *testing.T) {
	watched(t, func(k *twin) {
		first := "0 ms: 0 by gre1 to 17"
		k.passed(time.Second, first)
		k.becomes(told{prefix: "10.17.0.0/16", to: "eth1"}, told{prefix: "10.0.0.0/8", to: "gre1"})
		k.passed(time.Second, first, "1050 ms: 0 by eth1", "1050 ms: 1 by gre1 to 17")
		k.becomes(told{prefix: "10.17.0.0/16", to: "eth1"}, told{prefix: "10.0.0.0/8", to: "gre1"}, told{prefix: "10.99.0.0/16", to: "eth2"})
		k.passed(time.Second, first, "1050 ms: 0 by eth1", "1050 ms: 1 by gre1 to 17")
		k.becomes()
		k.passed(time.Second, first, "1050 ms: 0 by eth1", "1050 ms: 1 by gre1 to 17", "3050 ms: 0 by none", "3050 ms: 1 by none")
		k.hasRead(4, 4) // one at the start and one for each change
	})
}

// What nobody announces is found by the poll after ten seconds.
func TestRunPolls(t *testing.T) {
	watched(t, func(k *twin) {
		k.with(func() { k.routes = nil })
		k.passed(9*time.Second, "0 ms: 0 by gre1 to 17")
		k.passed(time.Second, "0 ms: 0 by gre1 to 17", "10000 ms: 0 by none")
	})
}

// The device is asked once, and again when an interface may have changed.
func TestRunFollowsDevices(t *testing.T) {
	watched(t, func(k *twin) {
		for range 5 {
			k.heard <- notice{}
			time.Sleep(time.Second)
		}
		k.hasRead(6, 6)
		k.with(func() {
			if k.asked != 1 {
				t.Errorf("asked %d times in 6 readings, want once", k.asked)
			}
			k.devices["gre1"] = GRE{}
		})
		k.heard <- notice{links: true}
		k.passed(time.Second, "0 ms: 0 by gre1 to 17", "5050 ms: 0 by gre1")
		k.with(func() { k.devices["gre1"] = greOne }) // unsaid
		k.passed(11*time.Second, "0 ms: 0 by gre1 to 17", "5050 ms: 0 by gre1", "15050 ms: 0 by gre1 to 17")
	})
}

// A storm of changes costs two readings a second, and each state is seen soon.
func TestRunInAStorm(t *testing.T) {
	watched(t, func(k *twin) {
		time.Sleep(time.Second)
		for i := range 10_000 {
			k.becomes(told{prefix: "10.17.0.0/16", to: fmt.Sprint("eth", i)})
			time.Sleep(time.Millisecond)
		}
		k.hasRead(20, 22) // the first, and two a second
		time.Sleep(550 * time.Millisecond)
		k.with(func() {
			if last := k.said[len(k.said)-1]; !strings.HasSuffix(last, "by eth9999") {
				t.Errorf("0.55 s after the storm: %s", last)
			}
		})
	})
}

// A table that takes a second to read is read for half of the time at most.
func TestRunOfALargeTable(t *testing.T) {
	watched(t, func(k *twin) {
		k.with(func() { k.takes = time.Second })
		for range 40_000 {
			k.heard <- notice{}
			time.Sleep(time.Millisecond)
		}
		k.hasRead(19, 22) // of a second, in forty
	})
}

func TestRunSaysOnceWhatIsWrong(t *testing.T) {
	watched(t, func(k *twin) {
		first := "0 ms: 0 by gre1 to 17"
		time.Sleep(time.Second)
		k.with(func() { k.fails, k.closed = errors.New("no memory"), true })
		k.becomes()
		k.passed(5*time.Second, first, "1050 ms: no memory")
		k.with(func() {
			if k.opened < 5 {
				t.Errorf("tried to open %d times in 5 s", k.opened)
			}
			k.fails, k.closed = nil, false
		})
		k.passed(time.Second, first, "1050 ms: no memory", "6050 ms: 0 by none")
		k.with(func() { k.fails = errors.New("no memory again") })
		k.heard <- notice{}
		k.passed(time.Second, first, "1050 ms: no memory", "6050 ms: 0 by none", "7050 ms: no memory again")
	})
}

// While nothing can be heard the routes are looked at as often as the listener
// tries, and what is wrong is said once.
func TestRunWhileDeaf(t *testing.T) {
	watched(t, func(k *twin) {
		deaf := notice{links: true, err: errors.New("deaf")}
		for range 3 {
			k.heard <- deaf
			time.Sleep(time.Second)
		}
		k.with(func() { k.routes = nil })
		k.heard <- deaf
		k.passed(time.Second, "0 ms: 0 by gre1 to 17", "0 ms: deaf", "3050 ms: 0 by none")
		k.heard <- notice{links: true}
		time.Sleep(time.Second)
		k.heard <- deaf
		k.passed(time.Second, "0 ms: 0 by gre1 to 17", "0 ms: deaf", "3050 ms: 0 by none", "5000 ms: deaf")
	})
}

// A look before Run is a first look: Run tells what changes after it.
func TestLook(t *testing.T) {
	k := &twin{devices: map[string]GRE{"gre1": greOne}, routes: []told{{prefix: "10.18.0.0/16", to: "gre1"}}}
	w := newWatcher(append(prefixes("10.17.0.0/16", "10.18.0.0/16", "::/0"), netip.Prefix{}), k.open, nil)
	changes, err := w.Look()
	if err != nil || len(changes) != 1 || changes[0].Watched != 1 || !changes[0].Found || changes[0].GRE != greOne {
		t.Errorf("first look: %+v, %v", changes, err)
	}
	if changes, err = w.Look(); err != nil || changes != nil {
		t.Errorf("second look: %+v, %v; want nothing new", changes, err)
	}
	k.fails = errors.New("no memory")
	if changes, err = w.Look(); err == nil || changes != nil {
		t.Errorf("a look that fails: %+v, %v", changes, err)
	}
	k.fails = nil
	if changes, err = w.Look(); err != nil || changes != nil || k.opened != 2 {
		t.Errorf("after it: %+v, %v, opened %d times; want nothing new from a second source", changes, err, k.opened)
	}
}

func TestTell(t *testing.T) {
	to := make(chan notice, 1)
	broken := errors.New("broken")
	for _, n := range []notice{{links: true, err: broken}, {}} {
		tell(to, n)
	}
	if got := <-to; !got.links || got.err != nil {
		t.Errorf("%+v, want a change of interfaces, heard again", got)
	}
	tell(to, notice{err: broken})
	if got := <-to; got.links || got.err != broken {
		t.Errorf("%+v, want the last one alone", got)
	}
}
