package hook

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
)

// sh is a hook that runs a shell's script; ordinary ones have no shell.
func sh(script string, args ...string) command {
	return command{&fleet.Hook{
		Name: "page", Command: append([]string{"/bin/sh", "-c", script, "sh"}, args...), Timeout: time.Minute,
	}}
}

var downOfT0 = message{fleet.OnDown, "t0", []byte("{\"type\":\"event\"}\n")}

// TestCommand: what a program finds: the line, a few variables, no descriptor of
// greylag's, a group of its own, and its arguments as they were written.
func TestCommand(t *testing.T) {
	t.Setenv("SECRET", "not for hooks")
	t.Setenv("HOME", "/home/greylag")
	dir := t.TempDir()
	open, err := os.Open(dir) // a descriptor that it must not have
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	c := sh(`cat > $1/line; env | grep -v '^_=\|^PWD=\|^OLDPWD=\|^SHLVL=' | sort > $1/env; ls -l /proc/self/fd > $1/fd; cut -d' ' -f1,5 /proc/$$/stat > $1/group; echo "$2" > $1/arg`,
		dir, `$(touch x) * "`)
	if err := c.deliver(t.Context(), downOfT0); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(text))
	}
	if got := read("line"); got != `{"type":"event"}` {
		t.Errorf("read %q", got)
	}
	want := []string{"GREYLAG_EVENT=down", "GREYLAG_HOOK=page", "GREYLAG_TUNNEL=t0", "HOME=/home/greylag", "PATH=" + os.Getenv("PATH")}
	for _, name := range []string{"LANG", "TZ"} {
		if value, is := os.LookupEnv(name); is {
			want = append(want, name+"="+value)
		}
	}
	slices.Sort(want)
	expect(t, strings.Split(read("env"), "\n"), want...)
	for l := range strings.Lines(read("fd")) {
		if _, to, is := strings.Cut(strings.TrimSpace(l), " -> "); is && (to == dir || strings.HasPrefix(to, "socket:") || strings.HasPrefix(to, "anon_inode:")) {
			t.Errorf("it has a descriptor of %s", to)
		}
	}
	if pid, group, _ := strings.Cut(read("group"), " "); pid != group {
		t.Errorf("process %s is of group %s", pid, group)
	}
	if got := read("arg"); got != `$(touch x) * "` {
		t.Errorf("argument %q", got)
	}
}

func TestCommandFails(t *testing.T) {
	for script, want := range map[string]string{
		"exit 3": "exit status 3",
		"echo to out; echo 'no route' >&2; false": `exit status 1: "to out\nno route"`,
		"kill -9 $$": "signal: killed",
		"head -c 2000000 /dev/zero | tr '\\0' x; exit 1": `exit status 1: "` + strings.Repeat("x", mostOutput) + `"`,
	} {
		if err := sh(script).deliver(t.Context(), downOfT0); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", script, err, want)
		}
	}
	for program, want := range map[string]string{
		"/none/such":        "fork/exec /none/such: no such file or directory",
		"greylag-none-such": `exec: "greylag-none-such": executable file not found in $PATH`,
	} {
		c := command{&fleet.Hook{Command: []string{program}, Timeout: time.Second}}
		if err := c.deliver(t.Context(), downOfT0); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", program, err, want)
		}
	}
}

// TestCommandDoesNotRead: a program need not read its standard input.
func TestCommandDoesNotRead(t *testing.T) {
	long := message{fleet.OnIncident, "1", []byte(strings.Repeat("x", 1<<20) + "\n")}
	if err := sh("exec true").deliver(t.Context(), long); err != nil {
		t.Error(err)
	}
}

// TestCommandTimeout: a program that takes too long is killed with all that it
// started, and waited for. On a slow machine it may not have come to anything in a short
// time.
func TestCommandTimeout(t *testing.T) {
	dir := t.TempDir()
	c := sh(`sleep 600 & echo $$ $! > $1/pids; echo waiting; wait`, dir)
	var err error
	for _, timeout := range []time.Duration{500 * time.Millisecond, 5 * time.Second, time.Minute} {
		c.hook.Timeout = timeout
		began := time.Now()
		err = c.deliver(t.Context(), downOfT0)
		if took := time.Since(began); took > timeout+time.Minute {
			t.Errorf("it took %v", took)
		}
		if want := fmt.Sprintf(`killed after %v: "waiting"`, timeout); err != nil && err.Error() == want {
			err = nil
			break
		}
	}
	if err != nil {
		t.Errorf("%v, want that it was killed, and waited", err)
	}
	pids, err := os.ReadFile(dir + "/pids")
	if err != nil {
		t.Fatal(err)
	}
	for _, pid := range strings.Fields(string(pids)) {
		stillRuns(t, pid)
	}
}

// stillRuns fails if a process does, a little later. One that is dead and not waited
// for is its parent's business.
func stillRuns(t *testing.T, pid string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
	}
	t.Errorf("process %s still runs", pid)
}

// TestCommandLeavesBehind: a program may leave one behind, which holds its output.
func TestCommandLeavesBehind(t *testing.T) {
	began := time.Now()
	if err := sh("sleep 100 & exit 0").deliver(t.Context(), downOfT0); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %v", took)
	}
}

// TestCommandLeaks: runs leave no descriptor and no child.
func TestCommandLeaks(t *testing.T) {
	open := func() int {
		list, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip(err)
		}
		return len(list)
	}
	c := sh("exit 1")
	_ = c.deliver(t.Context(), downOfT0)
	before := open()
	for range 20 {
		_ = c.deliver(t.Context(), downOfT0)
	}
	if after := open(); after > before {
		t.Errorf("%d descriptors open, %d before", after, before)
	}
	children, err := os.ReadFile("/proc/self/task/" + strconv.Itoa(os.Getpid()) + "/children")
	if err == nil && len(children) > 0 {
		t.Errorf("children left: %s", children)
	}
}

// TestCommandCancelled: what runs when greylag ends is killed.
func TestCommandCancelled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(100*time.Millisecond, func() { cancel(errEnd) })
	if err := sh("exec sleep 60").deliver(ctx, downOfT0); err == nil || err.Error() != "greylag ended" {
		t.Error(err)
	}
}
