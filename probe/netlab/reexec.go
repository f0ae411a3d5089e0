//go:build linux

package netlab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// insideVariable holds, in the re-executed process, the network namespace of
// the process that started it: that of a mere heir of the variable is the same.
const insideVariable = "GREYLAG_NETLAB"

// program is this executable even when its file has been replaced or removed.
const program = "/proc/self/exe"

// Inside tells whether this process was started by [Reexec], in a network
// namespace of its own.
func Inside() bool {
	outer := os.Getenv(insideVariable)
	own, err := ownNamespace()
	return outer != "" && err == nil && own != outer
}

// Reexec runs this program again in a new network namespace, with args after
// its name and env added to its environment, and returns its exit code: 128 + n
// where signal n ended it. It needs no privilege where user namespaces are
// allowed: where the plain namespace is refused, the program is root in a new
// user namespace around it. It inherits stdin, stdout and stderr.
//
// SIGINT, SIGTERM and SIGHUP are passed on, but only after [signalGrace]: a
// terminal's ctrl-C, timeout(1) and service managers send them to both processes,
// and the program must not see them twice. An end of ctx is passed on as SIGTERM,
// and after [killGrace] more as SIGKILL. If this process dies, the program gets
// SIGTERM.
//
// An error means that it could not be run, and says why and what would help.
func Reexec(ctx context.Context, args []string, env []string) (exitCode int, err error) {
	signals := make(chan os.Signal, 8)
	notify(signals)
	defer signal.Stop(signals)
	// The kernel ties "parent dies" to the thread that started the process.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd, err := start(func() *exec.Cmd {
		cmd := command(args, env)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		return cmd
	})
	if err != nil {
		return 0, refused(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	relay := relay{signals: signals, send: cmd.Process.Signal, done: done}
	return exitCodeOf(relay.run(ctx))
}

// command prepares this program with the marker of [Inside].
func command(args, env []string) *exec.Cmd {
	own, _ := ownNamespace() // "" makes Inside false, and New says so
	cmd := exec.Command(program, args...)
	cmd.Args[0] = os.Args[0]
	cmd.Env = append(os.Environ(), env...)
	cmd.Env = append(cmd.Env, insideVariable+"="+own)
	return cmd
}

// start starts what prepare returns in a new network namespace, and if that is
// refused, in one within a new user namespace.
func start(prepare func() *exec.Cmd) (*exec.Cmd, error) {
	cmd := prepare()
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET, Pdeathsig: syscall.SIGTERM}
	err := cmd.Start()
	if err == nil || !errors.Is(err, unix.EPERM) {
		return cmd, err
	}
	restore := becomeDumpable()
	defer restore()
	cmd = prepare()
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWNET | unix.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}},
		Pdeathsig:   syscall.SIGTERM,
	}
	return cmd, cmd.Start()
}

// becomeDumpable lets this user write the new process's uid_map although the
// program's file has capabilities (setcap): /proc would belong to root otherwise.
func becomeDumpable() (restore func()) {
	was, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	if err != nil || was == 1 {
		return func() {}
	}
	// Best effort: Start then says what was refused. Only 0 and 1 can be set.
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0)
	return func() { _ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) }
}

func exitCodeOf(err error) (int, error) {
	var exit *exec.ExitError
	if err == nil || !errors.As(err, &exit) {
		return 0, err
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return exit.ExitCode(), nil
}

func ownNamespace() (string, error) {
	own, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		return "", fmt.Errorf("own network namespace is unknown: %w", err)
	}
	return own, nil
}
