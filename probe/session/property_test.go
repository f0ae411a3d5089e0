package session

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// Issue 2, line 4: state and counter obey R9–R11 for any interleaving of sends,
// answers, losses, duplicates and late answers.
func TestAnyHistoryObeysTheReference(t *testing.T) {
	histories := 100_000
	if testing.Short() || raceEnabled {
		histories = 10_000
	}
	for n := range histories {
		h := newHistory(uint64(n))
		h.run()
		if h.fault != "" {
			t.Fatalf("history %d (retries %d, up_after %d): %s\n%v", n, h.model.retries, h.model.upAfter, h.fault, h.told)
		}
	}
}

// trial drives a session and the model through one random history.
type trial struct {
	*rand.Rand
	session     Session
	model       model
	now         int // ms
	signed      bool
	sinceAnswer int // how many had been sent when the last answer counted
	told        []string
	fault       string
}

// Windows of the retries that are drawn, worked out by hand: see TestWindow.
var drawn = []struct{ retries, window int }{
	{1, 4}, {2, 4}, {3, 4}, {3, 4}, {4, 8}, {5, 8}, {7, 8}, {8, 16}, {15, 16}, {16, 32}, {255, 256},
}

func newHistory(seed uint64) *trial {
	r := rand.New(rand.NewPCG(seed, 0x9e3779b9))
	d := drawn[r.IntN(len(drawn))]
	upAfter := 1
	if r.IntN(4) == 0 {
		upAfter = 2 + r.IntN(3)
	}
	cfg := Config{Retries: d.retries, UpAfter: upAfter, Secret: r.Uint64()}
	return &trial{
		Rand:    r,
		signed:  r.IntN(4) == 0, // answers name their number
		session: New(cfg, make([]time.Duration, Window(d.retries))),
		model:   model{retries: d.retries, upAfter: upAfter, window: d.window, mercy: d.window},
	}
}

// run draws how likely an answer is, so that lines go down and come up, and how
// long the history is: some are longer than what a session remembers.
func (h *trial) run() {
	steps := 10 + h.IntN(60)
	if h.IntN(40) == 0 {
		steps = 600
	}
	liveliness := h.IntN(100)
	for range steps {
		h.now += h.IntN(1000)
		h.act(liveliness)
		h.compare()
		if h.fault != "" {
			return
		}
	}
}

func (h *trial) act(liveliness int) {
	switch n := h.IntN(100); {
	case n < 50 || len(h.model.sends) == 0:
		h.send()
	case n < 53:
		h.send()
		h.tell("unsent")
		h.session.Unsent()
		h.model.unsent()
	case n < 55:
		h.excuse()
	case n < 58:
		h.forged()
	case h.IntN(100) < liveliness:
		h.answer(h.pick())
	}
}

// pick draws whose answer comes: mostly one of the newest, at times any, so that
// order, lateness and repetition are all there.
func (h *trial) pick() int {
	n := len(h.model.sends)
	if h.IntN(5) == 0 {
		return h.IntN(n)
	}
	return n - 1 - h.IntN(min(n, 5))
}

func (h *trial) send() {
	h.tell("send")
	d := h.session.Advance(time.Duration(h.now) * time.Millisecond)
	before := h.model.state()
	h.model.due(h.now, d.ID)
	if int(d.Seq) != len(h.model.sends) || d.From.String() != before || d.To.String() != h.model.state() {
		h.failed("Advance returned the wrong number or states")
	}
	for _, k := range h.model.sends[max(0, len(h.model.sends)-256) : len(h.model.sends)-1] {
		if k.id == d.ID {
			h.failed("an identification is used twice")
		}
	}
}

func (h *trial) answer(place int) {
	k := h.model.sends[place]
	h.tell("answer")
	before := h.model.state()
	var r Return
	if at := time.Duration(h.now) * time.Millisecond; h.signed {
		r = h.session.ReturnedNumber(at, uint32(place+1))
	} else {
		r = h.session.Returned(at, k.id)
	}
	want := h.model.answer(place)
	if want == Answered {
		h.sinceAnswer = len(h.model.sends)
	}
	h.check(r, want, place, before)
}

func (h *trial) check(r Return, want Verdict, place int, before string) {
	wantSeq, wantRTT := uint32(place+1), time.Duration(0)
	if want == Unmatched {
		wantSeq = 0
	}
	if want == Answered {
		wantRTT = time.Duration(h.now-h.model.sends[place].at) * time.Millisecond
	}
	if r.Verdict != want || r.Seq != wantSeq || r.RTT != wantRTT {
		h.failed("Returned has the wrong verdict, number or round trip time")
	}
	if r.From.String() != before || r.To.String() != h.model.state() {
		h.failed("Returned has the wrong states")
	}
}

func (h *trial) excuse() {
	h.tell("excuse")
	var got []uint32
	h.session.Excuse(func(seq uint32) { got = append(got, seq) })
	if want := h.model.excuse(h.sinceAnswer); !slices.Equal(got, want) {
		h.failed("Excuse named the wrong keepalives")
	}
}

// forged is an identification that none of the last 256 has.
func (h *trial) forged() {
	id := uint16(h.Uint32())
	n := len(h.model.sends)
	for _, k := range h.model.sends[max(0, n-256):] {
		if k.id == id {
			return
		}
	}
	h.tell("forged")
	if r := h.session.Returned(0, id); r.Verdict != Unmatched {
		h.failed("a forged answer matched")
	}
}

func (h *trial) compare() {
	if got, want := h.session.State().String(), h.model.state(); got != want {
		h.failed("state " + got + ", want " + want)
	}
	if got, want := h.session.Counter(), h.model.counter; int(got) != want {
		h.failed("the counter is wrong")
	}
}

func (h *trial) tell(what string)   { h.told = append(h.told, what) }
func (h *trial) failed(what string) { h.fault = what }
