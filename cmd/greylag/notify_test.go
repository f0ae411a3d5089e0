package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"greylag/fleet"
	"greylag/probe/rawsock"
)

// hanging is a simulated network whose engine can be made to hang.
type hanging struct {
	simNetwork
	hung atomic.Pointer[chan struct{}] // nil: it does not
}

func (n *hanging) engineConn(o rawsock.Options) (engineConn, error) {
	c, err := n.simNetwork.engineConn(o)
	return hangingConn{c, n}, err
}

type hangingConn struct {
	engineConn
	net *hanging
}

// Receive implements probe.Conn.
func (c hangingConn) Receive(handle func(packet []byte, at time.Time)) (more bool, err error) {
	if until := c.net.hung.Load(); until != nil {
		<-*until
	}
	return c.engineConn.Receive(handle)
}

// The manager is told that greylag is ready, how the fleet is when that changes, and
// that the engine lives, though it has nothing to do for an hour; but not while it
// hangs.
func TestNotifies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := demoStage(t, 4)
		for i := range st.fleet.inv.Tunnels {
			st.fleet.inv.Tunnels[i].Interval = time.Hour
		}
		network := &hanging{simNetwork: simNetwork{st.host}}
		s, err := openStation(st.fleet.inv, stationOptions{network: network})
		if err != nil {
			t.Fatal(err)
		}
		begun, told := time.Now(), []string{}
		n := &notifier{station: s, watchdog: 14 * time.Second, manager: func(state string) error {
			told = append(told, fmt.Sprint(time.Since(begun), " ", state))
			return nil
		}}
		ctx, cancel := context.WithTimeout(t.Context(), 70*time.Second+time.Millisecond)
		defer cancel()
		until := make(chan struct{})
		time.AfterFunc(30*time.Second, func() { network.hung.Store(&until) })
		time.AfterFunc(50*time.Second, func() { network.hung.Store(nil); close(until) })
		end := outlets{n}.begin(t.Output())
		if err := s.run(ctx); err != nil {
			t.Error(err)
		}
		end()
		if diff := cmp.Diff([]string{
			"0s READY=1", "0s STATUS=0 of 4 tunnels up, 4 pending",
			"5s STATUS=4 of 4 tunnels up",
			"7s WATCHDOG=1", "14s WATCHDOG=1", "21s WATCHDOG=1", "28s WATCHDOG=1",
			"35s WATCHDOG=1", // it turned at 28 s
			"56s WATCHDOG=1", "1m3s WATCHDOG=1", "1m10s WATCHDOG=1",
			"1m10.001s STOPPING=1",
		}, told); diff != "" {
			t.Error(diff)
		}
	})
}

// A manager that cannot be told is complained of once, until it can be again.
func TestNotifiesNobody(t *testing.T) {
	var said strings.Builder
	n := &notifier{station: &station{stderr: &said}}
	for _, err := range []error{errors.New("gone"), errors.New("gone"), nil, errors.New("away"), nil} {
		n.said(err)
	}
	if want := "gone; greylag goes on\naway; greylag goes on\n"; said.String() != want {
		t.Errorf("said %q, want %q", said.String(), want)
	}
}

// A reload is told as systemd's Type=notify-reload wants it too: with the time.
func TestReloading(t *testing.T) {
	var told []string
	m := serviceManager(func(state string) error { told = append(told, state); return nil })
	var before, after, at unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &before)
	if err := errors.Join(m.reloading(), m.ready()); err != nil {
		t.Fatal(err)
	}
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &after)
	usec := int64(0)
	if _, err := fmt.Sscanf(told[0], "RELOADING=1\nMONOTONIC_USEC=%d", &usec); err != nil {
		t.Fatal(told[0], err)
	}
	at = unix.NsecToTimespec(usec * 1000)
	if at.Nano() < before.Nano()-1000 || at.Nano() > after.Nano() || told[1] != "READY=1" {
		t.Errorf("told %q, from %d to %d ns", told, before.Nano(), after.Nano())
	}
}

func TestStatusText(t *testing.T) {
	for want, sum := range map[string]fleet.Summary{
		"9,876 of 10,000 tunnels up, 12 down, 112 disabled; 3 spokes without a path": {
			Tunnels: map[fleet.State]int{fleet.Up: 9876, fleet.Down: 12, fleet.Disabled: 112},
			Spokes:  map[fleet.Path]int{fleet.PathPrimary: 4, fleet.PathNone: 3},
		},
		"0 of 1 tunnel up, 1 pending": {Tunnels: map[fleet.State]int{fleet.Pending: 1}},
		"1,234,567 of 1,234,568 tunnels up, 1 degraded; 1 spoke on a backup, 2 unprotected": {
			Tunnels: map[fleet.State]int{fleet.Up: 1234567, fleet.Degraded: 1},
			Spokes:  map[fleet.Path]int{fleet.PathBackup: 1}, Unprotected: 2,
		},
		"999 of 1,000 tunnels up, 1 down; 1 spoke unprotected": {
			Tunnels: map[fleet.State]int{fleet.Up: 999, fleet.Down: 1}, Unprotected: 1,
		},
	} {
		if got := statusText(&sum); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// The program itself, with a socket as systemd's. When it is ready it has given up its
// privileges.
func TestNotifySocket(t *testing.T) {
	needSockets(t)
	path := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer manager.Close()
	cmd := program(t, "headless", "-c", ownFleet(t, 29))
	cmd.Env = append(cmd.Env, "NOTIFY_SOCKET="+path, "WATCHDOG_USEC=200000")
	t.Parallel()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	var heard []string
	hear := func() string {
		t.Helper()
		if err := manager.SetReadDeadline(time.Now().Add(soon)); err != nil {
			t.Fatal(err)
		}
		state := make([]byte, 1000)
		n, err := manager.Read(state)
		if err != nil {
			t.Fatalf("%v; heard so far: %q", err, heard)
		}
		word, _, _ := strings.Cut(string(state[:n]), " ")
		heard = append(heard, word)
		return word
	}
	for hear() != "READY=1" {
	}
	if odd := hasPrivileges(cmd.Process.Pid, noCapability); odd != "" {
		t.Error("ready, and ", odd)
	}
	for hear() != "WATCHDOG=1" {
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for hear() != "STOPPING=1" {
	}
	if !strings.HasPrefix(heard[1], "STATUS=") || heard[0] != "READY=1" {
		t.Errorf("heard %q", slices.Compact(heard))
	}
}
