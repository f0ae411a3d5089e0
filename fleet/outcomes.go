package fleet

import "time"

// lossWindow is how many keepalives the loss ratio looks back (CONTRACT: loss
// over the last 100 sent).
const lossWindow = 100

// ringSize holds the window, the keepalive in flight, and the one that leaves
// the window. It divides 2^32, so that numbers may wrap.
const ringSize = 128

// outcome is what became of one keepalive, in a byte: an answered one carries
// the bucket of its round trip time.
type outcome uint8

const (
	unknown  outcome = iota // there was no such keepalive
	pending                 // the newest sent: its answer may still come
	missing                 // unanswered, and a later one has been sent
	excused                 // this host cannot know
	unsent                  // this host could not send it
	answered                // plus the bucket
)

// outcomes remembers the newest keepalives by number. The window is the 100
// keepalives up to the newest, or up to the one before it while the newest is
// pending: the loss ratio speaks only of keepalives whose fate is known.
type outcomes struct {
	newest uint32 // number of the newest keepalive
	end    uint32 // the window is (end-100, end]
	floor  uint32 // the line came up after this one was sent

	lost  uint8 // missing ones in the window
	heard uint8 // answered ones in the window
	fresh uint8 // missing ones in the window after floor

	slots [ringSize]outcome
}

func (o *outcomes) slot(seq uint32) *outcome { return &o.slots[seq%ringSize] }

// holds tells whether the fate of seq is still remembered.
func (o *outcomes) holds(seq uint32) bool { return o.newest-seq < ringSize }

// push makes seq the newest keepalive, pending. Numbers that were skipped are
// unknown; a number that is not ahead by less than the ring begins anew.
func (o *outcomes) push(seq uint32) {
	if gap := seq - o.newest; gap == 0 || gap > ringSize {
		*o = outcomes{newest: seq - 1, end: seq - 1, floor: seq - 1}
	}
	for o.newest != seq {
		o.newest++
		*o.slot(o.newest) = unknown
		o.slide(o.newest - 1)
	}
	*o.slot(seq) = pending
}

// set changes the fate of a keepalive. What is no longer held does not matter
// here.
func (o *outcomes) set(seq uint32, fate outcome) {
	if !o.holds(seq) {
		return
	}
	inside := o.end-seq < lossWindow
	if inside {
		o.leave(seq)
	}
	*o.slot(seq) = fate
	if inside {
		o.enter(seq)
	}
	if seq == o.newest && fate != pending {
		o.slide(seq)
	}
}

// slide moves the window's end forward to seq.
func (o *outcomes) slide(seq uint32) {
	for o.end != seq {
		o.end++
		o.leave(o.end - lossWindow)
		o.enter(o.end)
	}
	if int32(o.end-o.floor) > ringSize { // keep it near, for numbers wrap
		o.floor = o.end - ringSize
	}
}

func (o *outcomes) enter(seq uint32) { o.count(seq, 1) }
func (o *outcomes) leave(seq uint32) { o.count(seq, ^uint8(0)) } // -1

func (o *outcomes) count(seq uint32, step uint8) {
	switch fate := *o.slot(seq); {
	case fate >= answered:
		o.heard += step
	case fate == missing:
		o.lost += step
		if o.isFresh(seq) {
			o.fresh += step
		}
	}
}

// isFresh tells whether seq was sent since the line came up.
func (o *outcomes) isFresh(seq uint32) bool { return int32(seq-o.floor) > 0 }

// lineUp marks the moment from which losses count as degradation: those of an
// outage that is over do not.
func (o *outcomes) lineUp() {
	o.floor = o.newest
	o.fresh = 0
}

// loss is the ratio of missing keepalives in the window; 0 when none is known.
func (o *outcomes) loss() float64 {
	if o.lost == 0 {
		return 0
	}
	return float64(o.lost) / float64(int(o.lost)+int(o.heard))
}

// spread sorts the round trip times of the newest 100 keepalives.
func (o *outcomes) spread() (h histogram) {
	for back := range uint32(lossWindow) {
		if fate := *o.slot(o.newest - back); fate >= answered {
			h.add(fate - answered)
		}
	}
	return h
}

// unsentLast tells whether the newest keepalive whose fate is known could not
// be sent.
func (o *outcomes) unsentLast() bool {
	seq := o.newest
	if *o.slot(seq) == pending {
		seq--
	}
	return *o.slot(seq) == unsent
}

// answeredIn returns the outcome of an answer after rtt.
func answeredIn(rtt time.Duration) outcome { return answered + outcome(bucketOf(rtt)) }

// Fate says what became of a keepalive.
type Fate string

// The fates of a keepalive.
const (
	FatePending  Fate = "pending"  // in flight
	FateAnswered Fate = "answered" // its answer came back
	FateMissing  Fate = "missing"  // unanswered, and a later one has been sent
	FateExcused  Fate = "excused"  // unknown: this host lost answers or was away
	FateUnsent   Fate = "unsent"   // this host could not send it
)

// Outcome is the fate of one keepalive. RTT is that of an answered one, within
// 6 %.
type Outcome struct {
	Fate Fate
	RTT  time.Duration
}

var fates = [...]Fate{pending: FatePending, missing: FateMissing, excused: FateExcused, unsent: FateUnsent}

// list appends the newest 100 keepalives, oldest first.
func (o *outcomes) list(into []Outcome) []Outcome {
	for back := uint32(lossWindow); back > 0; back-- {
		if fate := *o.slot(o.newest - back + 1); fate != unknown {
			into = append(into, PackedOutcome(fate).Unpack())
		}
	}
	return into
}
