package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// member is greylag at work at one of the routers.
type member struct {
	*running
	t       *testing.T
	records *stream.Decoder
	events  []fleet.Event
}

// start starts the program in a router's namespace.
func (f *importedFleet) start(name string, args ...string) *member {
	f.t.Helper()
	args[2] = filepath.Join(f.dir, args[2])
	r := startIn(f.t, f.routers[name].host.Do, 3*soon, args...)
	f.t.Cleanup(func() { _ = r.Process.Kill(); _ = r.Wait() })
	return &member{running: r, t: f.t, records: stream.NewDecoder(r.out)}
}

func (m *member) record() stream.Record {
	m.t.Helper()
	r, err := m.records.Next()
	if err != nil {
		m.t.Fatalf("%v: %v; said %q; events so far: %+v", m.Args[1:], err, m.stderr.String(), m.events)
	}
	return r
}

// next reads up to a wanted event.
func (m *member) next(wanted func(*fleet.Event) bool) *fleet.Event {
	m.t.Helper()
	for {
		if e := m.record().Event; e != nil {
			m.events = append(m.events, *e)
			if wanted(e) {
				return e
			}
		}
	}
}

// first is the first wanted event, which may have been read already.
func (m *member) first(wanted func(*fleet.Event) bool) *fleet.Event {
	m.t.Helper()
	return m.firstAfter(0, wanted)
}

// firstAfter is the first wanted event after that many.
func (m *member) firstAfter(n int, wanted func(*fleet.Event) bool) *fleet.Event {
	m.t.Helper()
	if i := slices.IndexFunc(m.events[n:], func(e fleet.Event) bool { return wanted(&e) }); i >= 0 {
		return &m.events[n+i]
	}
	return m.next(wanted)
}

// end ends the program by a signal, and returns its last report.
func (m *member) end() (last []stream.Record) {
	m.t.Helper()
	if err := m.Process.Signal(syscall.SIGTERM); err != nil {
		m.t.Fatal(err)
	}
	for {
		r, err := m.records.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			m.t.Fatal(err)
		}
		last = append(last, r)
	}
	m.quietly(m.t)
	return last
}

func toState(tunnel string, to fleet.State) func(*fleet.Event) bool {
	return func(e *fleet.Event) bool { return e.Tunnel == tunnel && e.To == to }
}

func toPath(spoke string, to fleet.Path) func(*fleet.Event) bool {
	return func(e *fleet.Event) bool { return e.Spoke == spoke && e.ToPath == to }
}

// tunnelOf is what was said last of a tunnel.
func tunnelOf(t *testing.T, report []stream.Record, name string) *fleet.TunnelReport {
	t.Helper()
	for _, r := range slices.Backward(report) {
		if r.Tunnel != nil && r.Tunnel.Tunnel.Name == name {
			return r.Tunnel
		}
	}
	t.Fatalf("nothing is said of %s", name)
	return nil
}

// standings is a report in a line for each tunnel and spoke, without its figures.
func standings(report []stream.Record) []byte {
	var b bytes.Buffer
	for _, r := range report {
		if t := r.Tunnel; t != nil {
			detail, _, _ := strings.Cut(t.Detail, ";")
			fmt.Fprintf(&b, "%s rank %d: %s, %q, %q, advice %v\n", t.Tunnel.Name, t.Tunnel.Rank, t.State, t.Reason, detail, rules(t.Advice))
		}
		if s := r.Spoke; s != nil {
			fmt.Fprintf(&b, "%s: %s by %q, protected: %v\n", s.Spoke.Name, s.Path, s.Active, s.Protected)
		}
	}
	return b.Bytes()
}

func rules(all []fleet.Advice) (list []string) {
	for _, a := range all {
		list = append(list, a.Rule)
	}
	return list
}
