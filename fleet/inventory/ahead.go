package inventory

import (
	"iter"
	"runtime"
)

// mostAhead bounds how many portions are in memory at once, see portionSize.
const mostAhead = 4

// readSpans is readSpan of each, in their order. Those that come next are read
// meanwhile, by as many processors as there are: the library takes most of the time.
func readSpans(text string, spans []span) iter.Seq2[table, bool] {
	type result struct {
		doc table
		ok  bool
	}
	return func(yield func(table, bool) bool) {
		ahead := min(mostAhead, runtime.GOMAXPROCS(0), len(spans))
		results := make(chan chan result, ahead) // in the order of spans
		begin := func(p span) {
			c := make(chan result, 1) // nobody may come for it
			results <- c
			go func() {
				doc, ok := readSpan(text, p)
				c <- result{doc, ok}
			}()
		}
		for _, p := range spans[:ahead] {
			begin(p)
		}
		for i := range spans {
			got := <-<-results
			if i+ahead < len(spans) {
				begin(spans[i+ahead])
			}
			if !yield(got.doc, got.ok) {
				return
			}
		}
	}
}
