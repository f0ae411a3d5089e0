package stream

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"greylag/fleet"
)

// comparers compare netip's types, which have no exported fields.
var comparers = cmp.Options{
	cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}),
}

func decodeAll(t testing.TB, r io.Reader) (records []Record) {
	t.Helper()
	for dec := NewDecoder(r); ; {
		rec, err := dec.Next()
		if errors.Is(err, io.EOF) {
			return records
		}
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, rec)
	}
}

func TestRoundTrip(t *testing.T) {
	var out bytes.Buffer
	var want []Record
	enc := NewEncoder(&out)
	for _, ex := range examples() {
		if err := encode(enc, ex.Record); err != nil {
			t.Fatal(err)
		}
		want = append(want, ex.Record)
	}
	precision := cmpopts.EquateApprox(0, 0.00005) // icmpTunnel's loss is 2/3
	if diff := cmp.Diff(want, decodeAll(t, &out), comparers, precision); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// What is finer than the format's units comes back rounded to them.
func TestRoundTripPrecision(t *testing.T) {
	sent := fullTunnel()
	sent.Time = at(1999 * time.Microsecond).In(time.FixedZone("KST", 9*3600))
	sent.Loss, sent.Availability = 0.123456, 0.12345678
	sent.RTT.Last, sent.RTT.Min = 1500*time.Nanosecond, 1499*time.Nanosecond
	sent.Tunnel.Interval, sent.PeerInterval = 1500*time.Millisecond, 4999600*time.Microsecond

	want := fullTunnel()
	want.Time = at(time.Millisecond) // cut off: a time is never in the future
	want.Loss, want.Availability = 0.1235, 0.123457
	want.RTT.Last, want.RTT.Min = 2*time.Microsecond, 1*time.Microsecond
	want.Tunnel.Interval, want.PeerInterval = 1500*time.Millisecond, 5*time.Second

	got := decodeAll(t, bytes.NewReader(encoded(t, Record{Tunnel: sent})))
	// Samples is what was received, and the fixture's are equal.
	if diff := cmp.Diff([]Record{{Tunnel: want}}, got, comparers); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestReportRoundTrip(t *testing.T) {
	report := &fleet.Report{
		Time:    at(0),
		Tunnels: []fleet.TunnelReport{*fullTunnel(), *localTunnel()},
		Spokes:  []fleet.SpokeReport{*routedSpoke()},
		Summary: *fullSummary(),
	}
	var out bytes.Buffer
	if err := NewEncoder(&out).Report(report); err != nil {
		t.Fatal(err)
	}
	want := []Record{
		{Tunnel: fullTunnel()}, {Tunnel: localTunnel()}, {Spoke: routedSpoke()}, {Summary: fullSummary()},
	}
	if diff := cmp.Diff(want, decodeAll(t, &out), comparers); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
