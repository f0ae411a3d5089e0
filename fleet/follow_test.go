package fleet

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"greylag/probe"
	"greylag/probe/session"
)

// replayer replays the events up to each number that it is told, and compares the
// rows that it is shown with what comes of them.
type replayer struct {
	t      *testing.T
	store  *Store
	told   atomic.Uint64
	states map[string]State
	paths  map[string]Path
}

func (f *replayer) Follow(newest uint64) error {
	for f.told.Load() < newest {
		events, missed := f.store.NextEvents(f.told.Load(), nil)
		if missed > 0 {
			return fmt.Errorf("%d missed", missed)
		}
		for _, e := range events {
			if e.Number > newest {
				break
			}
			f.told.Store(e.Number)
			if e.Spoke != "" {
				f.paths[e.Spoke] = e.ToPath
			} else {
				f.states[e.Tunnel] = e.To
			}
		}
	}
	return nil
}

// awaited waits until fewer than so many events are still to be told.
func (f *replayer) awaited(events uint64) {
	for {
		f.store.mu.Lock()
		f.store.drain()
		last, told := f.store.log.last, f.told.Load()
		f.store.release()
		if last < told+events || told == math.MaxUint64 {
			return
		}
		runtime.Gosched()
	}
}

func (f *replayer) Tunnel(r *TunnelReport) error {
	if want, known := f.states[r.Tunnel.Name]; known && want != r.State || !known && r.State != Pending {
		f.t.Errorf("%s is %s, and by the events before it %q", r.Tunnel.Name, r.State, want)
	}
	return nil
}

func (f *replayer) Spoke(r *SpokeReport) error {
	if want, known := f.paths[r.Spoke.Name]; known && want != r.Path || !known && r.Path != PathPending {
		f.t.Errorf("%s is on %s, and by the events before it %q", r.Spoke.Name, r.Path, want)
	}
	return nil
}

func (f *replayer) Summary(*Summary) error { return nil }

// TestFollower: while tunnels come and go, each row that is shown is what the events up
// to the number told before have made of it, and no later one.
func TestFollower(t *testing.T) {
	s := NewStore(manyTunnels(300), epoch)
	f := &replayer{t: t, store: s, states: map[string]State{}, paths: map[string]Path{}}
	stop := make(chan struct{})
	var recording sync.WaitGroup
	recording.Go(func() {
		states := make([]session.State, 300)
		done := uint64(0)
		for i := 0; ; i = int(done * 7 % 300) {
			select {
			case <-stop:
				return
			default:
			}
			if done++; done%1000 == 0 {
				f.awaited(logEvents / 2)
			}
			to := session.Up
			if states[i] == session.Up {
				to = session.Down
			}
			s.Record([]probe.Event{{Kind: probe.Line, Tunnel: int32(i), From: states[i], To: to, At: epoch}})
			states[i] = to
		}
	})
	for f.told.Load() < 5000 {
		if err := s.Walk(at(1), f); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	f.told.Store(math.MaxUint64) // let it end
	recording.Wait()
}
