package awake

import (
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// What is stolen is what no processor was used in; of an overlap as much as fits.
func TestStolen(t *testing.T) {
	const ms = time.Millisecond
	begin := time.Now().Add(-time.Hour)
	at := func(d time.Duration) time.Time { return begin.Add(d) }
	c := &Clock{looked: begin}
	c.look(at(8*ms), 0)          // a little late
	c.look(at(113*ms), 95*ms)    // the process was at work itself
	c.look(at(213*ms), 20*ms)    // 75 ms
	c.look(at(1218*ms), 2000*ms) // on two processors
	c.look(at(2223*ms), 0)       // 1000 ms
	for _, w := range []struct{ from, to, want time.Duration }{
		{0, 2223 * ms, 1075 * ms},
		{0, 113 * ms, 0},
		{113 * ms, 213 * ms, 75 * ms},
		{113 * ms, 153 * ms, 40 * ms},
		{200 * ms, 1318 * ms, 113 * ms},
		{1218 * ms, 1218 * ms, 0},
		{2223 * ms, 0, 0},
	} {
		if got := c.Stolen(at(w.from), at(w.to)); got != w.want {
			t.Errorf("between %v and %v: %v, want %v", w.from, w.to, got, w.want)
		}
	}
	if got := c.Between(at(0), at(2223*ms)); got != 1148*ms {
		t.Errorf("awake for %v", got)
	}
}

// A process that is stopped for a while knows that it was.
func TestStopped(t *testing.T) {
	const child = "GREYLAG_AWAKE_CHILD"
	if os.Getenv(child) != "" {
		stopped(t)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestStopped$", "-test.v")
	cmd.Env = append(os.Environ(), child+"=1", "GORACE=atexit_sleep_ms=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func stopped(t *testing.T) {
	c := Start(t)
	begin := time.Now()
	helper := exec.Command("/bin/sh", "-c", "kill -STOP $0; sleep 0.5; kill -CONT $0", strconv.Itoa(os.Getpid()))
	if err := helper.Run(); err != nil {
		t.Fatal(err)
	}
	end := time.Now()
	if got := c.Stolen(begin, end); got < 400*time.Millisecond {
		t.Errorf("%v of %v stolen, want 500 ms", got, end.Sub(begin))
	}
	t.Logf("%v of %v stolen", c.Stolen(begin, end), end.Sub(begin))
}
