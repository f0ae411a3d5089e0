package fleet

import (
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
)

// TestPackedIsWhole: nothing is lost on the way through the log.
func TestPackedIsWhole(t *testing.T) {
	now := time.Unix(1_700_000_000, 5)
	var events []Event
	for _, from := range []State{Pending, Up, Degraded, Down, Disabled} {
		for _, to := range []State{Pending, Up, Degraded, Down, Disabled} {
			events = append(events, Event{Number: 7, Time: now, Tunnel: "fra1-seoul", From: from, To: to,
				Reason: ReasonLocal, Detail: "ENODEV: no such device", Counter: 4, Outage: time.Minute})
		}
	}
	for _, from := range []Path{PathPending, PathPrimary, PathBackup, PathNone} {
		for _, to := range []Path{PathPending, PathPrimary, PathBackup, PathNone} {
			events = append(events, Event{Number: 7, Time: now, Spoke: "seoul", FromPath: from, ToPath: to,
				Active: "fra1-seoul", Protected: true},
				Event{Number: 7, Time: now, Spoke: "seoul", FromPath: from, ToPath: to, Detail: "a black hole",
					Route: &Route{Prefix: "10.17.0.0/16", Device: "gre1"}, BlackHole: true})
		}
	}
	events = append(events, Event{Number: 7, Time: now, Service: "journal", Was: "writing", Is: "full", Trouble: true, Detail: "no space left on device"},
		Event{Number: 7, Time: now, Service: "reload", Is: "done"})
	events = append(events, Event{Number: 7, Time: now, Tunnel: "fra1-seoul", From: Pending, To: Down, Since: now.Add(-time.Hour)},
		Event{Number: 7, Time: now, Spoke: "seoul", FromPath: PathPending, ToPath: PathBackup, Since: now.Add(-time.Hour)})
	for _, e := range events {
		p := pack(&e)
		if diff := cmp.Diff(e, p.unpack(7)); diff != "" {
			t.Errorf("%s", diff)
		}
	}
	if size, whole := unsafe.Sizeof(packed{}), unsafe.Sizeof(Event{}); size > 64 || size*4 > whole {
		t.Errorf("%d bytes, of an event's %d", size, whole)
	}
}

// Every reason is one of the log's words.
func TestReasonsArePacked(t *testing.T) {
	for _, reason := range []Reason{ReasonLocal, ReasonProhibited, ReasonNoGRE, ReasonUnreachable, ReasonBlackHole, ReasonSilent} {
		p := pack(&Event{Tunnel: "t", To: Down, Reason: reason})
		if got := p.unpack(1).Reason; got != reason {
			t.Errorf("%q becomes %q", reason, got)
		}
	}
}
