package main

import (
	"bufio"
	"encoding/json"
	"os"
	"runtime/metrics"
	"slices"
	"testing"
	"time"
)

// healthVariable names the file into which a program that is this test binary
// writes what it takes of the machine, from within.
const healthVariable = "GREYLAG_TEST_HEALTH"

// tellHealth does so, if it is asked to.
func tellHealth() {
	file := os.Getenv(healthVariable)
	if file == "" {
		return
	}
	f, err := os.Create(file)
	if err != nil {
		panic(err)
	}
	go writeHealth(json.NewEncoder(f))
}

// health is what a program takes of the machine at one moment.
type health struct {
	At         time.Time
	Resident   uint64 // bytes
	Live       uint64 // bytes of the heap, as the last collection found
	Goroutines uint64
	Threads    uint64
	Files      uint64
	Collected  uint64 // times
}

func writeHealth(to *json.Encoder) {
	for {
		if err := to.Encode(healthNow()); err != nil {
			panic(err)
		}
		time.Sleep(time.Second)
	}
}

func healthNow() health {
	samples := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/sched/goroutines:goroutines"}, {Name: "/gc/cycles/total:gc-cycles"}}
	metrics.Read(samples)
	h := health{At: time.Now(), Live: samples[0].Value.Uint64(), Goroutines: samples[1].Value.Uint64(), Collected: samples[2].Value.Uint64()}
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		h.Resident, h.Threads = 1024*statusNumber(string(status), "VmRSS:"), statusNumber(string(status), "Threads:")
	}
	if files, err := os.ReadDir("/proc/self/fd"); err == nil {
		h.Files = uint64(len(files))
	}
	return h
}

// Growth that is not a leak: changes are kept, up to 65,536 of them; memory is
// given back to the kernel when it likes.
const (
	bytesPerChange = 512
	heapSlack      = 256 << 10
	residentSlack  = 3 << 20
)

// checkHealth compares the second sixth of the soak, when all has happened once,
// with the last.
func checkHealth(t *testing.T, file string, length time.Duration, changes int) {
	t.Helper()
	list := readHealth(t, file)
	start := list[0].At
	base := healthWithin(list, start.Add(length/6), start.Add(length/3))
	last := healthWithin(list, start.Add(length*5/6), start.Add(length+time.Minute))
	if len(base) < 10 || len(last) < 10 {
		t.Fatalf("%d and %d samples", len(base), len(last))
	}
	kept := uint64(changes) * bytesPerChange
	for _, m := range []struct {
		what  string
		of    func(h health) uint64
		slack uint64
	}{
		{"live heap, bytes", func(h health) uint64 { return h.Live }, heapSlack + kept},
		{"resident memory, bytes", func(h health) uint64 { return h.Resident }, residentSlack + kept},
		{"goroutines", func(h health) uint64 { return h.Goroutines }, 0},
		{"threads", func(h health) uint64 { return h.Threads }, 1},
		{"files", func(h health) uint64 { return h.Files }, 0},
	} {
		was, is := healthMedian(base, m.of), healthMedian(last, m.of)
		t.Logf("%s: %d, then %d", m.what, was, is)
		if is > was+m.slack {
			t.Errorf("%s grew from %d to %d; want %d more at most", m.what, was, is, m.slack)
		}
	}
	t.Logf("collections of garbage: %d in the last %v", last[len(last)-1].Collected-last[0].Collected, last[len(last)-1].At.Sub(last[0].At).Round(time.Second))
}

func readHealth(t *testing.T, file string) (list []health) {
	t.Helper()
	f, err := os.Open(file)
	soakDo(t, err)
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var h health
		if json.Unmarshal(lines.Bytes(), &h) == nil { // the last may be torn
			list = append(list, h)
		}
	}
	if len(list) == 0 {
		t.Fatal("the program wrote nothing of its health")
	}
	return list
}

func healthWithin(list []health, from, till time.Time) (within []health) {
	for _, h := range list {
		if h.At.After(from) && h.At.Before(till) {
			within = append(within, h)
		}
	}
	return within
}

func healthMedian(list []health, of func(health) uint64) uint64 {
	values := make([]uint64, len(list))
	for i, h := range list {
		values[i] = of(h)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
