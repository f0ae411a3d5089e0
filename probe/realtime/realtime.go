//go:build linux

// Package realtime has the kernel run the whole process before all ordinary ones.
//
// Every thread is, not the engine's alone: in Go another thread finds that it has
// something to do, and would wait in the line of the ordinary. Measured, a locked
// thread of its own made a keepalive a third dearer at 10,000 a second.
package realtime

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
	"kernel.org/pub/linux/libs/security/libcap/psx"
)

// longest is how long a thread may run in real time without ever waiting. Reading a
// large inventory takes 2 s; what takes longer is a fault, or a flood, and the host
// has other things to do.
const longest = 5 * time.Second

// Begin gives every thread of the process, and those still to come, the policy
// SCHED_RR at the lowest priority of real time (sched(7)). It takes CAP_SYS_NICE, or
// RLIMIT_RTPRIO; the error is the kernel's where that is missing, and all is as before.
//
// A process that is in real time already (chrt) is left alone.
//
// Where a thread then runs for 5 s without waiting once, all are ordinary again
// (RLIMIT_RTTIME, getrlimit(2)), and ended is called, from another goroutine.
func Begin(ended func()) error { return begin(longest, ended) }

func begin(longest time.Duration, ended func()) error {
	before, err := unix.SchedGetAttr(0, 0)
	if err != nil || before.Policy == unix.SCHED_RR || before.Policy == unix.SCHED_FIFO {
		return os.NewSyscallError("sched_getattr", err)
	}
	if err := try(); err != nil {
		return err
	}
	over := make(chan os.Signal, 1)
	signal.Notify(over, syscall.SIGXCPU) // before the first can come: it ends the process otherwise
	if err := limit(longest); err != nil {
		signal.Stop(over)
		return err
	}
	if err := all(roundRobin); err != nil {
		signal.Stop(over)
		return err
	}
	go func() {
		<-over
		// Everybody may that. No nicer than before, which not everybody may.
		_ = all(&unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: before.Policy, Nice: before.Nice})
		ended()
	}()
	return nil
}

var roundRobin = &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_RR, Priority: 1}

// try asks the kernel on a thread that ends with it: psx ends the process where some
// threads may, and others not, or where none can be listed.
func try() error {
	if _, err := os.ReadDir("/proc/self/task"); err != nil {
		return err
	}
	answer := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked
		answer <- os.NewSyscallError("sched_setattr", unix.SchedSetAttr(0, roundRobin, 0))
	}()
	return <-answer
}

// limit bounds what a thread may run without waiting; the hard limit stays.
func limit(longest time.Duration) error {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_RTTIME, &l); err != nil {
		return fmt.Errorf("RLIMIT_RTTIME: %w", err)
	}
	l.Cur = min(uint64(longest.Microseconds()), l.Max)
	if err := unix.Setrlimit(unix.RLIMIT_RTTIME, &l); err != nil {
		return fmt.Errorf("RLIMIT_RTTIME: %w", err)
	}
	return nil
}

// all sets the policy of every thread.
func all(attr *unix.SchedAttr) error {
	_, _, errno := psx.Syscall3(unix.SYS_SCHED_SETATTR, 0, uintptr(unsafe.Pointer(attr)), 0)
	runtime.KeepAlive(attr)
	if errno != 0 {
		return os.NewSyscallError("sched_setattr", errno)
	}
	return nil
}
