package metrics

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
)

// thrown is a client that reads and keeps nothing.
type thrown struct{ header http.Header }

func (w thrown) Header() http.Header         { return w.header }
func (w thrown) Write(b []byte) (int, error) { return len(b), nil }
func (w thrown) WriteHeader(int)             {}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// TestGarbage: a scrape of 10,000 tunnels leaves less than 10 MB of garbage, the first
// as well, which makes what the next use again.
func TestGarbage(t *testing.T) {
	if raceEnabled {
		t.Skip("-race allocates too")
	}
	e := New(optionsOf(running(10_000)))
	for i, most := range []uint64{10 << 20, 1 << 20} {
		before := allocated()
		e.ServeHTTP(thrown{http.Header{}}, get("gzip"))
		if n := allocated() - before; n > most {
			t.Errorf("scrape %d: %d bytes allocated, more than %d", i, n, most)
		} else {
			t.Logf("scrape %d: %d bytes allocated", i, n)
		}
	}
}

// BenchmarkScrape is one of 10,000 tunnels, its rests included.
func BenchmarkScrape(b *testing.B) {
	e := New(optionsOf(running(10_000)))
	for _, encoding := range []string{"gzip", "identity"} {
		b.Run(encoding, func(b *testing.B) {
			w := httptest.NewRecorder()
			e.ServeHTTP(w, get(encoding))
			b.SetBytes(int64(w.Body.Len()))
			b.ReportAllocs()
			for b.Loop() {
				e.ServeHTTP(thrown{http.Header{}}, get(encoding))
			}
			b.ReportMetric(float64(w.Body.Len()), "bytes")
		})
	}
}
