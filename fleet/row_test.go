package fleet

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"greylag/probe"
)

const ms = time.Millisecond

// counts are the counters of a row in one line, to compare with.
func counts(t TunnelReport) string {
	return fmt.Sprintf("sent %d received %d lost %d excused %d flying %d | late %d dup %d unmatched %d errors %d | loss %.4f",
		t.Sent, t.Received, t.Lost, t.Excused, t.InFlight, t.Late, t.Duplicate, t.Unmatched, t.SendErrors, t.Loss)
}

func TestCounters(t *testing.T) {
	no := syscall.ENETUNREACH
	tests := []struct {
		name   string
		events []probe.Event
		want   string
	}{
		{"nothing", nil,
			"sent 0 received 0 lost 0 excused 0 flying 0 | late 0 dup 0 unmatched 0 errors 0 | loss 0.0000"},
		{"in flight", join(sent(1)),
			"sent 1 received 0 lost 0 excused 0 flying 1 | late 0 dup 0 unmatched 0 errors 0 | loss 0.0000"},
		{"answered", exchange(1, 3, ms),
			"sent 3 received 3 lost 0 excused 0 flying 0 | late 0 dup 0 unmatched 0 errors 0 | loss 0.0000"},
		{"lost when the next is sent", join(sent(1), sent(2)),
			"sent 2 received 0 lost 1 excused 0 flying 1 | late 0 dup 0 unmatched 0 errors 0 | loss 1.0000"},
		{"an answer in the window un-loses", join(sent(1), sent(2), answer(1, ms)),
			"sent 2 received 1 lost 0 excused 0 flying 1 | late 0 dup 0 unmatched 0 errors 0 | loss 0.0000"},
		{"a late one does not", join(sent(1), sent(2), fact(probe.Late, 1)),
			"sent 2 received 0 lost 1 excused 0 flying 1 | late 1 dup 0 unmatched 0 errors 0 | loss 1.0000"},
		{"duplicate and unmatched", join(exchange(1, 1, ms), fact(probe.Duplicate, 1), fact(probe.Unmatched, 0)),
			"sent 1 received 1 lost 0 excused 0 flying 0 | late 0 dup 1 unmatched 1 errors 0 | loss 0.0000"},
		{"one of four lost", join(silence(1, 1), exchange(2, 4, ms)),
			"sent 4 received 3 lost 1 excused 0 flying 0 | late 0 dup 0 unmatched 0 errors 0 | loss 0.2500"},
		{"excused in flight", join(sent(1), fact(probe.Excused, 1)),
			"sent 1 received 0 lost 0 excused 1 flying 0 | late 0 dup 0 unmatched 0 errors 0 | loss 0.0000"},
		{"excused after it counted as lost", join(sent(1), sent(2), fact(probe.Excused, 1), answer(2, ms)),
			"sent 2 received 1 lost 0 excused 1 flying 0 | late 0 dup 0 unmatched 0 errors 0 | loss 0.0000"},
		{"excused, and its answer comes all the same", join(sent(1), fact(probe.Excused, 1), answer(1, ms), fact(probe.Excused, 1)),
			"sent 1 received 1 lost 0 excused 0 flying 0 | late 0 dup 0 unmatched 0 errors 0 | loss 0.0000"},
		{"unsent", join(sent(1), notSent(1, no)),
			"sent 0 received 0 lost 0 excused 0 flying 0 | late 0 dup 0 unmatched 0 errors 1 | loss 0.0000"},
		{"unsent leaves the one before in flight", join(sent(1), sent(2), notSent(2, no)),
			"sent 1 received 0 lost 0 excused 0 flying 1 | late 0 dup 0 unmatched 0 errors 1 | loss 0.0000"},
		{"until a later one is sent", join(sent(1), sent(2), notSent(2, no), sent(3)),
			"sent 2 received 0 lost 1 excused 0 flying 1 | late 0 dup 0 unmatched 0 errors 1 | loss 1.0000"},
		{"answered between sending and failing", join(sent(1), sent(2), answer(1, ms), notSent(2, no)),
			"sent 1 received 1 lost 0 excused 0 flying 0 | late 0 dup 0 unmatched 0 errors 1 | loss 0.0000"},
		{"in flight over a ring of failures", join(sent(1), failures(2, 300), answer(1, ms)),
			"sent 1 received 1 lost 0 excused 0 flying 0 | late 0 dup 0 unmatched 0 errors 299 | loss 0.0000"},
		{"two answered events are one", join(exchange(1, 1, ms), answer(1, ms)),
			"sent 1 received 1 lost 0 excused 0 flying 0 | late 0 dup 0 unmatched 0 errors 0 | loss 0.0000"},
		{"an answer to what was never sent", join(sent(1), answer(7, ms)),
			"sent 1 received 0 lost 0 excused 0 flying 1 | late 0 dup 0 unmatched 0 errors 0 | loss 0.0000"},
		{"older than the ring", join(silence(1, 250), answer(2, ms), fact(probe.Excused, 3)),
			"sent 250 received 1 lost 247 excused 1 flying 1 | late 0 dup 0 unmatched 0 errors 0 | loss 1.0000"},
		{"numbers wrap", join(sent(1<<32-2), sent(1<<32-1), sent(0), answer(1<<32-2, ms), answer(0, ms)),
			"sent 3 received 2 lost 1 excused 0 flying 0 | late 0 dup 0 unmatched 0 errors 0 | loss 0.3333"},
		{"numbers begin anew", join(exchange(1, 9, ms), sent(10), sent(1), answer(1, ms)),
			"sent 11 received 10 lost 1 excused 0 flying 0 | late 0 dup 0 unmatched 0 errors 0 | loss 0.0000"},
		{"numbers are skipped", join(exchange(1, 2, ms), sent(5), sent(8)),
			"sent 4 received 2 lost 1 excused 0 flying 1 | late 0 dup 0 unmatched 0 errors 0 | loss 0.3333"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := counts(reportOf(oneTunnel(), at(1), tt.events)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// failures is keepalives from..to, none of which could be sent.
func failures(from, to uint32) (events []probe.Event) {
	for seq := from; seq <= to; seq++ {
		events = append(events, sent(seq), notSent(seq, syscall.ENETUNREACH))
	}
	return events
}

// The window is the last 100 keepalives whose fate is known.
func TestLossOverTheLast100(t *testing.T) {
	tests := []struct {
		name   string
		events []probe.Event
		want   float64
	}{
		{"one of 100", join(silence(1, 1), exchange(2, 100, ms)), 0.01},
		{"the next is in flight and pushes nothing out", join(silence(1, 1), exchange(2, 100, ms), sent(101)), 0.01},
		{"its answer does", join(silence(1, 1), exchange(2, 101, ms)), 0},
		{"so does its loss", join(silence(1, 1), exchange(2, 100, ms), sent(101), sent(102)), 0.01},
		{"all of 100", silence(1, 500), 1},
		{"half of 100", join(exchange(1, 200, ms), silence(201, 250), sent(251)), 0.5},
		{"25 excused of 100 leave 75", join(exchange(1, 70, ms), silence(71, 101), excuses(71, 95)), 5.0 / 75},
		{"20 unsent of 100 leave 80", join(silence(1, 4), exchange(5, 80, ms), failures(81, 100)), 4.0 / 80},
		{"an answer un-loses at the far end of the window", join(silence(1, 1), exchange(2, 100, ms), answer(1, ms)), 0},
		{"an answer beyond the window", join(silence(1, 1), exchange(2, 110, ms), answer(1, ms)), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := reportOf(oneTunnel(), at(1), tt.events).Loss; got != tt.want {
				t.Errorf("loss %v, want %v", got, tt.want)
			}
		})
	}
}

func excuses(from, to uint32) (events []probe.Event) {
	for seq := from; seq <= to; seq++ {
		events = append(events, fact(probe.Excused, seq))
	}
	return events
}

// What counts as degradation begins where the line came up; that mark must not
// fall so far behind that numbers, which wrap, compare wrongly.
func TestFloorKeepsUp(t *testing.T) {
	var o outcomes
	o.lineUp()
	for seq := uint32(1); seq <= 1000; seq++ {
		o.push(seq)
	}
	if behind := o.newest - o.floor; behind > 2*ringSize {
		t.Errorf("%d behind the newest", behind)
	}
	if o.push(1001); o.fresh != 0 {
		t.Errorf("%d missing", o.fresh)
	}
}

func TestReplyFacts(t *testing.T) {
	first, second := answer(1, 2*ms), answer(2, 4*ms)
	first.At, first.TTL, first.Counter = at(1), 250, 0
	second.At, second.TTL, second.Counter = at(2), 251, 0
	late := probe.Event{Kind: probe.Late, Seq: 1, At: at(3), TTL: 9, Counter: 5}
	got := reportOf(oneTunnel(), at(4), []probe.Event{sent(1), first, sent(2), second, late})
	if !got.LastReply.Equal(at(2)) || got.ReplyTTL != 251 {
		t.Errorf("last reply %v with TTL %d, want that of the last answer in time", got.LastReply, got.ReplyTTL)
	}
	if got.RTT.Last != 4*ms || got.RTT.Mean != 3*ms || got.RTT.Samples != 2 {
		t.Errorf("%+v", got.RTT)
	}
	if got.Counter != 5 {
		t.Errorf("counter %d, want that of the last event, 5", got.Counter)
	}
}

func TestOutcomes(t *testing.T) {
	inv := oneTunnel()
	inv.Tunnels = append([]Tunnel{{Name: "off"}}, inv.Tunnels...)
	s := NewStore(inv, epoch)
	s.Record(join(sent(1), sent(2), answer(2, ms), sent(3), fact(probe.Excused, 3), failures(4, 4), sent(5)))
	got := s.Outcomes(1, nil)
	want := []Fate{FateMissing, FateAnswered, FateExcused, FateUnsent, FatePending}
	if len(got) != len(want) {
		t.Fatalf("got %v", got)
	}
	for i := range want {
		if got[i].Fate != want[i] {
			t.Errorf("keepalive %d is %s, want %s", i+1, got[i].Fate, want[i])
		}
	}
	within(t, "round trip time", got[1].RTT, ms, 0.06)
	for _, position := range []int{-1, 0, 2} {
		if got := s.Outcomes(position, nil); got != nil {
			t.Errorf("position %d: %v", position, got)
		}
	}
	s.Record(exchange(6, 400, ms))
	if got := s.Outcomes(1, got[:0]); len(got) != 100 {
		t.Errorf("%d kept, want 100", len(got))
	}
}
