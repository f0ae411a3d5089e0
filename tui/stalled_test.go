package tui

import (
	"context"
	"io"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// stalling is a terminal that takes nothing while it is stopped, as one whose reader
// has got SIGSTOP.
type stalling struct {
	mu      sync.Mutex
	on      chan struct{} // closed when it goes on; nil: it takes all
	taken   int
	waiting bool // somebody waits to write
}

func (s *stalling) Write(b []byte) (int, error) {
	s.mu.Lock()
	on := s.on
	s.waiting = on != nil
	s.mu.Unlock()
	if on != nil {
		<-on
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = false
	s.taken += len(b)
	return len(b), nil
}

func (s *stalling) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on = make(chan struct{})
}

func (s *stalling) goOn() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.on)
	s.on = nil
}

func (s *stalling) state() (taken int, waiting bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken, s.waiting
}

// TestStalledTerminalDelaysNothing: while the terminal takes nothing, and the program
// waits for it, the engine's facts are recorded: nobody waits for the terminal but the
// program. When it goes on, so does the screen.
func TestStalledTerminalDelaysNothing(t *testing.T) {
	f := newFeed(500, time.Now())
	screen := &stalling{}
	o := Options{Source: watchedStore{f.store, &watcher{}}, Environ: []string{"TERM=xterm-256color", "LANG=C.UTF-8"}}.withDefaults()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	keys, keyboard := io.Pipe()
	g := &guard{model: newModel(ctx, o), leave: cancel}
	p := programOn(g, &o, keys, screen, tea.WithWindowSize(200, 50))
	ended := make(chan error, 1)
	go func() {
		_, err := p.Run()
		ended <- err
	}()
	seconds := 0
	run := func(length int) {
		for ; length > 0; length, seconds = length-1, seconds+1 {
			for i := range hourTicks {
				f.tick(i, time.Now(), false)
			}
		}
	}
	await := func(what string, is func(taken int, waiting bool) bool) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); !is(screen.state()); run(1) {
			if time.Now().After(deadline) {
				t.Fatal("never: ", what)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	await("a screen", func(taken int, _ bool) bool { return taken > 0 })
	screen.stop()
	await("somebody waits for the terminal", func(_ int, waiting bool) bool { return waiting })
	run(60)
	if got, want := f.store.Report(time.Now(), nil).Summary.Engine.Sent, uint64(500*seconds); got != want {
		t.Errorf("%d sent, want %d", got, want)
	}
	before, waiting := screen.state()
	if !waiting {
		t.Error("the terminal goes on by itself")
	}
	screen.goOn()
	await("another screen", func(taken int, _ bool) bool { return taken > before })
	_ = keyboard.Close()
	p.Quit()
	if err := <-ended; err != nil || g.fault != nil {
		t.Error(err, g.fault)
	}
}
