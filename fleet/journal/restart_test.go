package journal

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"greylag/fleet"
	"greylag/probe/session"
)

// image is a copy of a journal's current file as it is now: what is on the disk if the
// program is killed.
func image(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	copied := filepath.Join(t.TempDir(), "journal")
	must(t, os.WriteFile(copied, text, 0o644))
	return copied
}

// TestRestart: killed while a tunnel is down, and started ten minutes later: it is down
// since then, times add up without those ten minutes, and so on after an end in order.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inv, path := fleetOf(2), journalPath(t)
		begun := time.Now()
		w := start(t, optionsFor(path, inv), inv)
		step := func(d time.Duration) { time.Sleep(d); synctest.Wait() }
		step(time.Second) // 0:00:01
		w.store.Record(line(0, session.Pending, session.Up, time.Now()))
		w.store.Record(line(1, session.Pending, session.Up, time.Now()))
		step(time.Hour) // 1:00:01
		w.store.Record(line(0, session.Up, session.Down, time.Now()))
		step(30*time.Minute + 30*time.Second) // 1:30:31, the last summary was at 1:30:00
		killed := image(t, path)
		w.end(t)

		step(9*time.Minute + 29*time.Second) // 1:40:00
		w = start(t, optionsFor(killed, inv), inv)
		synctest.Wait()
		expectRow(t, w, "pending", fleet.TunnelReport{
			State: fleet.Pending, Since: begun.Add(100 * time.Minute), Was: fleet.Down, WasSince: begun.Add(time.Hour + time.Second),
			Flaps: 1, UpTime: time.Hour, KnownTime: 90*time.Minute - time.Second,
		})
		step(10 * time.Second)
		w.store.Record(line(0, session.Pending, session.Down, time.Now()))
		w.store.Record(line(1, session.Pending, session.Up, time.Now()))
		step(10 * time.Minute)
		expectRow(t, w, "down", fleet.TunnelReport{
			State: fleet.Down, Since: begun.Add(time.Hour + time.Second),
			Flaps: 1, UpTime: time.Hour, KnownTime: 100*time.Minute - time.Second,
		})
		expectSpoke(t, w, fleet.PathBackup, begun.Add(time.Hour+time.Second), 40*time.Minute-time.Second)
		w.end(t)

		step(time.Hour)
		again := image(t, killed) // killed again and again before anything is known: nothing is forgotten
		for range 3 {
			w = start(t, optionsFor(again, inv), inv)
			step(100 * time.Millisecond)
			again = image(t, again)
			w.end(t)
		}
		w = start(t, optionsFor(again, inv), inv)
		step(10 * time.Second)
		w.store.Record(line(0, session.Pending, session.Up, time.Now()))
		events, _ := w.store.EventsSince(0)
		if e := events[1]; e.To != fleet.Up || e.Outage != time.Since(begun.Add(time.Hour+time.Second)) {
			t.Errorf("it came up with %+v, want an outage since an hour after the beginning", e)
		}
		expectRow(t, w, "up", fleet.TunnelReport{
			State: fleet.Up, Since: time.Now(), Flaps: 1, UpTime: time.Hour, KnownTime: 100*time.Minute - time.Second,
		})
		w.end(t)
		if got := eventsOf(read(t, again), Service); got[len(got)-2] != "cut>writing" {
			t.Errorf("the journal says %v, want that it was cut", got)
		}
	})
}

func expectRow(t *testing.T, w *atWork, when string, want fleet.TunnelReport) {
	t.Helper()
	var r fleet.TunnelReport
	w.store.Tunnel(0, time.Now(), &r)
	got := fleet.TunnelReport{State: r.State, Since: r.Since, Was: r.Was, WasSince: r.WasSince, Flaps: r.Flaps, UpTime: r.UpTime, KnownTime: r.KnownTime}
	if !got.Since.Equal(want.Since) || !got.WasSince.Equal(want.WasSince) || got.State != want.State || got.Was != want.Was ||
		got.Flaps != want.Flaps || got.UpTime != want.UpTime || got.KnownTime != want.KnownTime {
		t.Errorf("%s: %+v\nwant %+v", when, got, want)
	}
}

func expectSpoke(t *testing.T, w *atWork, path fleet.Path, since time.Time, onBackup time.Duration) {
	t.Helper()
	var s fleet.SpokeReport
	if w.store.Spoke(0, time.Now(), &s); s.Path != path || !s.Since.Equal(since) || s.OnBackup != onBackup || s.Unprotected != onBackup {
		t.Errorf("%s since %v, %v on backup, %v unprotected; want %s since %v, %v", s.Path, s.Since, s.OnBackup, s.Unprotected, path, since, onBackup)
	}
}

// TestReportsAndSummaries: a report each day, a summary each minute, and no more.
func TestReportsAndSummaries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inv, path := fleetOf(2), journalPath(t)
		o := optionsFor(path, inv)
		o.Every = time.Hour
		w := start(t, o, inv)
		time.Sleep(2*time.Hour + 30*time.Second)
		w.end(t)
		tunnels, summaries := 0, 0
		for _, rec := range read(t, path) {
			if rec.Tunnel != nil {
				tunnels++
			}
			if rec.Summary != nil {
				summaries++
			}
		}
		if tunnels != 2*3 || summaries != 3+120+1 {
			t.Errorf("%d tunnels and %d summaries in two hours, want 6 and 124", tunnels, summaries)
		}
	})
}

// TestMovedAway: a file that somebody renames, truncates or adds to is begun anew, and
// said.
func TestMovedAway(t *testing.T) {
	for name, meddle := range map[string]func(path string) error{
		"renamed":   func(path string) error { return os.Rename(path, path+".old") },
		"removed":   os.Remove,
		"truncated": func(path string) error { return os.Truncate(path, 0) },
		"added to": func(path string) error {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err == nil {
				_, err = io.WriteString(f, "half a li")
			}
			return err
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			inv, path := fleetOf(2), journalPath(t)
			w := start(t, optionsFor(path, inv), inv)
			time.Sleep(90 * time.Second)
			must(t, meddle(path))
			time.Sleep(time.Minute)
			synctest.Wait()
			w.store.Record(line(0, session.Pending, session.Up, time.Now()))
			w.end(t)
			all := read(t, path)
			if got := eventsOf(all, "t0"); len(got) != 1 {
				t.Errorf("%s: the events of t0 are %v, want one", name, got)
			}
			if got := eventsOf(all, Service); got[len(got)-2] != "writing>writing" {
				t.Errorf("%s: the journal says %v, want that it was begun anew", name, got)
			}
			if offset, err := newestWhole(path); offset < 0 || err != nil {
				t.Errorf("%s: no report, %v", name, err)
			}
		})
	}
}

// TestRunAgain: one journal, one store after the other.
func TestRunAgain(t *testing.T) {
	inv, path := fleetOf(2), journalPath(t)
	w := start(t, optionsFor(path, inv), inv)
	w.stop()
	must(t, <-w.done)
	w.store = fleet.NewStore(inv, time.Now())
	stopped, stop := context.WithCancel(context.Background())
	stop()
	w.store.Record(line(0, session.Pending, session.Up, time.Now()))
	must(t, w.Run(stopped, w.store))
	must(t, w.Close())
	all := read(t, path)
	if got := eventsOf(all, "t0"); len(got) != 1 {
		t.Errorf("the events are %v, want one", got)
	}
}
