package replica

import (
	"strings"
	"sync"
	"testing"
	"time"

	"greylag/fleet"
)

// Readers and a writer get along; each report is of one moment.
func TestConcurrentReaders(t *testing.T) {
	r := New()
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			var report *fleet.Report
			var number uint64
			for {
				report = r.Report(at(1), report)
				events, _ := r.EventsSince(number)
				if n := len(events); n > 0 {
					number = events[n-1].Number
				}
				r.Outcomes(0, nil)
				r.Incidents(nil)
				r.status("", at(1))
				if n := len(report.Tunnels); n != 0 && n != 2 {
					t.Errorf("%d tunnels", n)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	apply(r, join(hello(0, "h"))...)
	r.mu.Lock() // the first two come together
	r.applyTunnel(tunnel(0, "a", fleet.Up, 0).Tunnel)
	r.applyTunnel(tunnel(0, "b", fleet.Up, 0).Tunnel)
	r.mu.Unlock()
	for i := range 500 {
		s := float64(i)
		apply(r, join(hello(s, "h"), whole(s, "b", "a"), event(s, "a", fleet.Up, fleet.Down))...)
	}
	close(done)
	readers.Wait()
}

// A player is told what to do from anywhere while it plays.
func TestConcurrentCommands(t *testing.T) {
	body := text(recording()...)
	p := NewPlayer(strings.NewReader(body), int64(len(body)), "", 1000)
	go p.Run(t.Context())
	var users sync.WaitGroup
	for n := range 4 {
		users.Go(func() {
			for i := range 100 {
				switch (n + i) % 5 {
				case 0:
					p.SeekFraction(float64(i) / 100)
				case 1:
					p.Step()
				case 2:
					p.Pause(i%2 == 0, time.Now())
				case 3:
					p.SetSpeed(float64(1+i), time.Now())
				case 4:
					p.Status(time.Now())
				}
				p.Report(time.Now(), nil)
				p.Rewinds()
			}
		})
	}
	users.Wait()
	p.Seek(at(600))
	p.Pause(true, time.Now())
	awaitState(t, p, Ended)
	if got := rows(p.Report(time.Now(), nil)); got != "a=up b=down" {
		t.Errorf("%s", got)
	}
}
