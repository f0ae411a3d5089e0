package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is one of 80x24 with the program on it.
type terminal struct {
	t             *testing.T
	master, slave *os.File
	ended         chan error

	mu     sync.Mutex
	output bytes.Buffer
}

// onTerminal starts the program on a terminal of its own, as nobody where the tests
// may become that. stdin is what it reads, nil the terminal.
func onTerminal(t *testing.T, stdin *os.File, args ...string) *terminal {
	t.Helper()
	term := openTerminal(t)
	cmd := exec.Command("/proc/self/exe", args...) // nobody may not see the directory it is in
	cmd.Env = []string{asProgram + "=1", "TERM=xterm-256color", "LANG=C.UTF-8", race + "=" + os.Getenv(race)}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = term.slave, term.slave, term.slave
	if stdin != nil {
		cmd.Stdin = stdin
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 1, Credential: nobody()}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { term.ended <- cmd.Wait() }()
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return term
}

// nobody is a user without any privilege; nil where there is no becoming it.
func nobody() *syscall.Credential {
	ids, err := os.ReadFile("/proc/self/uid_map")
	if err != nil || os.Getuid() != 0 || strings.Join(strings.Fields(string(ids)), " ") != "0 0 4294967295" {
		return nil
	}
	return &syscall.Credential{Uid: 65534, Gid: 65534}
}

// openTerminal makes one: see pts(4).
func openTerminal(t *testing.T) *terminal {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Skip(err)
	}
	number, err := unlockTerminal(master)
	if err != nil {
		t.Skip(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	term := &terminal{t: t, master: master, slave: slave, ended: make(chan error, 1)}
	t.Cleanup(func() { master.Close(); slave.Close() })
	go term.read()
	return term
}

func unlockTerminal(master *os.File) (number int, err error) {
	raw, err := master.SyscallConn()
	if err != nil {
		return 0, err
	}
	failed := raw.Control(func(fd uintptr) {
		if err = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); err == nil {
			number, err = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		}
		if err == nil {
			err = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80})
		}
	})
	if failed != nil {
		return 0, failed
	}
	return number, err
}

// read takes what the program writes.
func (term *terminal) read() {
	buf := make([]byte, 4096)
	for {
		n, err := term.master.Read(buf)
		term.mu.Lock()
		term.output.Write(buf[:n])
		term.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (term *terminal) written() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.output.String()
}

// await waits until the program has written what.
func (term *terminal) await(what string) {
	term.t.Helper()
	for deadline := time.Now().Add(soon); !strings.Contains(term.written(), what); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			term.t.Fatalf("never wrote %q, but %q", what, term.written())
		}
	}
}

// press sends keys.
func (term *terminal) press(keys string) {
	term.t.Helper()
	if _, err := term.master.WriteString(keys); err != nil {
		term.t.Fatal(err)
	}
}

// quietly waits for an end with exit code 0.
func (term *terminal) quietly() {
	term.t.Helper()
	select {
	case err := <-term.ended:
		if err != nil {
			term.t.Errorf("ended with %v; written: %q", err, term.written())
		}
	case <-time.After(soon):
		term.t.Fatalf("it does not end; written: %q", term.written())
	}
}
