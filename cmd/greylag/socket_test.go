package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/fleet/replica"
	"greylag/fleet/stream"
	"greylag/probe"
	"greylag/probe/session"
)

// servedFleet is a store of so many tunnels whose stream is served.
type servedFleet struct {
	*socket
	store *fleet.Store
	path  string
	end   func() // waits for it
	state []session.State
}

func serveFleet(t *testing.T, tunnels int, o reporting) *servedFleet {
	t.Helper()
	inv := &fleet.Inventory{}
	for i := range tunnels {
		inv.Tunnels = append(inv.Tunnels, fleet.Tunnel{Name: fmt.Sprintf("t%d", i), Enabled: true, Interval: time.Second, Retries: 3})
	}
	f := &servedFleet{store: fleet.NewStore(inv, time.Now()), path: filepath.Join(t.TempDir(), "s")}
	f.state = make([]session.State, tunnels)
	o.socket = socketOptions{path: f.path, mode: 0o600}
	all, err := sockets(&station{inv: inv, store: f.store}, o, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	f.socket = all[0].(*socket)
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan error, 1)
	go func() { over <- f.run(ctx) }()
	f.end = sync.OnceFunc(func() {
		cancel()
		if err := <-over; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(f.end)
	return f
}

// flip changes the state of a tunnel.
func (f *servedFleet) flip(tunnel int) {
	from, to := f.state[tunnel], session.Up
	if from == session.Up {
		to = session.Down
	}
	f.state[tunnel] = to
	f.store.Record([]probe.Event{{Kind: probe.Line, Tunnel: int32(tunnel), From: from, To: to, At: time.Now()}})
}

// received is what a viewer was told.
type received struct {
	hello   *stream.Hello
	replica *replica.Replica
	events  []string
	reports int
}

// watch reads a socket's stream to its end, as fast as it comes.
func watch(path string) (stream []byte, err error) {
	conn, err := net.Dial("unix", path)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return io.ReadAll(conn)
}

// take reads what a viewer was told.
func take(t *testing.T, text []byte) *received {
	t.Helper()
	got := &received{replica: replica.New()}
	changed := map[string]time.Time{}
	for _, rec := range decodeAll(t, bytes.NewReader(text)) {
		switch {
		case rec.Hello != nil:
			got.hello = rec.Hello
		case got.hello == nil:
			t.Fatalf("before hello came %+v", rec)
		case rec.Tunnel != nil:
			if last := changed[rec.Tunnel.Tunnel.Name]; rec.Tunnel.Since.Before(last) {
				t.Fatalf("%s is %s since %v in a report, after an event of %v was told", rec.Tunnel.Tunnel.Name, rec.Tunnel.State, rec.Tunnel.Since, last)
			}
		case rec.Event != nil:
			changed[rec.Event.Tunnel] = rec.Event.Time
			got.events = append(got.events, eventText(rec.Event))
		case rec.Summary != nil:
			got.reports++
		}
		got.replica.Apply(rec, time.Now())
	}
	return got
}

func eventText(e *fleet.Event) string {
	return fmt.Sprintf("%s %s>%s %v", e.Tunnel, e.From, e.To, e.Time.UTC().Truncate(time.Millisecond))
}

// Viewers come at any moment of a storm, while reports rest on their way to others.
// Each is told every event from some one on, once and in order; and what it knows at
// the end is what the store knows.
func TestViewersMissNothing(t *testing.T) {
	const tunnels = 500
	f := serveFleet(t, tunnels, reporting{every: 100 * time.Millisecond})
	var viewers sync.WaitGroup
	var all [12]struct {
		text []byte
		err  error
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range all {
		viewers.Go(func() { all[i].text, all[i].err = watch(f.path) })
		if i == 0 { // one is there for all of it
			awaitViewers(f, 1)
		}
		for range 100 {
			f.flip(random.IntN(tunnels))
			if random.IntN(10) == 0 {
				time.Sleep(100 * time.Microsecond)
			}
		}
	}
	awaitViewers(f, len(all))
	f.end() // with a last report
	viewers.Wait()

	events, _ := f.store.EventsSince(0)
	var told []string
	for i := range events {
		told = append(told, eventText(&events[i]))
	}
	history := strings.Join(told, "\n")
	want := f.store.Report(time.Now(), nil)
	for i := range all {
		if all[i].err != nil {
			t.Fatalf("viewer %d: %v", i, all[i].err)
		}
		got := take(t, all[i].text)
		if got.hello == nil || got.hello.Tunnels != tunnels || got.reports < 2 {
			t.Fatalf("viewer %d: hello %+v, %d reports", i, got.hello, got.reports)
		}
		if !strings.HasSuffix(history, strings.Join(got.events, "\n")) || i == 0 && len(got.events) == 0 {
			t.Errorf("viewer %d was told %d events that are not the last %[2]d", i, len(got.events))
		}
		checkSame(t, got.replica.Report(time.Now(), nil), want)
	}
}

// awaitViewers waits until so many have been let in.
func awaitViewers(f *servedFleet, n int) {
	for s := f.Stats(); s.Viewers < n || s.Waiting > 0; s = f.Stats() {
		time.Sleep(time.Millisecond)
	}
}

// checkSame holds what a viewer knows against what the store knows.
func checkSame(t *testing.T, have, want *fleet.Report) {
	t.Helper()
	if len(have.Tunnels) != len(want.Tunnels) {
		t.Fatalf("it knows %d tunnels of %d", len(have.Tunnels), len(want.Tunnels))
	}
	verdict := func(r *fleet.TunnelReport) string {
		return fmt.Sprintf("%s %s since %v, %d flaps", r.Tunnel.Name, r.State, r.Since.UTC().Truncate(time.Millisecond), r.Flaps)
	}
	for n := range want.Tunnels {
		if h, w := verdict(&have.Tunnels[n]), verdict(&want.Tunnels[n]); h != w {
			t.Fatalf("it knows %s, want %s", h, w)
		}
	}
}

// What happened while nobody was connected is told to nobody; with --events there
// are no reports.
func TestSocketEventsOnly(t *testing.T) {
	f := serveFleet(t, 3, reporting{every: 100 * time.Millisecond, events: true})
	for round := range 2 {
		for range 1000 {
			f.flip(0)
		}
		conn, err := net.Dial("unix", f.path)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(soon))
		dec := stream.NewDecoder(conn)
		if rec, err := dec.Next(); err != nil || rec.Hello == nil || rec.Hello.Tunnels != 3 {
			t.Fatalf("%+v, %v; want hello", rec, err)
		}
		f.flip(1)
		if rec, err := dec.Next(); err != nil || rec.Event == nil || rec.Event.Tunnel != "t1" {
			t.Fatalf("round %d: %+v, %v; want the change of t1", round, rec, err)
		}
		conn.Close()
		for f.Watched() {
			time.Sleep(time.Millisecond)
		}
	}
}

func TestSocketOptions(t *testing.T) {
	for _, c := range []struct {
		o    socketOptions
		want string
		mode os.FileMode
	}{
		{socketOptions{path: "/s", modeText: "0660"}, "", 0o660},
		{socketOptions{path: "/s", modeText: "666", group: "adm"}, "", 0o666},
		{socketOptions{path: "/s", modeText: "0888"}, "--socket-mode 0888 is no mode: want octal digits, such as 0660", 0},
		{socketOptions{path: "/s", modeText: "1777"}, "--socket-mode 1777 is no mode: want octal digits, such as 0660", 0},
		{socketOptions{path: "/s", modeText: "rw-rw----"}, "--socket-mode rw-rw---- is no mode: want octal digits, such as 0660", 0},
		{socketOptions{modeText: "0660", group: "adm"}, "--socket-group needs --socket PATH", 0},
		{socketOptions{modeText: "0660"}, "", 0o660},
		{socketOptions{}, "", 0},
	} {
		got := ""
		err := c.o.check()
		if err != nil {
			got = err.Error()
		}
		if got != c.want || err == nil && c.o.mode != c.mode {
			t.Errorf("%+v: %q, want %q", c.o, got, c.want)
		}
		if usage := new(usageError); err != nil && !errors.As(err, usage) {
			t.Errorf("%q is no usage error", got)
		}
	}
}

// What is written to /dev/null is not encoded where there is another outlet.
func TestIsNull(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	zero, err := os.Open("/dev/zero")
	if err != nil {
		t.Fatal(err)
	}
	defer zero.Close()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	for _, c := range []struct {
		w    io.Writer
		want bool
	}{{null, true}, {zero, false}, {w, false}, {io.Discard, false}} {
		if got := isNull(c.w); got != c.want {
			t.Errorf("%v: %v, want %v", c.w, got, c.want)
		}
	}
}
