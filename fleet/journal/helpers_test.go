package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
	"greylag/probe"
	"greylag/probe/session"
)

// fleetOf is an inventory of n tunnels, two for each spoke.
func fleetOf(n int) *fleet.Inventory {
	inv := &fleet.Inventory{}
	for i := range n {
		if i%2 == 0 {
			inv.Spokes = append(inv.Spokes, fleet.Spoke{Name: fmt.Sprintf("s%d", i/2)})
		}
		inv.Tunnels = append(inv.Tunnels, fleet.Tunnel{
			Name: fmt.Sprintf("t%d", i), Spoke: fmt.Sprintf("s%d", i/2), Rank: i%2 + 1, Enabled: true,
			Interval: time.Second, Retries: 3, Probe: fleet.Keepalive,
			Source:      netip.AddrFrom4([4]byte{192, 0, 2, 1}),
			Destination: netip.AddrFrom4([4]byte{198, 51, byte(i >> 8), byte(i)}),
		})
	}
	return inv
}

func optionsFor(path string, inv *fleet.Inventory) Options {
	return Options{
		JournalOptions: fleet.JournalOptions{Path: path},
		Hello:          stream.Hello{Version: "test", Host: "here", Tunnels: len(inv.Tunnels), Spokes: len(inv.Spokes)},
	}
}

// line is a change of a tunnel's line.
func line(tunnel int, from, to session.State, at time.Time) []probe.Event {
	return []probe.Event{{Kind: probe.Line, Tunnel: int32(tunnel), From: from, To: to, At: at}}
}

// at work is a journal that is being written.
type atWork struct {
	*Journal
	store *fleet.Store
	stop  context.CancelFunc
	done  chan error
}

// start opens the journal and writes to it what happens in a new store.
func start(t testing.TB, o Options, inv *fleet.Inventory) *atWork {
	t.Helper()
	j, err := Begin(o)
	if err != nil {
		t.Fatal(err)
	}
	w := &atWork{Journal: j, store: fleet.NewStore(inv, time.Now()), done: make(chan error, 1)}
	j.Continue(w.store)
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	go func() { w.done <- j.Run(ctx, w.store) }()
	return w
}

// end ends it in order.
func (w *atWork) end(t testing.TB) {
	t.Helper()
	w.stop()
	if err := errors.Join(<-w.done, w.Close()); err != nil {
		t.Error(err)
	}
}

// read returns every record of a journal. A line that is none is an error.
func read(t testing.TB, path string) (all []stream.Record) {
	t.Helper()
	names, err := Files(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		all = append(all, readFile(t, name)...)
	}
	return all
}

func readFile(t testing.TB, name string) (all []stream.Record) {
	t.Helper()
	f, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d := stream.NewDecoder(f)
	for {
		rec, err := d.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			if !errors.As(err, new(*stream.LineError)) {
				return all
			}
			continue
		}
		all = append(all, rec)
	}
}

// eventsOf are the events about a subject, each as "from>to".
func eventsOf(all []stream.Record, subject string) (list []string) {
	for _, rec := range all {
		switch e := rec.Event; {
		case e == nil || e.Subject() != subject:
		case e.Service != "":
			list = append(list, e.Was+">"+e.Is)
		case e.Spoke != "":
			list = append(list, string(e.FromPath+">"+e.ToPath))
		default:
			list = append(list, string(e.From+">"+e.To))
		}
	}
	return list
}

// types are the records' types, each run of the same once.
func types(all []stream.Record) (list []string) {
	for _, rec := range all {
		kind := "?"
		switch {
		case rec.Hello != nil:
			kind = "hello"
		case rec.Tunnel != nil:
			kind = "tunnel"
		case rec.Spoke != nil:
			kind = "spoke"
		case rec.Summary != nil:
			kind = "summary"
		case rec.Event != nil:
			kind = "event"
		case rec.Incident != nil:
			kind = "incident"
		}
		if len(list) == 0 || list[len(list)-1] != kind {
			list = append(list, kind)
		}
	}
	return list
}

func journalPath(t testing.TB) string { return filepath.Join(t.TempDir(), "journal") }
