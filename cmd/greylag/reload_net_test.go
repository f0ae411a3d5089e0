package main

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/probe/awake"
	"greylag/probe/netlab"
)

// GREYLAG_RELOAD is how many tunnels are probed while the inventory is reloaded; the
// requirement is 10,000.
const reloadFleet = 2000

var reloadFarEnds = netip.MustParsePrefix("10.201.0.0/16")

// arrivals answers every keepalive, and notes when they came.
type arrivals struct {
	clock *awake.Clock

	mu  sync.Mutex
	all map[[4]byte][]time.Time // by destination
	n   uint64
}

// Handle implements netlab.Responder.
func (a *arrivals) Handle(packet []byte, now time.Time, emit func(time.Duration, []byte)) {
	if packet[9] != 47 {
		return
	}
	a.mu.Lock()
	to := [4]byte(packet[16:])
	a.all[to] = append(a.all[to], now)
	a.n++
	a.mu.Unlock()
	emit(0, packet[24:])
}

// count is how many came.
func (a *arrivals) count() uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.n
}

func newArrivals(t *testing.T) *arrivals {
	t.Helper()
	soakDo(t, theLab.FarPrefix(reloadFarEnds))
	t.Cleanup(func() { soakDo(t, theLab.Underlay().RemoveRoute(reloadFarEnds)) })
	a := &arrivals{clock: awake.Start(t), all: map[[4]byte][]time.Time{}}
	server, err := theLab.Serve(t.Context(), func([4]byte) netlab.Responder { return a })
	soakDo(t, err)
	t.Cleanup(func() { soakDo(t, server.Close()) })
	return a
}

// reloadPlace is the i-th far end, counted from 1.
func reloadPlace(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, 201, byte(i >> 8), byte(i)}) }

// reloadText is an inventory of n tunnels. After the change one in a hundred is
// another: of three one is gone, one is new, and one has other retries.
func reloadText(n int, interval time.Duration, changed bool) string {
	var text strings.Builder
	fmt.Fprintf(&text, "[engine]\nreflect = false\n[defaults]\nsource = %q\ninterval = %q\n", theLab.Underlay().Near().Addr(), interval)
	for i := 1; i <= n; i++ {
		name, more := fmt.Sprintf("t%05d", i), ""
		if changed && i%100 == 0 {
			switch i / 100 % 3 {
			case 0:
				continue
			case 1:
				name = "new-" + name
			default:
				more = "retries = 9\n"
			}
		}
		fmt.Fprintf(&text, "[[tunnel]]\nname = %q\ndestination = %q\n%s", name, reloadPlace(i), more)
	}
	return text.String()
}

// Of a fleet that is probed for real, those that a reload does not concern miss no
// send and keep their counters; a broken file changes nothing.
func TestReloadOfManyTunnels(t *testing.T) {
	if noNamespace != nil {
		t.Skip(noNamespace)
	}
	if testing.Short() {
		t.Skip("takes seconds of real time")
	}
	n, interval := reloadFleet, 500*time.Millisecond
	if raceEnabled {
		n = 300
	}
	if text := os.Getenv("GREYLAG_RELOAD"); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		soakDo(t, err)
		interval = time.Second
	}
	far := newArrivals(t)
	file := filepath.Join(t.TempDir(), "fleet.toml")
	writeFile(t, file, reloadText(n, interval, false))
	var stderr bytes.Buffer
	a := &app{stdout: new(bytes.Buffer), stderr: &stderr, config: file}
	inv, err := a.inventory()
	soakDo(t, err)
	s, err := openStation(inv, stationOptions{network: sharedNetwork{}, reflect: true, stderr: &stderr})
	soakDo(t, err)
	hangups, done := make(chan os.Signal, 1), make(chan error, 1)
	ctx, end := context.WithCancel(t.Context())
	go func() {
		done <- a.report(ctx, s, reporting{every: time.Hour, events: true, load: a.inventory, hangups: hangups})
	}()
	time.Sleep(2*interval + interval/3)
	writeFile(t, file, reloadText(n, interval, true))
	begun := time.Now()
	hangups <- syscall.SIGHUP
	awaitReload(t, s, "done")
	reloaded := time.Now()
	writeFile(t, file, "[[tunnel]]\n")
	hangups <- syscall.SIGHUP
	awaitReload(t, s, "refused")
	time.Sleep(2 * interval)
	awaitAll(t, "all up", func() bool { return s.store.Report(time.Now(), nil).Summary.Tunnels[fleet.Up] == n-n/300 })
	end()
	soakDo(t, <-done)
	report := s.store.Report(time.Now(), nil)
	awaitAll(t, "all that was sent at the far ends", func() bool { return far.count() >= s.engine.Stats().Sent })
	soakDo(t, s.close())
	t.Logf("%s%v from the signal to the event", stderr.String(), reloaded.Sub(begun))
	checkReloaded(t, report, far, n, interval)
}

// awaitAll waits until something is as it must become.
func awaitAll(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(soon); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never %s", what)
		}
	}
}

// awaitReload waits until a reload has come to that.
func awaitReload(t *testing.T, s *station, is string) {
	t.Helper()
	changed, cancel := s.store.Subscribe()
	defer cancel()
	timeout := time.After(time.Minute)
	for {
		events, _ := s.store.EventsSince(0)
		if slices.ContainsFunc(events, func(e fleet.Event) bool { return e.Service == "reload" && e.Is == is }) {
			return
		}
		select {
		case <-changed:
		case <-timeout:
			t.Fatalf("no reload that is %s", is)
		}
	}
}

func checkReloaded(t *testing.T, report *fleet.Report, far *arrivals, n int, interval time.Duration) {
	t.Helper()
	if got, want := len(report.Tunnels), n-n/300; got != want {
		t.Fatalf("%d tunnels; want %d", got, want)
	}
	far.mu.Lock()
	defer far.mu.Unlock()
	var unchanged int
	var longest time.Duration
	for i := range report.Tunnels {
		row := &report.Tunnels[i]
		came := far.all[row.Tunnel.Destination.As4()]
		anew := strings.HasPrefix(row.Tunnel.Name, "new-") || row.Tunnel.Retries == 9
		if anew {
			if row.State != fleet.Up || row.Sent >= uint64(len(came)) && row.Tunnel.Retries == 9 {
				t.Errorf("%s begins anew, and is %s with %d sent of %d", row.Tunnel.Name, row.State, row.Sent, len(came))
			}
			continue
		}
		unchanged++
		if row.State != fleet.Up || row.Sent != uint64(len(came)) || row.Received+row.InFlight != row.Sent || row.Flaps > 0 {
			t.Errorf("%s is %s: %d sent, %d received, %d have arrived", row.Tunnel.Name, row.State, row.Sent, row.Received, len(came))
		}
		for k := 2; k < len(came); k++ { // the first is early
			longest = max(longest, far.clock.Between(came[k-1], came[k]))
		}
	}
	if want := n - n/100; unchanged != want || report.Summary.Engine.Received == 0 {
		t.Errorf("%d tunnels were not concerned; want %d", unchanged, want)
	}
	if longest > interval*3/2 {
		t.Errorf("%v between two keepalives of one tunnel: one was missed", longest)
	}
	t.Logf("%d tunnels not concerned; at most %v between two keepalives; %+v", unchanged, longest, report.Summary.Engine)
}
