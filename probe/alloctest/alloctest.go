// Package alloctest lets a benchmark fail where its steady state allocates.
package alloctest

import (
	"runtime"
	"testing"
)

// slack is what the runtime and the testing package may allocate meanwhile, and
// buffers that grow at first.
const slack = 200

// Forbid reports b's allocations, and returns a function to call after its loop:
// it fails the benchmark if one operation in a hundred has allocated, be it once.
// A run of few operations may pass: go test's own one second is enough.
func Forbid(b *testing.B) (check func()) {
	b.Helper()
	b.ReportAllocs()
	before := mallocs()
	return func() {
		b.Helper()
		if n := mallocs() - before; n > slack+uint64(b.N)/100 {
			b.Fatalf("%d allocations in %d operations; want none", n, b.N)
		}
	}
}

func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}
