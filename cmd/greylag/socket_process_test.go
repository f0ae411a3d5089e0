package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/fleet/replica"
)

// openDir is a directory that anybody may look into, for a socket.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "greylag")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// appears waits for a socket.
func appears(t *testing.T, path string) {
	t.Helper()
	for begun := time.Now(); time.Since(begun) < soon; time.Sleep(5 * time.Millisecond) {
		if _, err := os.Lstat(path); err == nil {
			return
		}
	}
	t.Fatalf("there is no socket %s", path)
}

// awaitFeed waits for a state of a feed.
func awaitFeed(t *testing.T, f replica.Feed, what string, is func(s replica.Status) bool) {
	t.Helper()
	for begun := time.Now(); time.Since(begun) < soon; time.Sleep(5 * time.Millisecond) {
		if is(f.Status(time.Now())) {
			return
		}
	}
	t.Fatalf("it is never %s: %+v", what, f.Status(time.Now()))
}

// A viewer outlives two services: one that ends by a signal, with a last report and
// without its socket, and one that is killed, whose stale socket the next replaces.
func TestViewerOutlivesServices(t *testing.T) {
	needSockets(t)
	t.Parallel()
	path, file := filepath.Join(openDir(t), "s"), ownFleet(t, 31)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var feed replica.Feed
	serve := func() *running {
		r := start(t, "headless", "-c", file, "--socket", path, "--every", "1h")
		r.until(t, `"to":"up"`)
		if feed == nil {
			var err error
			if feed, err = replica.Open(ctx, path, replica.Options{}); err != nil {
				t.Fatal(err)
			}
		}
		awaitFeed(t, feed, "live", func(s replica.Status) bool {
			return s.State == replica.Streaming && len(feed.Report(time.Now(), nil).Tunnels) > 0 // the first record is no tunnel
		})
		return r
	}
	stale := func(s replica.Status) bool { return s.State == replica.Stale }

	r := serve()
	before := feed.Report(time.Now(), nil)
	if len(before.Tunnels) != 1 || before.Tunnels[0].State != fleet.Up {
		t.Errorf("the viewer knows %+v", before.Tunnels)
	}
	if err := r.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, r.out)
	r.quietly(t)
	awaitFeed(t, feed, "stale", stale)
	if last := feed.Report(time.Now(), nil); !last.Tunnels[0].Time.After(before.Tunnels[0].Time) {
		t.Errorf("the last report is of %v, the first of %v", last.Tunnels[0].Time, before.Tunnels[0].Time)
	}
	if _, err := os.Lstat(path); err == nil {
		t.Error("the socket is still there")
	}

	r = serve()
	_ = r.Process.Kill()
	_ = r.Wait()
	awaitFeed(t, feed, "stale", stale)
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("what was killed removed its socket: %v", err)
	}

	r = serve()
	second := program(t, "headless", "-c", file, "--socket", path, "--for", "1s")
	said, _ := second.CombinedOutput()
	want := fmt.Sprintf("--socket: %s is being served by process %d: one greylag can serve it at a time (choose another path, or end that process)\n", path, r.Process.Pid)
	if code := second.ProcessState.ExitCode(); code != exitFailure || string(said) != want {
		t.Errorf("exit %d, said %q\nwant %d, %q", code, said, exitFailure, want)
	}
	if s := feed.Status(time.Now()); s.State != replica.Streaming {
		t.Errorf("%+v", s)
	}
	_ = r.Process.Signal(syscall.SIGINT)
	_, _ = io.Copy(io.Discard, r.out)
	r.quietly(t)
}

// The terminal shows the service to nobody, who may connect because the mode says so.
// Standard output is /dev/null, as under systemd.
func TestTerminalOfTheSocketAsNobody(t *testing.T) {
	needSockets(t)
	t.Parallel()
	path := filepath.Join(openDir(t), "s")
	cmd := program(t, "headless", "-c", ownFleet(t, 32), "--socket", path, "--socket-mode", "0666")
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	appears(t, path)
	term := onTerminal(t, nil, "--from", path)
	term.await("stream from ")
	term.await("✓ up")
	term.press("q")
	term.quietly()
	_ = cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil || said.Len() > 0 {
		t.Errorf("%v, said %q", err, said.String())
	}
}
