package stream

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"greylag/fleet"
)

// A line has room for some members only; how many are left out is said.
func TestMembersAreBounded(t *testing.T) {
	big := openIncident()
	big.Members, big.More = nil, 5
	for i := range 100_000 {
		big.Members = append(big.Members, fmt.Sprintf("hub1-site%06d", i))
	}
	line := AppendIncident(nil, big)
	if len(line) > MaxLine*2/3 {
		t.Errorf("a line of %d bytes", len(line))
	}
	got := decodeAll(t, bytes.NewReader(line))[0].Incident
	if len(got.Members) < 20_000 || len(got.Members)+got.More != 100_005 {
		t.Errorf("%d members and %d more", len(got.Members), got.More)
	}
	if diff := cmp.Diff(big.Members[:len(got.Members)], got.Members); diff != "" {
		t.Error(diff)
	}
	if !bytes.Equal(AppendIncident(nil, got), line) {
		t.Error("written again, it is another line")
	}
}

// The text speaks UTC as the stream does, and of the stream's milliseconds.
func TestIncidentTextInStream(t *testing.T) {
	zone := time.FixedZone("KST", 9*3600)
	i := openIncident()
	i.Start, i.Time, i.End, i.Down = i.Start.In(zone), i.Time.In(zone), i.Start.Add(2*time.Second+50*time.Millisecond-1).In(zone), 0
	want := `"text":"3 of the 500 tunnels of hub fra1 went down from 19:00:00 UTC on, and are up again after 2s"}`
	if line := string(AppendIncident(nil, i)); !strings.HasSuffix(line, want+"\n") {
		t.Errorf("got  %swant %s", line, want)
	}
	if i.Start.Location() != zone {
		t.Error("the incident was changed")
	}
}

func TestIncidentLineErrors(t *testing.T) {
	const whole = `{"type":"incident",` + someTime + `,"incident":1,"start":"2026-11-22T19:00:00.000Z","factor":"hub"}`
	rec, err := NewDecoder(strings.NewReader(whole)).Next()
	if want := (&fleet.Incident{Number: 1, Time: at(0), Start: at(0), Factor: fleet.FactorHub}); err != nil || !cmp.Equal(rec.Incident, want) {
		t.Errorf("%+v, %v", rec.Incident, err)
	}
	for _, c := range []struct{ old, new, want string }{
		{`"incident":1`, `"incident":0`, `line 1: incident record without "incident"`},
		{`"factor":"hub"`, `"factor":""`, `line 1: incident record without "factor"`},
		{`"start"`, `"begin"`, `line 1: incident record without "start"`},
		{`"time"`, `"at"`, `line 1: incident record without "time"`},
		{`"factor"`, `"down":"2","factor"`, `line 1: "down" is a JSON string, want an integer`},
		{`"factor"`, `"members":"a","factor"`, `line 1: "members" is a JSON string, want a list`},
	} {
		_, err := NewDecoder(strings.NewReader(strings.Replace(whole, c.old, c.new, 1))).Next()
		if err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}
