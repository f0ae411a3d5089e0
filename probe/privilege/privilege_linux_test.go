package privilege

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"kernel.org/pub/linux/libs/security/libcap/cap"

	"greylag/probe/netlab/netlabtest"
)

// giverVariable makes this binary the program that gives up its privileges, but for
// the capability of that name ("all": it keeps none), and says what each thread has.
const giverVariable = "GREYLAG_PRIVILEGE"

// give is that program. Half of its threads are there before, asleep in a system
// call or busy, and half come afterwards.
func give() int {
	var keep []cap.Value
	if name := os.Getenv(giverVariable); name != "all" {
		c, err := cap.FromName(name)
		if err != nil {
			fmt.Println(err)
			return 1
		}
		keep = append(keep, c)
	}
	threads(8)
	if err := Drop(keep...); err != nil {
		fmt.Println(err)
		return 1
	}
	threads(8)
	if err := Drop(keep...); err != nil { // again
		fmt.Println(err)
		return 1
	}
	files, _ := filepath.Glob("/proc/self/task/*/status")
	for _, file := range files {
		status, err := os.ReadFile(file)
		if err != nil {
			fmt.Println(err)
			return 1
		}
		os.Stdout.Write(status)
	}
	return 0
}

// threads starts n threads, each with a goroutine of its own that stays on it.
func threads(n int) {
	var started sync.WaitGroup
	started.Add(n)
	for i := range n {
		go func() {
			runtime.LockOSThread()
			started.Done()
			if i%2 == 0 {
				_ = unix.Pause()
			}
			time.Sleep(time.Hour)
		}()
	}
	started.Wait()
}

// privileges are what a status file says of them: by key, each value that a thread has.
type privileges map[string]string

// of runs the program and returns what its threads have, of which all must have the
// same.
func of(t *testing.T, cmd *exec.Cmd, keep string) privileges {
	t.Helper()
	cmd.Env = append(os.Environ(), giverVariable+"="+keep, "GORACE=atexit_sleep_ms=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s%s", err, out, stderr.Bytes())
	}
	found, threads := privileges{}, 0
	for line := range strings.Lines(string(out)) {
		key, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch {
		case key == "Pid":
			threads++
		case !strings.HasPrefix(key, "Cap") && key != "NoNewPrivs":
		case found[key] != "" && found[key] != value:
			t.Errorf("%s is %s on one thread, and %s on another", key, found[key], value)
		default:
			found[key] = value
		}
	}
	if threads < 16 {
		t.Fatalf("%d threads, want 16 and more", threads)
	}
	return found
}

func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

const none = "0000000000000000"

// nothing is what a process without privileges has.
var nothing = privileges{"CapInh": none, "CapPrm": none, "CapEff": none, "CapBnd": none, "CapAmb": none, "NoNewPrivs": "1"}

func expect(t *testing.T, got, want privileges) {
	t.Helper()
	if !maps.Equal(got, want) {
		t.Errorf("the threads have %v, want %v", got, want)
	}
}

// Root, if only of a user namespace, has everything, and nothing afterwards.
func TestRoot(t *testing.T) {
	t.Parallel()
	netlabtest.Need(t)
	expect(t, of(t, exec.Command(self(t)), "all"), nothing)
}

// What is kept is there, permitted and effective, and not handed on.
func TestKeep(t *testing.T) {
	t.Parallel()
	netlabtest.Need(t)
	want := maps.Clone(nothing)
	want["CapPrm"], want["CapEff"], want["CapBnd"] = bit(cap.NET_ADMIN), bit(cap.NET_ADMIN), bit(cap.NET_ADMIN)
	expect(t, of(t, exec.Command(self(t)), "cap_net_admin"), want)
}

func bit(c cap.Value) string { return fmt.Sprintf("%016x", uint64(1)<<c) }

// Ambient capabilities, as systemd's AmbientCapabilities= gives them, are permitted,
// effective and inheritable, too. Without CAP_SETPCAP the bounding set stays.
func TestAmbient(t *testing.T) {
	t.Parallel()
	cmd := ordinary(t)
	cmd.SysProcAttr.AmbientCaps = []uintptr{unix.CAP_NET_RAW}
	expectButBound(t, of(t, cmd, "all"))
}

// So does what the file's capabilities give (setcap). What is to be kept and is not
// there is no error.
func TestFileCapabilities(t *testing.T) {
	t.Parallel()
	cmd := ordinary(t)
	given, err := cap.FromText("cap_net_raw,cap_net_bind_service=ep")
	if err != nil {
		t.Fatal(err)
	}
	if err := given.SetFile(cmd.Path); err != nil {
		t.Skip(err) // a file system without them
	}
	expectButBound(t, of(t, cmd, "cap_net_admin"))
}

// expectButBound expects nothing but a bounding set.
func expectButBound(t *testing.T, got privileges) {
	t.Helper()
	want := maps.Clone(nothing)
	want["CapBnd"] = got["CapBnd"]
	expect(t, got, want)
	if got["CapBnd"] == none {
		t.Error("the bounding set is empty, which an ordinary user may not make it")
	}
}

// ordinary prepares a copy of this binary that nobody runs. Only the host's root can
// become him, and only where nobody may come near the file.
func ordinary(t *testing.T) *exec.Cmd {
	t.Helper()
	dir, err := os.MkdirTemp("", "privilege")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	text, err := os.ReadFile(self(t))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(dir, "giver"))
	if err := errors.Join(os.WriteFile(cmd.Path, text, 0o755), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	try := exec.Command("/bin/test", "-x", cmd.Path)
	try.Dir, try.SysProcAttr = cmd.Dir, cmd.SysProcAttr
	if err := try.Run(); err != nil {
		t.Skipf("another user cannot run %s: %v", cmd.Path, err)
	}
	return cmd
}
