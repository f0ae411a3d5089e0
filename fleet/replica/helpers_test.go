package replica

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// epoch is when the tests' sources start, by their clock.
var epoch = time.Date(2026, 11, 22, 19, 0, 0, 0, time.UTC)

// at is a moment that many seconds after epoch.
func at(seconds float64) time.Time {
	return epoch.Add(time.Duration(seconds * float64(time.Second)))
}

func hello(seconds float64, host string) stream.Record {
	return stream.Record{Hello: &stream.Hello{Time: at(seconds), Host: host, Version: "0.1.0"}}
}

func tunnel(seconds float64, name string, state fleet.State, since float64) stream.Record {
	return stream.Record{Tunnel: &fleet.TunnelReport{
		Tunnel: &fleet.Tunnel{Name: name, Spoke: "s-" + name, Rank: 1, Enabled: true},
		Time:   at(seconds), State: state, Since: at(since), Availability: -1,
	}}
}

func spoke(seconds float64, name string, path fleet.Path, active string) stream.Record {
	return stream.Record{Spoke: &fleet.SpokeReport{
		Spoke: &fleet.Spoke{Name: name}, Time: at(seconds), Path: path, Since: at(0), Active: active, Rank: 1, Ranked: true,
	}}
}

func summary(seconds float64, tunnels, spokes int) stream.Record {
	return stream.Record{Summary: &fleet.Summary{
		Time:    at(seconds),
		Tunnels: map[fleet.State]int{fleet.Up: tunnels - 1, fleet.Down: 1}, Spokes: map[fleet.Path]int{fleet.PathPrimary: spokes},
		Engine: fleet.EngineReport{Sent: uint64(seconds)},
	}}
}

func event(seconds float64, name string, from, to fleet.State) stream.Record {
	return stream.Record{Event: &fleet.Event{Time: at(seconds), Tunnel: name, From: from, To: to}}
}

// whole is a full report of tunnels that are up since epoch.
func whole(seconds float64, names ...string) (list []stream.Record) {
	for _, name := range names {
		list = append(list, tunnel(seconds, name, fleet.Up, 0))
	}
	return append(list, summary(seconds, len(names), 0))
}

// join is one stream.
func join(parts ...any) (list []stream.Record) {
	for _, part := range parts {
		switch part := part.(type) {
		case stream.Record:
			list = append(list, part)
		case []stream.Record:
			list = append(list, part...)
		}
	}
	return list
}

// applied is a replica of what arrives just when its source says it.
func applied(records ...stream.Record) *Replica {
	r := New()
	apply(r, records...)
	return r
}

func apply(r *Replica, records ...stream.Record) {
	for _, rec := range records {
		r.Apply(rec, timeOf(rec))
	}
}

// encode writes a record as its line.
func encode(rec stream.Record) []byte {
	switch {
	case rec.Hello != nil:
		return stream.AppendHello(nil, rec.Hello)
	case rec.Tunnel != nil:
		return stream.AppendTunnel(nil, rec.Tunnel)
	case rec.Spoke != nil:
		return stream.AppendSpoke(nil, rec.Spoke)
	case rec.Event != nil:
		return stream.AppendEvent(nil, rec.Event)
	case rec.Incident != nil:
		return stream.AppendIncident(nil, rec.Incident)
	case rec.Summary != nil:
		return stream.AppendSummary(nil, rec.Summary)
	case rec.Reply != nil:
		return stream.AppendReply(nil, rec.Reply)
	}
	return []byte(fmt.Sprintf("{\"type\":%q}\n", rec.Unknown))
}

// text is a recording.
func text(records ...stream.Record) string {
	var b bytes.Buffer
	for _, rec := range records {
		b.Write(encode(rec))
	}
	return b.String()
}

// feed applies whatever of a text is a record.
func feed(t testing.TB, r *Replica, text io.Reader, arrived time.Time) {
	t.Helper()
	for dec := stream.NewDecoder(text); ; {
		rec, err := dec.Next()
		switch {
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			t.Fatal(err)
		}
		r.Apply(rec, arrived)
	}
}

// rows is the tunnels of a report as name=state, in order.
func rows(r *fleet.Report) string {
	var list []string
	for i := range r.Tunnels {
		list = append(list, fmt.Sprintf("%s=%s", r.Tunnels[i].Tunnel.Name, r.Tunnels[i].State))
	}
	return strings.Join(list, " ")
}

// log is the events from a number on as tunnel>state.
func log(r interface {
	EventsSince(uint64) ([]fleet.Event, uint64)
}, number uint64) string {
	events, _ := r.EventsSince(number)
	var list []string
	for _, e := range events {
		list = append(list, fmt.Sprintf("%s%s>%s%s", e.Tunnel, e.Spoke, e.To, e.ToPath))
	}
	return strings.Join(list, " ")
}
