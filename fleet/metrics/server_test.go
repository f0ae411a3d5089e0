package metrics

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// serving is the address of a server that ends with the test.
func serving(t *testing.T, profiles bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- New(optionsOf(running(3))).Serve(ctx, l, profiles) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if c, err := net.Dial("tcp", l.Addr().String()); err == nil {
			c.Close()
			t.Error("it still listens")
		}
	})
	return "http://" + l.Addr().String()
}

func TestPages(t *testing.T) {
	for _, profiles := range []bool{false, true} {
		base := serving(t, profiles)
		profile := http.StatusNotFound
		if profiles {
			profile = http.StatusOK
		}
		for path, want := range map[string]struct {
			status int
			text   string
		}{
			"/metrics":                     {200, "greylag_tunnel_up{"},
			"/":                            {200, "/metrics"},
			"/other":                       {404, ""},
			"/debug/pprof/":                {profile, ""},
			"/debug/pprof/heap?debug=1":    {profile, ""},
			"/debug/pprof/profile?debug=x": {profile, ""},
		} {
			if strings.Contains(path, "profile?") && profiles {
				continue // it takes 30 s
			}
			resp, err := http.Get(base + path)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || resp.StatusCode != want.status || !strings.Contains(string(text), want.text) {
				t.Errorf("profiles %v, %s: %d %v, not %d with %q", profiles, path, resp.StatusCode, err, want.status, want.text)
			}
			if offers := strings.Contains(string(text), "pprof"); path == "/" && offers != profiles {
				t.Errorf("profiles %v, and the page says %v", profiles, offers)
			}
		}
	}
}

// TestListenerLost: a server that can go on no more says so.
func TestListenerLost(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := New(optionsOf(running(1))).Serve(t.Context(), l, false); err == nil {
		t.Error("no error")
	}
}
