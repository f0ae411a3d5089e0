package probe_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"greylag/probe/awake"
	"greylag/probe/netlab/netlabtest"
)

// inApart says to a process that it runs one test for another; taken is what it says of
// a failure during which the machine kept it from running.
const inApart, taken = "GREYLAG_TEST_APART", "the machine took "

// apart runs a test of real time in a process of its own. On real kernels an engine that
// the machine keeps from running for three intervals, a fifth of a second, calls lines
// down or excuses keepalives, and that is right: so a failure counts only if the machine
// let the process run, and else the test is run again. Which failures those are is not
// guessed: a clock beside the test has missed its beats.
func apart(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	if os.Getenv(inApart) != "" {
		clock, begun := awake.Start(t), time.Now()
		t.Cleanup(func() {
			if stolen := clock.Stolen(begun, time.Now()); t.Failed() && stolen > 20*time.Millisecond {
				fmt.Printf("\n%s%v\n", taken, stolen)
			}
		})
		test(t)
		return
	}
	netlabtest.Need(t)
	const tries = 5
	for try := 1; ; try++ {
		out, err := runApart(t.Name())
		switch {
		case err == nil && bytes.Contains(out, []byte("--- SKIP: ")):
			t.Skipf("%s", out)
		case err == nil && bytes.Contains(out, []byte("--- PASS: ")):
			t.Logf("%s", out)
			return
		case !bytes.Contains(out, []byte("\n"+taken)):
			t.Fatalf("try %d: %v\n%s", try, err, out)
		case try == tries:
			t.Skipf("nothing can be said here: in each of %d tries the machine kept this from running; the last: %s", try, out)
		}
		t.Logf("again, after %v", err)
	}
}

// runApart runs the test of that name.
func runApart(name string) (out []byte, err error) {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	args := []string{"-test.v", "-test.timeout=5m", "-test.run=" + strings.Join(parts, "/")}
	if testing.Short() {
		args = append(args, "-test.short")
	}
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), inApart+"=1", "GORACE=atexit_sleep_ms=0 "+os.Getenv("GORACE"))
	return cmd.CombinedOutput()
}
