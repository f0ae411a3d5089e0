package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// crash is what a test's step panics with: the program ends there.
type crash struct{}

// crashAt returns a step function that ends the program at the n-th step, and a count
// of the steps.
func crashAt(n int) (step func(string), steps *[]string) {
	steps = new([]string)
	return func(name string) {
		*steps = append(*steps, name)
		if len(*steps) == n {
			panic(crash{})
		}
	}, steps
}

// untilCrash runs do and tells whether it came to its end.
func untilCrash(do func()) (ended bool) {
	defer func() {
		if r := recover(); r != nil && r != any(crash{}) {
			panic(r)
		}
	}()
	do()
	return true
}

// eventLine is the line of an event of that number.
func eventLine(n int) []byte {
	return stream.AppendEvent(nil, &fleet.Event{Time: time.Unix(int64(n), 0), Service: "test", Was: "x", Is: fmt.Sprint(n)})
}

// numbers are those of the events that a journal has, in its order.
func numbers(t *testing.T, path string) (list []string) {
	t.Helper()
	for _, rec := range read(t, path) {
		if rec.Event != nil && rec.Event.Service == "test" {
			list = append(list, rec.Event.Is)
		}
	}
	return list
}

// TestCrashAtEachStep: writing, rotating, compressing and dropping, with a crash before
// each of its steps, and a start after it: every event that was synced is read once, in
// order, and the work is finished. It is not parallel: a program that another test starts
// has the lock too, until it is executed.
func TestCrashAtEachStep(t *testing.T) {
	for n := 1; ; n++ {
		step, steps := crashAt(n)
		path := journalPath(t)
		synced := 0
		ended := untilCrash(func() {
			j, err := begin(optionsFor(path, fleetOf(1)), step)
			if err != nil {
				t.Fatal(err)
			}
			defer j.Close()
			work(t, j, &synced)
		})
		name := fmt.Sprintf("crash before step %d, %s", n, (*steps)[len(*steps)-1])
		checkAfterCrash(t, name, path, synced)
		if ended {
			if want := []string{"create", "sync new", "rename full", "rename new", "sync directory", "compress", "sync unfinished",
				"rename compressed", "sync compressed", "remove plain", "drop", "write", "sync"}; !containsAll(*steps, want) {
				t.Errorf("the steps are %v, want %v", *steps, want)
			}
			return
		}
	}
}

// work writes 4 events and rotates before each second one, keeping one file: the one
// that is dropped has no event.
func work(t *testing.T, j *Journal, synced *int) {
	j.packer.keep = 1
	hello := stream.AppendHello(nil, &stream.Hello{Time: time.Unix(0, 0), Version: "test"})
	must(t, j.disk.append(hello))
	for n := 1; n <= 4; n++ {
		if n%2 == 1 {
			must(t, j.disk.rotate(hello, time.Unix(1000, 0)))
			must(t, j.packer.tidy(context.Background()))
		}
		must(t, j.disk.append(eventLine(n)))
		must(t, j.disk.sync())
		*synced = n
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func containsAll(list, want []string) bool {
	for _, w := range want {
		if !slices.Contains(list, w) {
			return false
		}
	}
	return true
}

// checkAfterCrash: before anything is repaired, and after it.
func checkAfterCrash(t *testing.T, name, path string, synced int) {
	t.Helper()
	var want []string
	for n := 1; n <= synced; n++ {
		want = append(want, fmt.Sprint(n))
	}
	complete := func(got []string) bool { // one that was written and not synced may be there
		return slices.Equal(got, want) || slices.Equal(got, append(slices.Clone(want), fmt.Sprint(synced+1)))
	}
	if _, err := Files(path); err == nil || !errors.Is(err, fs.ErrNotExist) {
		if got := numbers(t, path); !complete(got) {
			t.Errorf("%s: events %v, want %v", name, got, want)
		}
	}
	j, err := Begin(optionsFor(path, fleetOf(1)))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	must(t, j.packer.tidy(context.Background()))
	must(t, j.Close())
	if got := numbers(t, path); !complete(got) {
		t.Errorf("%s, started again: events %v, want %v", name, got, want)
	}
	for _, left := range leftovers(t, path) {
		t.Errorf("%s, started again: %s is left", name, left)
	}
}

// leftovers are the files beside a journal that a start should have finished.
func leftovers(t *testing.T, path string) (names []string) {
	entries, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	for _, e := range entries {
		if n := e.Name(); n != "journal" && n != "journal.lock" && !strings.HasSuffix(n, packedEnd) {
			names = append(names, n)
		}
	}
	return names
}

// TestRotation: a journal that grows is cut into files that each begin with hello and a
// full report; they are compressed, and only the newest are kept.
func TestRotation(t *testing.T) {
	inv, path := fleetOf(20), journalPath(t)
	o := optionsFor(path, inv)
	o.MaxSize, o.Keep = 30_000, 3
	j, err := Begin(o)
	must(t, err)
	w := newWriter(j, fleet.NewStore(inv, time.Now()))
	for n := range 3000 {
		w.store.Tell(fleet.Event{Time: time.Now(), Service: "test", Was: "x", Is: fmt.Sprint(n), Detail: strings.Repeat("y", 50)})
		if n%100 == 99 {
			w.work(context.Background(), nil)
			w.rotate(time.Now())
		}
	}
	w.work(context.Background(), nil)
	must(t, w.packer.tidy(context.Background()))
	must(t, w.end())
	must(t, w.Close())
	names, err := Files(path)
	must(t, err)
	if len(names) != 4 || !strings.HasSuffix(names[0], packedEnd) || !strings.HasSuffix(names[2], packedEnd) {
		t.Errorf("the files are %v, want three compressed ones and the current one", names)
	}
	for _, name := range names {
		kinds := types(readFile(t, name))
		if kinds[0] != "hello" || !slices.Contains(kinds, "summary") {
			t.Errorf("%s: %v, want hello and a report", name, kinds)
		}
		if offset, err := newestWhole(name); err != nil || offset < 0 {
			t.Errorf("%s has no whole report: %v", name, err)
		}
	}
	got := numbers(t, path)
	for i := range got {
		if want := fmt.Sprint(3000 - len(got) + i); got[i] != want {
			t.Fatalf("event %s stands where %s belongs", got[i], want)
		}
	}
	if len(got) == 3000 || len(got) < 100 {
		t.Errorf("%d events are left, want some dropped", len(got))
	}
}

// TestLargeReport: a fleet whose report is larger than a file may be does not fill one
// file with each report.
func TestLargeReport(t *testing.T) {
	inv, path := fleetOf(2000), journalPath(t)
	o := optionsFor(path, inv)
	o.MaxSize = 1000
	w := start(t, o, inv)
	for n := range 200 {
		w.store.Tell(fleet.Event{Time: time.Now(), Service: "test", Was: "x", Is: fmt.Sprint(n)})
		time.Sleep(time.Millisecond)
	}
	w.end(t)
	if names, err := Files(path); err != nil || len(names) > 2 {
		t.Errorf("%d files, %v", len(names), err)
	}
	if got := numbers(t, path); len(got) != 200 {
		t.Errorf("%d events, want 200", len(got))
	}
}

// TestStampsOfAClockThatGoesBack: names stay in the order of writing.
func TestStampsOfAClockThatGoesBack(t *testing.T) {
	d := &disk{path: "j"}
	var names []string
	for _, second := range []int64{100, 100, 50, 101, 0} {
		d.latest = d.stamp(time.Unix(second, 999_999))
		names = append(names, rotatedName(d.path, d.latest))
	}
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("%v are not in order, or the same", names)
	}
}
