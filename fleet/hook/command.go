package hook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"greylag/fleet"
)

const (
	// mostOutput is how much of what a program says is kept, for the event that it
	// failed.
	mostOutput = 500
	// lingering is how long the output of a program that has ended may be held open by
	// what it started.
	lingering = time.Second
	niceness  = 10
)

// command runs a program for each message.
type command struct{ hook *fleet.Hook }

// deliver runs it: the line on standard input, in a process group of its own that is
// killed whole when the time is over. Nothing else of greylag's is handed down.
func (c command) deliver(ctx context.Context, m message) error {
	ctx, cancel := context.WithTimeoutCause(ctx, c.hook.Timeout, fmt.Errorf("killed after %v", c.hook.Timeout))
	defer cancel()
	said := new(tail)
	cmd := exec.CommandContext(ctx, c.hook.Command[0], c.hook.Command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(m.line), said, said
	cmd.Env, cmd.Dir = c.environment(m), "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = lingering
	err := run(cmd)
	switch {
	case err == nil || errors.Is(err, exec.ErrWaitDelay):
		return nil
	case ctx.Err() != nil && cmd.Process != nil:
		err = context.Cause(ctx)
	}
	return fmt.Errorf("%w%s", err, said.quoted())
}

// run starts cmd, behind the engine in the line for a processor, and waits for it.
func run(cmd *exec.Cmd) error {
	if err := start(cmd); err != nil {
		return err
	}
	_ = syscall.Setpriority(syscall.PRIO_PGRP, cmd.Process.Pid, niceness) // it may have ended
	return cmd.Wait()
}

// start starts cmd without what would let it run ahead of all others, where greylag
// itself does (chrt -r 1 greylag …).
func start(cmd *exec.Cmd) error {
	attr, err := unix.SchedGetAttr(0, 0)
	if err != nil || attr.Policy == unix.SCHED_NORMAL {
		return cmd.Start()
	}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends, and its flag with it
		attr.Flags |= unix.SCHED_FLAG_RESET_ON_FORK
		_ = unix.SchedSetAttr(0, attr, 0)
		started <- cmd.Start()
	}()
	return <-started
}

// inherited are the variables that a program has of greylag's own.
var inherited = []string{"PATH", "HOME", "LANG", "TZ"}

// environment is all that a program finds there.
func (c command) environment(m message) []string {
	env := []string{"GREYLAG_HOOK=" + c.hook.Name, "GREYLAG_EVENT=" + string(m.on)}
	switch m.on {
	case fleet.OnIncident:
		env = append(env, "GREYLAG_INCIDENT="+m.subject)
	case fleet.OnPath:
		env = append(env, "GREYLAG_SPOKE="+m.subject)
	default:
		env = append(env, "GREYLAG_TUNNEL="+m.subject)
	}
	for _, name := range inherited {
		if value, is := os.LookupEnv(name); is {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// tail keeps the end of what is written to it.
type tail struct{ text []byte }

func (t *tail) Write(b []byte) (int, error) {
	t.text = append(t.text, b[max(0, len(b)-mostOutput):]...)
	t.text = append(t.text[:0], t.text[max(0, len(t.text)-mostOutput):]...)
	return len(b), nil
}

// quoted is the text on one line; "" where there is none.
func (t *tail) quoted() string {
	text := bytes.TrimSpace(t.text)
	if len(text) == 0 {
		return ""
	}
	return ": " + strconv.QuoteToGraphic(string(text))
}
