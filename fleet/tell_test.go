package fleet

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTell: what greylag's own parts say stands among the fleet's events, numbered as
// they are, and wakes who waits for them.
func TestTell(t *testing.T) {
	s := NewStore(oneTunnel(), epoch)
	changed, cancel := s.Subscribe()
	defer cancel()
	told := Event{Time: at(3), Service: "journal", Was: "writing", Is: "full", Trouble: true, Detail: "no space left on device"}
	s.Tell(told)
	select {
	case <-changed:
	default:
		t.Error("no subscriber was woken")
	}
	s.Tell(Event{Time: at(4), Service: "journal", Was: "full", Is: "writing"})
	events, missed := s.EventsSince(0)
	told.Number = 1
	want := []Event{told, {Number: 2, Time: at(4), Service: "journal", Was: "full", Is: "writing"}}
	if diff := cmp.Diff(want, events); diff != "" || missed != 0 {
		t.Errorf("%d missed; %s", missed, diff)
	}
}
