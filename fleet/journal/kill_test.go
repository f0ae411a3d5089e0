package journal

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
	"greylag/probe/session"
)

// What a test sets for the programs that it runs: this binary again.
const (
	killPath  = "GREYLAG_JOURNAL_KILL"       // the journal that is to be written until death
	killRun   = "GREYLAG_JOURNAL_KILL_RUN"   // the number of that life
	killTimes = "GREYLAG_JOURNAL_KILL_TIMES" // how often to kill; 5 where it is not set
)

// TestKill: a program that writes events as fast as it can is killed at random moments,
// again and again, while files are rotated and compressed. No event that was synced is
// missing, none is there twice, every line is a record, and what each next life knows
// of flaps and of the time observed is what all events say.
func TestKill(t *testing.T) {
	if path := os.Getenv(killPath); path != "" {
		live(t, path, os.Getenv(killRun))
		return
	}
	t.Parallel()
	times := 5
	if n, err := strconv.Atoi(os.Getenv(killTimes)); err == nil {
		times = n
	}
	path := journalPath(t)
	synced := make([]int, times)
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	for run := range times {
		synced[run] = killedAfter(t, path, run, time.Duration(random.Int64N(int64(400*time.Millisecond))))
	}
	j, err := Begin(optionsFor(path, fleetOf(4)))
	must(t, err)
	must(t, j.Close())
	all := read(t, path)
	checkLives(t, all, synced)
	checkSums(t, all, j.Past())
	names, _ := Files(path)
	t.Logf("%d kills, %v events synced, %d files", times, synced, len(names))
}

// killedAfter runs a life and ends it after that time: every other one from its start
// on, so that it may not even have read what was written, the others from their first
// sync on. It returns the number of the newest event that the life knew
// to be synced.
func killedAfter(t *testing.T, path string, run int, after time.Duration) (synced int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKill$")
	cmd.Env = append(os.Environ(), killPath+"="+path, killRun+"="+strconv.Itoa(run))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	lines := bufio.NewScanner(out)
	kill := func() { time.AfterFunc(after, func() { _ = cmd.Process.Kill() }) }
	early := run%2 == 0
	if early {
		kill()
	}
	for lines.Scan() {
		if n, err := strconv.Atoi(lines.Text()); err == nil {
			synced = n
		} else {
			t.Errorf("life %d: %s", run, lines.Text())
		}
		if !early {
			kill()
			early = true
		}
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() >= 0 {
		t.Fatalf("life %d ended by itself: %v", run, err)
	}
	return synced
}

// live writes events until it is killed, and each number that is safe to stdout.
func live(t *testing.T, path, run string) {
	inv := fleetOf(4)
	o := optionsFor(path, inv)
	o.MaxSize, o.Keep = 100_000, 100_000
	var j *Journal
	written := 0
	j, err := begin(o, func(step string) { // of the packer, too: that has other steps
		if (step == "write" || step == "create") && written > 0 {
			fmt.Println(written) // its sync is over
			written = 0
		}
		if step == "sync" {
			written = lastNumber(j.disk.f, run)
		}
	})
	must(t, err)
	store := fleet.NewStore(inv, time.Now())
	j.Continue(store)
	go happen(store, run)
	t.Fatal(j.Run(context.Background(), store))
}

// happen is what happens in a life: numbered events, and tunnels that come and go.
func happen(store *fleet.Store, run string) {
	states := make([]session.State, 4)
	for n := 1; ; n++ {
		store.Tell(fleet.Event{Time: time.Now(), Service: "life" + run, Was: "x", Is: strconv.Itoa(n)})
		to := session.Up
		if i := n % 4; states[i] == session.Up {
			to = session.Down
		}
		store.Record(line(n%4, states[n%4], to, time.Now()))
		states[n%4] = to
		time.Sleep(time.Duration(rand.Int64N(int64(2 * time.Millisecond))))
	}
}

// lastNumber is that of the newest numbered event in a file.
func lastNumber(f *os.File, run string) int {
	info, _ := f.Stat()
	tail := make([]byte, min(info.Size(), 4096))
	_, _ = f.ReadAt(tail, info.Size()-int64(len(tail)))
	found := regexp.MustCompile(`"life`+run+`","from":"x","to":"(\d+)"`).FindAllSubmatch(tail, -1)
	if len(found) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(string(found[len(found)-1][1]))
	return n
}

// checkLives: of each life the numbers from 1 on are there, once and in order, up to
// the one that was synced last at least.
func checkLives(t *testing.T, all []stream.Record, synced []int) {
	t.Helper()
	lives := make(map[string]int)
	for _, rec := range all {
		if e := rec.Event; e != nil && e.Was == "x" {
			if lives[e.Service]++; e.Is != strconv.Itoa(lives[e.Service]) {
				t.Fatalf("%s: event %s stands where %d belongs", e.Service, e.Is, lives[e.Service])
			}
		}
	}
	sum := 0
	for run, n := range synced {
		if sum += n; lives["life"+strconv.Itoa(run)] < n {
			t.Errorf("life %d: %d events of %d that were synced", run, lives["life"+strconv.Itoa(run)], n)
		}
	}
	if sum == 0 {
		t.Error("nothing was written before any death")
	}
}

// checkSums: flaps and the time up, added up from the first event to the last without
// the help of any report, are what the next life begins with.
func checkSums(t *testing.T, all []stream.Record, past *fleet.Past) {
	t.Helper()
	for name, p := range past.Tunnels {
		flaps, up, known := sums(all, name)
		if p.Flaps != flaps {
			t.Errorf("%s: %d flaps by the past, %d by the events", name, p.Flaps, flaps)
		}
		// Each record has whole milliseconds, and each change of state an error of one.
		slack := time.Millisecond * time.Duration(len(eventsOf(all, name))+10)
		if d := p.Known - known; d.Abs() > slack || (p.Up-up).Abs() > slack || p.Known == 0 {
			t.Errorf("%s: up %v of %v by the past, %v of %v by the events", name, p.Up, p.Known, up, known)
		}
	}
}

// sums adds up what the events say of a tunnel. It is not known between a start and the
// first event after it.
func sums(all []stream.Record, name string) (flaps uint64, up, known time.Duration) {
	var state, last fleet.State
	var since, clock time.Time
	until := func(at time.Time) {
		if reaches(state) {
			up += at.Sub(since)
		}
		if reaches(state) || state == fleet.Down {
			known += at.Sub(since)
		}
		since = at
	}
	for _, rec := range all {
		switch e := rec.Event; {
		case e != nil && e.Service == Service && e.Is == writing && e.Was != writing: // a start
			until(clock)
			state = ""
		case e != nil && e.Tunnel == name:
			until(e.Time)
			if e.To == fleet.Down && reaches(last) {
				flaps++
			}
			state, last = e.To, e.To
		}
		if at := timeOf(&rec); at.After(clock) {
			clock = at
		}
	}
	until(clock)
	return flaps, up, known
}

// timeOf is when a record says how things are.
func timeOf(rec *stream.Record) time.Time {
	switch {
	case rec.Event != nil:
		return rec.Event.Time
	case rec.Tunnel != nil:
		return rec.Tunnel.Time
	case rec.Spoke != nil:
		return rec.Spoke.Time
	case rec.Summary != nil:
		return rec.Summary.Time
	}
	return time.Time{}
}
