package stream

import (
	"math"
	"time"

	"greylag/fleet"
)

// The characters of "recent": one for each keepalive. An answered one is a digit
// or letter for its round trip time: character i of rttMarks stands for those from
// 16 µs · 2^(i/3) up to the next, which is 26 % more; the first for all shorter
// ones too, the last (21 s) for all longer ones.
const (
	rttMarks    = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	perDoubling = 3
	firstRTT    = 16 * time.Microsecond
)

var fateMarks = map[fleet.Fate]byte{
	fleet.FatePending: '_',
	fleet.FateMissing: '-',
	fleet.FateExcused: '?',
	fleet.FateUnsent:  '!',
}

// marks has the character of each packed outcome, outcomes the packed outcome of
// each character; 0 where there is none.
var marks, outcomes = markTables()

func markTables() (marks [256]byte, outcomes [256]fleet.PackedOutcome) {
	for packed := range marks {
		marks[packed] = markOf(fleet.PackedOutcome(packed).Unpack())
	}
	for fate, mark := range fateMarks {
		outcomes[mark] = fleet.Outcome{Fate: fate}.Pack()
	}
	for i := range len(rttMarks) {
		outcomes[rttMarks[i]] = fleet.Outcome{Fate: fleet.FateAnswered, RTT: markedRTT(i)}.Pack()
	}
	return marks, outcomes
}

func markOf(o fleet.Outcome) byte {
	if o.Fate != fleet.FateAnswered {
		return fateMarks[o.Fate]
	}
	i := math.Floor(perDoubling * math.Log2(float64(o.RTT)/float64(firstRTT)))
	return rttMarks[int(max(0, min(i, float64(len(rttMarks)-1))))]
}

// markedRTT is the time in the (geometric) middle of those that character i stands
// for.
func markedRTT(i int) time.Duration {
	return time.Duration(float64(firstRTT) * math.Exp2((float64(i)+0.5)/perDoubling))
}

// appendRecent leaves out what has no outcome.
func appendRecent(b []byte, recent []fleet.PackedOutcome) []byte {
	if len(recent) == 0 {
		return b
	}
	b = append(appendKey(b, "recent"), '"')
	for _, packed := range recent {
		if mark := marks[packed]; mark != 0 {
			b = append(b, mark)
		}
	}
	return append(b, '"')
}

// maxRecent is how many characters of "recent" are read, the last ones.
const maxRecent = 1000

// recentPart is the text of "recent".
type recentPart string

// recent passes over characters that a later greylag may have added.
func (p recentPart) recent() []fleet.PackedOutcome {
	if p == "" {
		return nil
	}
	p = p[max(0, len(p)-maxRecent):]
	list := make([]fleet.PackedOutcome, 0, len(p))
	for i := range len(p) {
		if packed := outcomes[p[i]]; packed != 0 {
			list = append(list, packed)
		}
	}
	return list
}
