//go:build linux

package routes

import (
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	start := time.Date(2026, 11, 22, 19, 0, 0, 0, time.UTC)
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	const never = -1
	tests := map[string]struct {
		began, ended int // of the last reading, in ms
		asked        []int
		due          int
	}{
		"a poll":                            {0, 10, nil, 10_010},
		"a poll of a million routes":        {0, 1_000, nil, 51_000},
		"a change long after":               {0, 10, []int{5_000}, 5_050},
		"later changes do not put it off":   {0, 10, []int{5_000, 5_040, 5_049}, 5_050},
		"a change right after":              {0, 10, []int{11}, 510},
		"a change that has to settle":       {0, 10, []int{505}, 555},
		"a change among a million":          {0, 1_000, []int{1_100}, 2_000},
		"a change among a million, at rest": {0, 1_000, []int{9_000}, 9_050},
	}
	for name, tt := range tests {
		var p pace
		p.ask(at(never)) // which the reading answers
		p.read(at(tt.began), at(tt.ended))
		for _, ms := range tt.asked {
			p.ask(at(ms))
		}
		if got := p.due(); !got.Equal(at(tt.due)) {
			t.Errorf("%s: due %v after the start, want %d ms", name, got.Sub(start), tt.due)
		}
	}
	if due := new(pace).due(); due.After(start) {
		t.Errorf("the first reading is due %v, want at once", due)
	}
}
