package main

import "testing"

func TestProcessorTime(t *testing.T) {
	for text, want := range map[string]processorTime{
		"cpu  10 1 20 300 4 5 6 54 7 8\ncpu0 1 2 3 4 5 6 7 8 9 10\n": {400, 54}, // guests are among user
		"cpu 10 1 20 300 4 5 6 54":                                   {400, 54},
		"cpu 10 1 20 300\n":                                          {}, // before Linux 2.6.11
		"intr 1 2 3 4 5 6 7 8\n":                                     {},
		"":                                                           {},
		"cpu  10 1 20 300 4 5 -6 54 7 8\n":                           {},
	} {
		if got := parseProcessorTime(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	if got := readProcessorTime(); got.all == 0 || got.stolen > got.all {
		t.Errorf("this machine's: %v", got)
	}
}

func TestStolenSince(t *testing.T) {
	for _, c := range []struct {
		then, now processorTime
		part      float64
		ok        bool
	}{
		{processorTime{100, 10}, processorTime{300, 60}, 0.25, true},
		{processorTime{100, 10}, processorTime{300, 10}, 0, true},
		{processorTime{100, 10}, processorTime{100, 10}, 0, false},
		{processorTime{100, 10}, processorTime{}, 0, false},
		{processorTime{100, 10}, processorTime{200, 5}, 0, false},
	} {
		if part, ok := c.now.stolenSince(c.then); part != c.part || ok != c.ok {
			t.Errorf("from %v to %v: %v, %v", c.then, c.now, part, ok)
		}
	}
}
