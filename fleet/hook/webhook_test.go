package hook

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greylag/fleet"
)

// asked is what a web server got.
type asked struct{ method, body, kind, event, agent, authorization string }

func TestWebhook(t *testing.T) {
	var got asked
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h := r.Header
		got = asked{r.Method, string(body), h.Get("Content-Type"), h.Get("Greylag-Event"), h.Get("User-Agent"), h.Get("Authorization")}
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("s3cret \nsecond line\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h := &fleet.Hook{URL: server.URL + "/x", Timeout: time.Minute}
	want := asked{"POST", "{\"type\":\"event\"}\n", "application/json", "down", "greylag/1.2", ""}
	for _, h.TokenFile = range []string{"", token} {
		if h.TokenFile != "" {
			want.authorization = "Bearer s3cret"
		}
		if err := newWebhook(h, "1.2").deliver(t.Context(), downOfT0); err != nil || got != want {
			t.Errorf("%v, got %+v, want %+v", err, got, want)
		}
	}
}

// TestWebhookRefuses: what is not tried again, and how it is told: never with the
// address, nor with the token.
func TestWebhookRefuses(t *testing.T) {
	requests := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the event went to another server") }))
	defer other.Close()
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		switch r.URL.Path {
		case "/moved/secret":
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		case "/denied/secret":
			http.Error(w, "who are\nyou?", http.StatusForbidden)
		}
	})
	server, secure := httptest.NewServer(handler), httptest.NewUnstartedServer(handler)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer server.Close()
	defer secure.Close()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		url, token, want string
		requests         int
	}{
		{server.URL + "/moved/secret", "", "it answers 307 Temporary Redirect, which is not followed", 1},
		{server.URL + "/denied/secret", "", `it answers 403 Forbidden: "who are\nyou?"`, 1},
		{server.URL + "/secret", dir + "/none", "token_file: open " + dir + "/none: no such file", 0},
		{server.URL + "/secret", write("empty", "\nsecret"), "its first line is empty", 0},
		{server.URL + "/secret", write("odd", "two secret words"), "its first line is no token", 0},
	} {
		requests = 0
		err := newWebhook(&fleet.Hook{URL: c.url, TokenFile: c.token, Timeout: time.Minute}, "").deliver(t.Context(), downOfT0)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") || requests != c.requests {
			t.Errorf("%s %s: %d requests, %v; want %d, %s", c.url, c.token, requests, err, c.requests, c.want)
		}
	}
	// A certificate that nobody vouches for may be mended; the first attempt is enough here.
	_, err := newWebhook(&fleet.Hook{URL: secure.URL + "/secret", Timeout: time.Minute}, "").post(t.Context(), downOfT0)
	if err == nil || !strings.Contains(err.Error(), "certificate") || strings.Contains(err.Error(), "secret") {
		t.Errorf("TLS: %v", err)
	}
}

// answers is a web server in memory: each request gets the next answer.
type answers struct {
	t     *testing.T
	list  []answer
	start time.Time
	at    []time.Duration // when it was asked
}

type answer struct {
	status     int // 0: the network fails
	retryAfter string
}

func (a *answers) RoundTrip(*http.Request) (*http.Response, error) {
	a.at = append(a.at, time.Since(a.start))
	next := a.list[min(len(a.at), len(a.list))-1]
	if next.status == 0 {
		return nil, errors.New("connection refused")
	}
	w := httptest.NewRecorder()
	if next.retryAfter != "" {
		w.Header().Set("Retry-After", next.retryAfter)
	}
	w.WriteHeader(next.status)
	return w.Result(), nil
}

func TestWebhookTriesAgain(t *testing.T) {
	for _, c := range []struct {
		name string
		list []answer
		at   []time.Duration
		fail string
	}{
		{"the network fails twice", []answer{{}, {}, {status: 200}}, []time.Duration{0, 1, 3}, ""},
		{"busy, then well", []answer{{status: 429}, {status: 202}}, []time.Duration{0, 1}, ""},
		{"it says when", []answer{{status: 503, retryAfter: "7"}, {status: 204}}, []time.Duration{0, 7}, ""},
		{"it says when, by date", []answer{{status: 503, retryAfter: "Sat, 01 Jan 2000 00:00:09 GMT"}, {status: 204}}, []time.Duration{0, 9}, ""},
		{"it says too long", []answer{{status: 503, retryAfter: "86400"}, {status: 204}}, []time.Duration{0, 60}, ""},
		{"it says less than we wait", []answer{{}, {}, {status: 503, retryAfter: "1"}, {status: 200}}, []time.Duration{0, 1, 3, 7}, ""},
		{"for good", []answer{{}}, []time.Duration{0, 1, 3, 7, 15}, "connection refused"},
		{"broken for good", []answer{{status: 500}}, []time.Duration{0, 1, 3, 7, 15}, "it answers 500 Internal Server Error"},
		{"a mistake of ours", []answer{{status: 400}}, []time.Duration{0}, "it answers 400 Bad Request"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // its clock begins with the year 2000
				a := &answers{t: t, list: c.list, start: time.Now()}
				w := newWebhook(&fleet.Hook{URL: "https://a.example/x", Timeout: time.Second}, "")
				w.client.Transport = a
				err := w.deliver(t.Context(), downOfT0)
				if c.fail == "" && err != nil || c.fail != "" && (err == nil || err.Error() != c.fail) {
					t.Errorf("%v, want %q", err, c.fail)
				}
				for i := range c.at {
					c.at[i] *= time.Second
				}
				if len(a.at) != len(c.at) {
					t.Fatalf("asked at %v, want %v", a.at, c.at)
				}
				for i := range c.at {
					if a.at[i] != c.at[i] {
						t.Errorf("asked at %v, want %v", a.at, c.at)
					}
				}
			})
		})
	}
}
