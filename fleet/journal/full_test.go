package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/probe"
	"greylag/probe/awake"
	"greylag/probe/session"
)

const (
	fullInside = "GREYLAG_JOURNAL_FULL"    // set where the file system may be mounted
	fullSize   = "GREYLAG_JOURNAL_FULL_MB" // how large it is to be; 24 where it is not set
)

// TestFullDisk: a file system is filled while events come. Who records them does not
// wait; that it is full is an event, and so is that all is written when there is room
// again; nothing is missing. With more events than memory is kept for, their number is
// said, a full report follows, and what could be kept is written.
func TestFullDisk(t *testing.T) {
	if os.Getenv(fullInside) == "" {
		t.Parallel()
		inNamespace(t)
		return
	}
	dir := t.TempDir()
	size := os.Getenv(fullSize)
	if size == "" {
		size = "24"
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size+"M"); err != nil {
		t.Skipf("tmpfs: %v", err)
	}
	t.Run("caught up", func(t *testing.T) { fillAndFree(t, filepath.Join(dir, "journal"), 2000, 0) })
	t.Run("lost", func(t *testing.T) {
		if raceEnabled {
			t.Skip("reading 65,536 events back takes half a minute with the race detector")
		}
		fillAndFree(t, filepath.Join(dir, "other"), 45_000, 1000)
	})
	_ = syscall.Unmount(dir, syscall.MNT_DETACH)
}

// inNamespace runs the test again where it may mount.
func inNamespace(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestFullDisk$", "-test.v")
	cmd.Env = append(os.Environ(), fullInside+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EINVAL) {
		t.Skipf("no user namespace: %v", err)
	}
	if strings.Contains(string(out), "--- SKIP: TestFullDisk (") {
		t.Skipf("%s", out)
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// fillAndFree writes a journal, fills its file system, goes on for that many events,
// and makes room. waiting is how many bytes of lines may wait besides what the store
// keeps; 0: as many as always.
func fillAndFree(t *testing.T, path string, events, waiting int) {
	inv := fleetOf(10)
	j, err := Begin(optionsFor(path, inv))
	must(t, err)
	w := &atWork{Journal: j, store: fleet.NewStore(inv, time.Now()), done: make(chan error, 1)}
	writer := newWriter(j, w.store)
	if waiting > 0 {
		writer.spool.most = waiting
	}
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	go func() { w.done <- writer.run(ctx) }()

	e := &prober{store: w.store, clock: awake.Start(t)}
	e.probe(200)
	awaitWord(t, w.store, "", writing)
	filler := fill(t, filepath.Dir(path))
	e.probe(50) // more than what is left of a page
	awaitWord(t, w.store, writing, full)
	e.probe(events)
	must(t, os.Remove(filler))
	awaitWord(t, w.store, full, writing)
	e.probe(200)
	stored, _ := w.store.EventsSince(0)
	w.end(t)
	if e.longest > 500*time.Millisecond {
		t.Errorf("recording took %v once", e.longest)
	}
	checkWritten(t, path, stored, waiting == 0)
	t.Logf("%d events, the longest took %v to record", e.seq, e.longest)
}

// prober records what an engine would, and how long that takes at most.
type prober struct {
	store   *fleet.Store
	clock   *awake.Clock
	seq     int
	longest time.Duration // of what the machine let it run
}

// probe makes n numbered changes of tunnels: the number is the counter.
func (e *prober) probe(n int) {
	for range n {
		e.seq++
		from, to := session.Up, session.Down
		if e.seq/10%2 == 0 {
			from, to = session.Down, session.Up
		}
		began := time.Now()
		e.store.Record([]probe.Event{{Kind: probe.Line, Tunnel: int32(e.seq % 10), From: from, To: to, At: began, Counter: uint32(e.seq)}})
		if took := time.Since(began); took > e.longest {
			e.longest = max(e.longest, e.clock.Between(began, began.Add(took)))
		}
	}
}

// fill takes all the room there is.
func fill(t *testing.T, dir string) (name string) {
	t.Helper()
	name = filepath.Join(dir, "filler")
	f, err := os.Create(name)
	must(t, err)
	block := make([]byte, 1<<20)
	for size := len(block); size > 0; {
		if _, err = f.Write(block[:size]); err != nil {
			size /= 2
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("filling: %v", err)
	}
	must(t, f.Close())
	return name
}

// awaitWord waits for an event of the journal; was "": from whatever it was.
func awaitWord(t *testing.T, store *fleet.Store, was, is string) {
	t.Helper()
	changed, cancel := store.Subscribe()
	defer cancel()
	late := time.After(time.Minute)
	for told := uint64(0); ; {
		events, missed := store.NextEvents(told, nil)
		told += missed
		for _, e := range events {
			told = e.Number
			if e.Service == Service && e.Is == is && (was == "" || e.Was == was) && e.Trouble == (is != writing) {
				return
			}
		}
		if len(events) > 0 {
			continue
		}
		select {
		case <-changed:
		case <-late:
			t.Fatalf("the journal does not become %s", is)
		}
	}
}

// checkWritten: the journal has the tunnels' changes in their order, each once: all of
// them, or all but those that it says are lost.
func checkWritten(t *testing.T, path string, stored []fleet.Event, all bool) {
	t.Helper()
	var got []string
	lost := 0
	records := read(t, path)
	for _, rec := range records {
		switch e := rec.Event; {
		case e == nil:
		case e.Tunnel != "":
			got = append(got, strconv.Itoa(int(e.Counter)))
		case e.Service == Service && strings.Contains(e.Detail, "; lost: "):
			_, text, _ := strings.Cut(e.Detail, "; lost: ")
			_, _ = fmt.Sscanf(text, "%d events", &lost)
		}
	}
	if len(slices.Compact(slices.Sorted(slices.Values(got)))) != len(got) {
		t.Error("an event is there twice")
	}
	switch changes := changesIn(stored); {
	case all && (lost > 0 || !slices.Equal(got, changes)):
		t.Errorf("%d changes are written of %d, and %d are said to be lost", len(got), len(changes), lost)
	case !all && lost == 0:
		t.Error("nothing is said to be lost")
	case !all:
		total := 0 // of all events, which the store has numbered
		for _, rec := range records {
			if rec.Event != nil {
				total++
			}
		}
		if newest := int(stored[len(stored)-1].Number); total-1+lost != newest { // the last one says that it is closed
			t.Errorf("%d events are written and %d lost, and there were %d", total-1, lost, newest)
		}
		if kinds := types(records); !slices.Contains(kinds[3:], "tunnel") {
			t.Error("no report follows the loss")
		}
	}
}

// changesIn are the numbers of the tunnels' changes.
func changesIn(events []fleet.Event) (list []string) {
	for _, e := range events {
		if e.Tunnel != "" {
			list = append(list, strconv.Itoa(int(e.Counter)))
		}
	}
	return list
}
