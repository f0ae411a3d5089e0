package metrics

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func get(encoding string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	if encoding != "" {
		r.Header.Set("Accept-Encoding", encoding)
	}
	return r
}

func TestCompression(t *testing.T) {
	e := New(optionsOf(running(3)))
	for accept, want := range map[string]string{
		"": "", "identity": "", "gzip": "gzip", "br, GZIP;q=0.5": "gzip", "gzip; q=0": "", "zstd, gzip ;q=0.0, *": "",
	} {
		w := httptest.NewRecorder()
		e.ServeHTTP(w, get(accept))
		if got := w.Header().Get("Content-Encoding"); got != want {
			t.Errorf("%q: encoding %q", accept, got)
		}
		var body io.Reader = w.Body
		if want == "gzip" {
			var err error
			if body, err = gzip.NewReader(w.Body); err != nil {
				t.Fatal(err)
			}
		}
		text, err := io.ReadAll(body)
		if err != nil || !strings.Contains(string(text), `greylag_tunnels{state="up"} 3`) {
			t.Errorf("%q: %v in\n%s", accept, err, text)
		}
		if got := w.Header().Get("Content-Type"); !strings.HasPrefix(got, "text/plain; version=0.0.4") {
			t.Errorf("content type %q", got)
		}
	}
}

func TestOtherMethods(t *testing.T) {
	e := New(optionsOf(running(1)))
	for method, want := range map[string]int{http.MethodHead: 200, http.MethodPost: 405} {
		w := httptest.NewRecorder()
		e.ServeHTTP(w, httptest.NewRequest(method, "/metrics", nil))
		if w.Code != want || method == http.MethodHead && w.Body.Len() > 0 {
			t.Errorf("%s: %d %s", method, w.Code, w.Body)
		}
	}
}

// stuck is a client that takes nothing until it goes away.
type stuck struct {
	http.ResponseWriter
	gone chan struct{}
}

func (s stuck) Write([]byte) (int, error) {
	<-s.gone
	return 0, errors.New("gone")
}

// TestStuckClients: two that take nothing hold up a third, for as long as a scrape may
// wait; and what they have is given back.
func TestStuckClients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := New(optionsOf(running(100)))
		gone := make(chan struct{})
		for range atOnce {
			go func() {
				defer func() {
					if recover() != http.ErrAbortHandler { //nolint:errorlint // it is panicked with as it is
						t.Error("a scrape that was cut short looks whole")
					}
				}()
				e.ServeHTTP(stuck{httptest.NewRecorder(), gone}, get(""))
			}()
		}
		synctest.Wait()
		began := time.Now()
		w := httptest.NewRecorder()
		e.ServeHTTP(w, get(""))
		if w.Code != http.StatusServiceUnavailable || time.Since(began) != scrapeLasts {
			t.Errorf("%d after %v", w.Code, time.Since(began))
		}
		close(gone)
		synctest.Wait()
		w = httptest.NewRecorder()
		e.ServeHTTP(w, get(""))
		if w.Code != http.StatusOK || len(e.free) != atOnce {
			t.Errorf("%d, %d scrapers free", w.Code, len(e.free))
		}
	})
}
