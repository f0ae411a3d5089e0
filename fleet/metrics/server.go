package metrics

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"golang.org/x/net/netutil"
)

const (
	// mostConnections is how many clients there can be at once; others wait.
	mostConnections = 64
	// farewell is how long a scrape that goes on may take when the server ends.
	farewell = time.Second
)

// Serve answers scrapes on l until ctx ends, and closes it. With profiles the
// process's own are served too (/debug/pprof/): they tell much of it, and cost it
// processor time.
func (e *Exporter) Serve(ctx context.Context, l net.Listener, profiles bool) error {
	server := &http.Server{
		Handler:           e.pages(profiles),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       scrapeLasts,
		WriteTimeout:      2 * scrapeLasts,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // of what clients do wrong
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		shut(server)
	})
	err := server.Serve(netutil.LimitListener(l, mostConnections))
	if stop() { // it ended by itself
		return err
	}
	<-ended
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func shut(server *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		_ = server.Close() // it only closes what would not end
	}
}

// pages is where what is.
func (e *Exporter) pages(profiles bool) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/metrics", e)
	landing := landingHead
	if profiles {
		landing += landingProfiles
		mux.HandleFunc("/debug/pprof/", pprof.Index)
		mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, landing) // whoever asked has gone
	})
	return mux
}

const (
	landingHead     = "<!doctype html><title>greylag</title><h1>greylag</h1><p><a href=\"/metrics\">metrics</a> for Prometheus</p>\n"
	landingProfiles = "<p><a href=\"/debug/pprof/\">profiles</a> of the process</p>\n"
)
