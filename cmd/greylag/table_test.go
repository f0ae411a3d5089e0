package main

import (
	"bytes"
	"errors"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"greylag/fleet"
)

func TestPrintTable(t *testing.T) {
	row := func(name, destination string, state fleet.State) fleet.TunnelReport {
		return fleet.TunnelReport{State: state, Tunnel: &fleet.Tunnel{
			Name: name, Destination: netip.MustParseAddr(destination), Rank: 1, Retries: 3}}
	}
	up := row("fra1-서울", "198.51.100.17", fleet.Up)
	up.Tunnel.Hub, up.Tunnel.Spoke = "fra1", "서울"
	up.Received, up.RTT = 100, fleet.RTT{Samples: 100, Mean: 12_345_678 * time.Nanosecond}
	slow := row("lon1-seoul", "203.0.113.255", fleet.Degraded)
	slow.Tunnel.Hub, slow.Tunnel.Rank = "lon1", 2
	slow.Received, slow.Lost, slow.Loss, slow.Counter = 93, 7, 0.07, 1
	slow.RTT = fleet.RTT{Samples: 93, Mean: 1500 * time.Millisecond}
	down := row("x", "192.0.2.1", fleet.Down)
	down.Counter, down.Lost, down.Loss = 16, 16, 1
	local := row("y", "192.0.2.2", fleet.Down)
	local.Counter, local.Reason, local.Detail = 4, fleet.ReasonLocal, "ENODEV: no such device"
	silent := row("z", "192.0.2.3", fleet.Down)
	silent.Reason = "silent"
	hole := row("h", "192.0.2.6", fleet.Down)
	hole.Reason, hole.Detail = fleet.ReasonBlackHole, "192.0.2.6 answers ICMP echo; what to do is in the JSON"

	r := &fleet.Report{Tunnels: []fleet.TunnelReport{
		up, slow, down, local, silent, hole, row("p", "192.0.2.4", fleet.Pending), row("off", "192.0.2.5", fleet.Disabled)}}
	var b bytes.Buffer
	if err := printTable(&b, r, "CRITICAL - the last line | up=1"); err != nil {
		t.Fatal(err)
	}
	compareGolden(t, "testdata/table.txt", b.Bytes())

	if err := printTable(&disk{err: syscall.EIO}, r, ""); !errors.Is(err, syscall.EIO) {
		t.Errorf("a table that cannot be written: %v, want %v", err, syscall.EIO)
	}
}
