package main

import (
	"bytes"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

// TestReloadUnanswered: who asks a program that goes away is told that nothing is
// known.
func TestReloadUnanswered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		if conn, err := l.Accept(); err == nil {
			_, _ = conn.Read(make([]byte, 100)) // closed unread it would be reset
			conn.Close()
		}
	}()
	var stderr bytes.Buffer
	code := run(t.Context(), []string{"reload", "--socket", path}, nil, nil, &stderr)
	if want := path + " has not answered, and whether it reloads is not known: EOF (is it a greylag's, "; code != exitFailure || !strings.HasPrefix(stderr.String(), want) {
		t.Errorf("exit %d, %s\nwant %s…", code, stderr.String(), want)
	}
}

// TestServiceManagerGone: where it cannot be told the error says by which variable.
func TestServiceManagerGone(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "/nowhere/notify")
	const want = "the service manager cannot be told at $NOTIFY_SOCKET, /nowhere/notify: no such file or directory (systemd sets it; "
	if err := tellServiceManager("READY=1"); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got  %v\nwant %s…", err, want)
	}
	t.Setenv("WATCHDOG_USEC", "soon")
	if _, err := notifiers(nil, reporting{}, nil); err == nil || !strings.HasPrefix(err.Error(), "$WATCHDOG_USEC=soon, $WATCHDOG_PID=: ") {
		t.Error(err)
	}
}
