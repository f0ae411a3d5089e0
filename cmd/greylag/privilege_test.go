package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const (
	noCapability = "0000000000000000"
	netAdminOnly = "0000000000001000"
)

// Every command that opens raw sockets has no capability and no_new_privs on all
// threads once it is at work, as root (of a user namespace, if need be), and started
// as the unit does: an ordinary user with the one ambient capability.
func TestCommandsGiveUpPrivileges(t *testing.T) {
	needSockets(t)
	silent := filepath.Join(t.TempDir(), "silent.toml")
	text := "[[tunnel]]\nname = \"a\"\nsource = \"192.0.2.1\"\ndestination = \"192.0.2.77\"\n" // for check, which ends with an answer
	if err := os.WriteFile(silent, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"headless", "-c", silent},
		{"check", "-c", silent},
		{"reflect", "--peer", "127.0.0.1"},
		{"tui", "-c", silent},
	} {
		for user, as := range users() {
			t.Run(args[0]+" as "+user, func(t *testing.T) {
				t.Parallel()
				r := startAs(t, as, args...)
				awaitPrivileges(t, r.Process.Pid, noCapability)
			})
		}
	}
}

// users are those whom the tests may become.
func users() map[string]*syscall.SysProcAttr {
	all := map[string]*syscall.SysProcAttr{"root": {}}
	if other := nobody(); other != nil {
		all["an ordinary user"] = &syscall.SysProcAttr{Credential: other, AmbientCaps: []uintptr{unix.CAP_NET_RAW}}
	}
	return all
}

// startAs starts the program on a terminal, which some commands want and no other
// minds. It is killed as the test ends.
func startAs(t *testing.T, as *syscall.SysProcAttr, args ...string) *exec.Cmd {
	t.Helper()
	cmd := program(t, args...)
	config := "/dev/fd/3" // nobody may not see the directory it is in
	cmd.Path = "/proc/self/exe"
	for i := range cmd.Args[1:] {
		if cmd.Args[i] == "-c" {
			file, err := os.Open(cmd.Args[i+1])
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			cmd.ExtraFiles, cmd.Args[i+1] = []*os.File{file}, config
		}
	}
	term := openTerminal(t)
	cmd.Env = append(cmd.Env, "TERM=xterm-256color", "HOME=")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = term.slave, term.slave, term.slave
	attributes := *as
	attributes.Setsid, attributes.Setctty = true, true
	cmd.SysProcAttr = &attributes
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(term.written())
		}
	})
	return cmd
}

// The demo plays the failures in its own namespace, and keeps the capability for it.
func TestDemoKeepsNetAdmin(t *testing.T) {
	cmd := program(t, "demo", "--headless")
	t.Parallel()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // the demo, and the one in the namespace
		_ = cmd.Wait()
	})
	odd := "nothing was started"
	for deadline := time.Now().Add(soon); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		for _, pid := range children(t, cmd.Process.Pid) {
			if odd = hasPrivileges(pid, netAdminOnly); odd == "" {
				return
			}
		}
	}
	t.Error(odd)
}

// children are the processes that a process has started.
func children(t *testing.T, pid int) (all []int) {
	t.Helper()
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil || len(lists) == 0 {
		t.Skip("this kernel does not say which processes a process has started")
	}
	for _, list := range lists {
		text, _ := os.ReadFile(list) // the thread may have ended
		for _, field := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				all = append(all, child)
			}
		}
	}
	return all
}

// awaitPrivileges waits until all threads of a process have no_new_privs, and of
// capabilities these, permitted and effective, and no others.
func awaitPrivileges(t *testing.T, pid int, want string) {
	t.Helper()
	odd := "it did not start"
	for deadline := time.Now().Add(soon); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if odd = hasPrivileges(pid, want); odd == "" {
			return
		}
	}
	t.Error(odd)
}

// hasPrivileges says what is not as wanted, "" if all is.
func hasPrivileges(pid int, want string) string {
	threads := threadStatus(pid)
	if len(threads) == 0 {
		return "there is no such process"
	}
	for _, status := range threads {
		for key, value := range map[string]string{
			"CapInh": noCapability, "CapPrm": want, "CapEff": want, "CapAmb": noCapability, "NoNewPrivs": "1",
		} {
			if got := statusValue(status, key); got != value {
				return fmt.Sprintf("thread %s has %s %s, want %s", statusValue(status, "Pid"), key, got, value)
			}
		}
	}
	return ""
}

// threadStatus is what the kernel says of each of a process's threads.
func threadStatus(pid int) (all []string) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil { // it may have ended
			all = append(all, string(text))
		}
	}
	return all
}

func statusValue(status, key string) string {
	_, rest, _ := strings.Cut(status, "\n"+key+":")
	value, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(value)
}
