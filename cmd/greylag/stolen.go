package main

import (
	"fmt"
	"os"
	"strings"
)

// processorTime is what the kernel counts of all processors together since it began, in
// ticks (proc_stat(5)).
type processorTime struct{ all, stolen uint64 }

// readProcessorTime is zero where the kernel does not say.
func readProcessorTime() processorTime {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return processorTime{}
	}
	return parseProcessorTime(string(text))
}

func parseProcessorTime(text string) (t processorTime) {
	line, _, _ := strings.Cut(text, "\n")
	var ticks [8]uint64 // user, nice, system, idle, iowait, irq, softirq, steal
	n, _ := fmt.Sscanf(line, "cpu %d %d %d %d %d %d %d %d",
		&ticks[0], &ticks[1], &ticks[2], &ticks[3], &ticks[4], &ticks[5], &ticks[6], &ticks[7])
	if n < len(ticks) {
		return processorTime{}
	}
	for _, n := range ticks {
		t.all += n
	}
	t.stolen = ticks[7]
	return t
}

// stolenSince is which part of the processors' time the host of a virtual machine gave to
// others since then, 0 … 1, where that is known.
func (t processorTime) stolenSince(then processorTime) (part float64, ok bool) {
	if t.all <= then.all || t.stolen < then.stolen { // nothing read, or the host has begun anew
		return 0, false
	}
	return float64(t.stolen-then.stolen) / float64(t.all-then.all), true
}
