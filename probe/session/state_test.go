package session

import "testing"

// The state machine of R8–R11, pair by pair. What is not written here does not
// exist: a pair missing on either side fails.
var wantTransitions = []struct {
	from State
	on   event
	to   State
	why  string
}{
	{Pending, due, Pending, "R9: a send only raises the counter"},
	{Pending, exhausted, Down, "R10: retries unanswered, and the next one is due; nothing ever came back"},
	{Pending, answer, Up, "R11: one answer brings the line up"},
	{Pending, partial, Up, "up_after is about coming up again; the first answer settles what was unknown"},
	{Pending, stray, Pending, "an answer that is not awaited proves nothing about now"},
	{Pending, unsent, Pending, "R10: only a keepalive falling due takes a line down"},
	{Pending, excused, Pending, "unknown is neither an answer nor a loss"},

	{Up, due, Up, "R10: below retries the line protocol stays up"},
	{Up, exhausted, Down, "R10: not below retries as the next one is due"},
	{Up, answer, Up, "R9: sets the counter to 0, no more"},
	{Up, partial, Up, "any answer keeps a line up, up_after is for one that is down"},
	{Up, stray, Up, "changes no state"},
	{Up, unsent, Up, "R10: only a keepalive falling due takes a line down"},
	{Up, excused, Up, "unknown is neither an answer nor a loss"},

	{Down, due, Down, "R11: it goes on sending; only an answer brings it up"},
	{Down, exhausted, Down, "R11: the counter still rises, 15, 16, 17"},
	{Down, answer, Up, "R11: one answer (or the last of up_after) brings the line protocol up"},
	{Down, partial, Down, "up_after: more answers in a row are needed"},
	{Down, stray, Down, "an answer that is not awaited proves nothing about now"},
	{Down, unsent, Down, "R11: what was not sent is not answered"},
	{Down, excused, Down, "unknown is no answer"},

	{Pending, stopped, Disabled, "the operator's word ends probing in any state"},
	{Up, stopped, Disabled, "the operator's word ends probing in any state"},
	{Down, stopped, Disabled, "the operator's word ends probing in any state"},
	{Disabled, stopped, Disabled, "it is already"},
	{Pending, resumed, Pending, "nothing was stopped"},
	{Up, resumed, Up, "nothing was stopped"},
	{Down, resumed, Down, "nothing was stopped"},
	{Disabled, resumed, Pending, "what was known is too old: begin anew"},
	{Disabled, due, Disabled, "nothing falls due; and were it so, nothing would be tested"},
	{Disabled, exhausted, Disabled, "nothing falls due"},
	{Disabled, answer, Disabled, "a belated answer counts, and is no reason to go on"},
	{Disabled, partial, Disabled, "as an answer"},
	{Disabled, stray, Disabled, "changes no state"},
	{Disabled, unsent, Disabled, "changes no state"},
	{Disabled, excused, Disabled, "changes no state"},
}

func TestTransitions(t *testing.T) {
	type pair struct {
		from State
		on   event
	}
	want := map[pair]State{}
	for _, w := range wantTransitions {
		p := pair{w.from, w.on}
		if _, twice := want[p]; twice {
			t.Errorf("%v on event %d is in the test's table twice", w.from, w.on)
		}
		want[p] = w.to
		if got := transitions[w.from][w.on]; got != w.to {
			t.Errorf("%v on event %d goes to %v, want %v: %s", w.from, w.on, got, w.to, w.why)
		}
	}
	for from := Pending; int(from) < len(transitions); from++ {
		for on := event(0); on < events; on++ {
			if _, ok := want[pair{from, on}]; !ok {
				t.Errorf("%v on event %d is missing from the test's table", from, on)
			}
			if transitions[from][on] == 0 {
				t.Errorf("%v on event %d is unset in the code", from, on)
			}
		}
	}
}

// A state outside the machine (the zero value) leads nowhere.
func TestZeroStateHasNoTransitions(t *testing.T) {
	for on := event(0); on < events; on++ {
		if to := transitions[0][on]; to != 0 {
			t.Errorf("the zero state on event %d goes to %v", on, to)
		}
	}
}

func TestStateString(t *testing.T) {
	for s, want := range map[State]string{0: "invalid", Pending: "pending", Up: "up", Down: "down", Disabled: "disabled", 5: "invalid"} {
		if got := s.String(); got != want {
			t.Errorf("State(%d).String() = %q, want %q", s, got, want)
		}
	}
}
