package realtime

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// variable makes this binary a program that begins real time; "spin": and then runs
// without waiting.
const variable = "GREYLAG_REALTIME"

func TestMain(m *testing.M) {
	if how := os.Getenv(variable); how != "" {
		os.Exit(program(how))
	}
	os.Exit(m.Run())
}

// The exit codes of program.
const (
	asItShould = iota
	asItShouldNot
	forbidden
)

func program(how string) int {
	ended := make(chan bool)
	err := begin(time.Second, func() { close(ended) })
	switch {
	case errors.Is(err, unix.EPERM):
		fmt.Println(err)
		return forbidden
	case err != nil:
		fmt.Println(err)
		return asItShouldNot
	}
	for range 4 { // new ones are as those before
		go func() {
			runtime.LockOSThread()
			_ = unix.Pause()
		}()
	}
	if !await(unix.SCHED_RR) {
		return asItShouldNot
	}
	if how != "spin" {
		return asItShould
	}
	go func() {
		for {
		}
	}()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		fmt.Println("nobody stopped it within 20 s")
		return asItShouldNot
	}
	if !await(unix.SCHED_NORMAL) {
		return asItShouldNot
	}
	return asItShould
}

// await tells whether every thread comes to have that policy.
func await(policy uint32) bool {
	var odd []string
	for range 100 {
		odd = others(policy)
		if odd == nil {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	fmt.Printf("threads that have not policy %d: %q\n", policy, odd)
	return false
}

func others(policy uint32) (odd []string) {
	threads, _ := filepath.Glob("/proc/self/task/*")
	for _, thread := range threads {
		var id int
		_, _ = fmt.Sscan(filepath.Base(thread), &id)
		attr, err := unix.SchedGetAttr(id, 0)
		if err == nil && attr.Policy != policy {
			odd = append(odd, fmt.Sprint(id, " ", attr.Policy))
		}
	}
	return odd
}

// TestBegin: all threads are in real time, and none is that would not stop.
func TestBegin(t *testing.T) {
	for _, how := range []string{"wait", "spin"} {
		out, err := runProgram(t, how)
		switch exit := new(exec.ExitError); {
		case errors.As(err, &exit) && exit.ExitCode() == forbidden:
			t.Skipf("real time is not permitted here: %s", out)
		case err != nil:
			t.Errorf("%s: %v: %s", how, err, out)
		}
	}
}

// TestForbidden: who may not is told so, and goes on.
func TestForbidden(t *testing.T) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_RTPRIO, &limit); err != nil || limit.Cur > 0 || os.Geteuid() == 0 {
		t.Skip("this user may: ", limit, err)
	}
	if out, err := runProgram(t, "wait"); !strings.Contains(out, "sched_setattr") {
		t.Errorf("%v: %s", err, out)
	}
}

func runProgram(t *testing.T, how string) (string, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), variable+"="+how, "GORACE=atexit_sleep_ms=0")
	out, err := cmd.CombinedOutput()
	return string(out), err
}
