package tui

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/sys/unix"
)

// errNoShell is why the program cannot be suspended.
var errNoShell = errors.New("no shell is behind this terminal to go back to: q leaves")

// suspend goes back to the shell until it brings the program back.
func suspend(m *model, _ string) tea.Cmd {
	if !m.hasShell() {
		return m.fail(errNoShell)
	}
	return tea.Suspend
}

// hasShell tells whether somebody could bring the program back. The kernel stops
// no process group that is orphaned (POSIX, section 3.264), as it is where ssh or
// tmux began the program without a shell; Bubble Tea would wait for ever. The
// shell may be further up: the demo is started by the program itself.
func hasShell() bool {
	own, err := unix.Getsid(0)
	leader := firstOutside(os.Getppid(), syscall.Getpgrp())
	session, err2 := unix.Getsid(leader)
	return errors.Join(err, err2) == nil && leader > 0 && session == own
}

// firstOutside is the nearest ancestor, from pid on, that is not of a process
// group; 0 where there is none to be found.
func firstOutside(pid, group int) int {
	for pid > 0 {
		g, err := syscall.Getpgid(pid)
		if err != nil {
			return 0
		}
		if g != group {
			return pid
		}
		pid = parentOf(pid)
	}
	return 0
}

// parentOf is the parent of a process, 0 where it is not known: proc(5), the
// second field behind the name, which may hold anything.
func parentOf(pid int) int {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 2 {
		return 0
	}
	parent, _ := strconv.Atoi(fields[1])
	return parent
}
