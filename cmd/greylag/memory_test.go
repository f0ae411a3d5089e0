package main

import (
	"bytes"
	"runtime"
	"runtime/debug"
	"testing"
)

// TestGiveBack: what was needed for a while, and is free, goes back to the kernel; where
// next to nothing is free, nobody collects garbage for it.
func TestGiveBack(t *testing.T) {
	held := make([][]byte, 64)
	for i := range held {
		held[i] = bytes.Repeat([]byte{1}, 1<<20)
	}
	runtime.KeepAlive(held)
	runtime.GC() // they are free now, and still resident
	resident := processStatus("RssAnon:")
	if !giveBack() {
		t.Fatal("64 MiB are free, and stay")
	}
	if now := processStatus("RssAnon:"); now+32<<20 > resident {
		t.Errorf("%d bytes resident before, and %d after", resident, now)
	}
	debug.FreeOSMemory()
	if giveBack() {
		t.Error("nothing lies about, and it was collected again")
	}
}
