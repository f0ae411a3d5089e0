package main

import (
	"bytes"
	"errors"
	"syscall"
	"testing"

	"greylag/fleet"
	"greylag/probe/hostcheck"
	"greylag/probe/rawsock"
)

func TestPrintFindings(t *testing.T) {
	findings := []hostcheck.Finding{
		{Check: "privilege", Level: hostcheck.OK, Found: "raw sockets can be opened"},
		{Check: "reverse path", Level: hostcheck.Warning, Found: "strict on eth0", Means: "answers <may> be dropped", Do: "sudo sysctl -w a=2"},
		{Check: "rate", Level: hostcheck.Note, Found: "slow", Means: "no matter"},
		{Check: "ip_gre", Level: hostcheck.Fault, Found: "loaded", Do: "modprobe -r ip_gre"},
	}
	const text = `ok       privilege     raw sockets can be opened
warning  reverse path  strict on eth0: answers <may> be dropped
                       do: sudo sysctl -w a=2
note     rate          slow: no matter
fault    ip_gre        loaded
                       do: modprobe -r ip_gre
`
	const lines = `{"level":"ok","check":"privilege","found":"raw sockets can be opened"}
{"level":"warning","check":"reverse path","found":"strict on eth0","means":"answers <may> be dropped","do":"sudo sysctl -w a=2"}
{"level":"note","check":"rate","found":"slow","means":"no matter"}
{"level":"fault","check":"ip_gre","found":"loaded","do":"modprobe -r ip_gre"}
`
	var asText, asJSON bytes.Buffer
	if err := errors.Join(printFindings(&asText, findings), printFindingsJSON(&asJSON, findings)); err != nil {
		t.Fatal(err)
	}
	if asText.String() != text || asJSON.String() != lines {
		t.Errorf("text:\n%s\nJSON:\n%s", asText.String(), asJSON.String())
	}
	full := &disk{err: syscall.EIO}
	if err := printFindings(full, findings); !errors.Is(err, syscall.EIO) {
		t.Errorf("text that cannot be written: %v", err)
	}
	if err := printFindingsJSON(full, findings); !errors.Is(err, syscall.EIO) {
		t.Errorf("JSON that cannot be written: %v", err)
	}
}

// The host is checked for what a station would ask of it.
func TestExamined(t *testing.T) {
	inv := &fleet.Inventory{Engine: fleet.EngineOptions{Reflect: true, MaxRate: 7}}
	for range 3000 {
		inv.Tunnels = append(inv.Tunnels, fleet.Tunnel{Enabled: true})
	}
	inv.Tunnels[0].Enabled = false
	got := examined(inv, hostcheck.Fleet{Setcap: "x"})
	if len(got.Tunnels) != 2999 || !got.Reflect || got.MaxRate != 7 || got.ReceiveBuffer != 2999*rawsock.BytesPerAnswer || got.Setcap != "x" {
		t.Errorf("%d tunnels, reflect %v, max_rate %d, buffer %d, %q", len(got.Tunnels), got.Reflect, got.MaxRate, got.ReceiveBuffer, got.Setcap)
	}
}
