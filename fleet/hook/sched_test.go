package hook

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// realTime, set, has this binary run as greylag does behind chrt -r 1; its value is
// where the hook writes.
const realTime = "GREYLAG_TEST_REALTIME"

// TestCommandOrdinary: what runs in real time starts programs that do not, nor what
// they start at once; and goes on itself as it was.
func TestCommandOrdinary(t *testing.T) {
	if dir := os.Getenv(realTime); dir != "" {
		runRealTime(t, dir)
		return
	}
	chrt, err := exec.LookPath("chrt")
	if err == nil {
		err = exec.Command(chrt, "-r", "1", "true").Run()
	}
	if err != nil {
		t.Skip("real-time scheduling is not permitted here: ", err)
	}
	dir := t.TempDir()
	again := exec.Command(chrt, "-r", "1", os.Args[0], "-test.run=^TestCommandOrdinary$")
	again.Env = append(os.Environ(), realTime+"="+dir)
	if out, err := again.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, who := range []string{"shell", "child"} {
		nice, policy := scheduling(t, filepath.Join(dir, who))
		if policy != unix.SCHED_NORMAL || nice != niceness && who == "shell" {
			t.Errorf("the %s has nice %d and policy %d, want %d and %d", who, nice, policy, niceness, unix.SCHED_NORMAL)
		}
	}
}

func runRealTime(t *testing.T, dir string) {
	c := sh("cat /proc/self/stat >$1/child; sleep .1; cat /proc/$$/stat >$1/shell", dir)
	for range 3 {
		if err := c.deliver(t.Context(), downOfT0); err != nil {
			t.Fatal(err)
		}
	}
	var odd []string
	for range 1000 { // the thread that started it may still be ending
		if odd = otherThreads(t); odd == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("not all threads have policy %d any more: %q", unix.SCHED_RR, odd)
}

// otherThreads are those of this process that have another policy than it began with.
func otherThreads(t *testing.T) (odd []string) {
	t.Helper()
	threads, err := filepath.Glob("/proc/self/task/*/stat")
	if err != nil || len(threads) == 0 {
		t.Fatal(threads, err)
	}
	for _, thread := range threads {
		if text, err := os.ReadFile(thread); err != nil || policyIn(string(text)) != unix.SCHED_RR {
			odd = append(odd, string(text))
		}
	}
	return odd
}

// policyIn is the 41st field of stat (proc(5)); -1: it has none.
func policyIn(stat string) int {
	_, after, _ := strings.Cut(stat, ") ")
	if fields := strings.Fields(after); len(fields) > 38 {
		policy, _ := strconv.Atoi(fields[38])
		return policy
	}
	return -1
}

// scheduling reads nice and policy, the 19th and the 41st field of stat (proc(5)).
func scheduling(t *testing.T, path string) (nice, policy int) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), ") ") // its name may have spaces
	fields := strings.Fields(after)
	if len(fields) < 40 {
		t.Fatalf("%q", text)
	}
	nice, _ = strconv.Atoi(fields[16])
	policy, _ = strconv.Atoi(fields[38])
	return nice, policy
}
