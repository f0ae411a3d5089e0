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
				Active: "fra1-seoul", Protected: true})
		}
	}
	for _, e := range events {
		p := pack(&e)
		if diff := cmp.Diff(e, p.unpack(7)); diff != "" {
			t.Errorf("%s", diff)
		}
	}
	if size, whole := unsafe.Sizeof(packed{}), unsafe.Sizeof(Event{}); size*2 > whole+16 {
		t.Errorf("%d bytes, of an event's %d", size, whole)
	}
}
