package metrics

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"greylag/fleet"
)

// Options are what an [Exporter] shows.
type Options struct {
	Store    *fleet.Store
	Version  string          // of greylag
	Lateness func() Lateness // how late the engine sent; nil: not known
}

// atOnce is how many scrapes there can be at once: two Prometheus servers watch one
// target as a pair.
const atOnce = 2

// scrapeLasts is how long a scrape may wait for its turn and take: as long as
// Prometheus waits by default (scrape_timeout).
const scrapeLasts = 10 * time.Second

// Exporter answers scrapes. It implements [http.Handler].
type Exporter struct {
	options Options
	turns   chan struct{} // one for each that may go on

	mu   sync.Mutex
	free []*scraper // the one used last is last: the second is made when it is needed
}

// New returns the exporter of a fleet.
func New(o Options) *Exporter {
	return &Exporter{options: o, turns: make(chan struct{}, atOnce)}
}

// ServeHTTP answers a scrape, compressed where the client takes that. One that has
// to wait too long for others is answered 503.
func (e *Exporter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "metrics are read by GET", http.StatusMethodNotAllowed)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), scrapeLasts)
	defer cancel()
	select {
	case e.turns <- struct{}{}:
		defer func() { <-e.turns }()
	case <-ctx.Done():
		http.Error(w, fmt.Sprintf("%d scrapes go on already, none ended within %v", atOnce, scrapeLasts), http.StatusServiceUnavailable)
		return
	}
	e.answer(ctx, w, r)
}

func (e *Exporter) answer(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	s := e.borrow()
	defer e.giveBack(s)
	w.Header().Set("Content-Type", string(format))
	w.Header().Set("Vary", "Accept-Encoding")
	deadline, _ := ctx.Deadline()
	_ = http.NewResponseController(w).SetWriteDeadline(deadline) // a recorder in a test has none
	out, end := s.encoding(w, r)
	if r.Method == http.MethodHead {
		return
	}
	if err := s.scrape(ctx, &e.options, out); err != nil {
		panic(http.ErrAbortHandler) // what was written is not all: the client must not take it for that
	}
	_ = end() // the client has gone
}

// encoding returns where to write, and what to call at the end.
func (s *scraper) encoding(w http.ResponseWriter, r *http.Request) (out io.Writer, end func() error) {
	if !acceptsGzip(r.Header.Values("Accept-Encoding")) {
		return w, func() error { return nil }
	}
	w.Header().Set("Content-Encoding", "gzip")
	s.gzip.Reset(w)
	return s.gzip, s.gzip.Close
}

// acceptsGzip reads Accept-Encoding (RFC 9110 section 12.5.3): q=0 refuses.
func acceptsGzip(fields []string) bool {
	for coding := range strings.SplitSeq(strings.Join(fields, ","), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(coding), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}

func (e *Exporter) borrow() *scraper {
	e.mu.Lock()
	defer e.mu.Unlock()
	if n := len(e.free); n > 0 {
		s := e.free[n-1]
		e.free = e.free[:n-1]
		return s
	}
	return newScraper(&e.options)
}

func (e *Exporter) giveBack(s *scraper) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.free = append(e.free, s)
}
