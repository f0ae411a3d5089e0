package inventory

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"greylag/fleet"
)

// TestPeak bounds what reading a large fleet takes: the heap at its largest, and
// what is left of it. A process of its own reads the file, with the garbage
// collector as greylag sets it, and on one processor: on two the collector is as
// late as a busy machine makes it, and the heap takes 4 MiB more at one time in
// nine. GREYLAG_PEAK_TUNNELS is another number of tunnels.
func TestPeak(t *testing.T) {
	if file := os.Getenv("GREYLAG_PEAK_FILE"); file != "" {
		reportPeak(t, file)
		return
	}
	n := 10_000
	if s := os.Getenv("GREYLAG_PEAK_TUNNELS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	src := generate(n, "")
	file := filepath.Join(t.TempDir(), "a.toml")
	if err := os.WriteFile(file, src, 0o644); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0], "-test.run=^TestPeak$")
	child.Env = append(os.Environ(), "GREYLAG_PEAK_FILE="+file, "GOGC=10", "GOMAXPROCS=1")
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var peak, kept, resident int
	if _, err := fmt.Sscanf(string(out), "peak %d kept %d resident %d KiB", &peak, &kept, &resident); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	each := int(unsafe.Sizeof(fleet.Tunnel{}))
	t.Logf("%d tunnels: heap at most %d bytes a tunnel, %d kept, of which %d the fleet.Tunnel, %d text; process at most %d KiB",
		n, peak/n, kept/n, each, len(src)/n, resident)
	// Beside the tunnels: the text, maps of names and answers; and, for any fleet,
	// one portion, the runtime, and what the heap takes at once (4 MiB).
	if most := n*2*each + 2*len(src) + 8<<20; peak > most {
		t.Errorf("reading takes %d bytes, more than %d", peak, most)
	}
	// Beside the tunnels: names, tags, half a spoke.
	if most := each + 150; kept/n > most {
		t.Errorf("%d bytes a tunnel are kept, more than %d", kept/n, most)
	}
}

func reportPeak(t *testing.T, file string) {
	inv, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	peak := m.HeapSys // what the heap has taken from the system never shrinks
	runtime.GC()
	runtime.ReadMemStats(&m)
	fmt.Printf("peak %d kept %d resident %s\n", peak, m.HeapAlloc, resident())
	runtime.KeepAlive(inv)
}

// resident is the process's largest resident memory so far.
func resident() string {
	status, _ := os.ReadFile("/proc/self/status")
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	size, _, _ := strings.Cut(after, "kB")
	return strings.TrimSpace(size) + " KiB"
}
