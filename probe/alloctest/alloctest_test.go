package alloctest_test

import (
	"flag"
	"testing"

	"greylag/probe/alloctest"
)

var sink []byte

// What allocates now and then fails, what does not passes.
func TestForbid(t *testing.T) {
	if err := flag.Set("test.benchtime", "20000x"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		every int // operations for an allocation; 0: never
		fails bool
	}{{"never", 0, false}, {"each time", 1, true}, {"every tenth", 10, true}} {
		passed := false
		testing.Benchmark(func(b *testing.B) {
			passed = false
			check := alloctest.Forbid(b)
			n := 0
			for b.Loop() {
				if n++; c.every > 0 && n%c.every == 0 {
					sink = make([]byte, 100)
				}
			}
			check()
			passed = true
		})
		if passed == c.fails {
			t.Errorf("allocating %s: passed %v", c.name, passed)
		}
	}
}
