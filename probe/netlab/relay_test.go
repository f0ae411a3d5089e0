//go:build linux

package netlab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// TestRelay: what this process and its context see, and what the re-executed
// program is sent, with the times in milliseconds. It ends at end.
func TestRelay(t *testing.T) {
	type at map[int]os.Signal
	for name, c := range map[string]struct {
		signals   at
		cancelled int // 0: never
		end       int
		want      []string
	}{
		"nothing": {end: 1000},
		"ends by itself in time, having got the same signal": {
			signals: at{100: syscall.SIGINT}, end: 340},
		"a signal to us alone": {
			signals: at{100: syscall.SIGTERM}, end: 1000, want: []string{"350 terminated"}},
		"repeated within the grace": {
			signals: at{100: syscall.SIGTERM, 200: syscall.SIGTERM}, end: 1000, want: []string{"350 terminated"}},
		"repeated after it": {
			signals: at{100: syscall.SIGINT, 400: syscall.SIGINT}, end: 1000, want: []string{"350 interrupt", "650 interrupt"}},
		"two kinds": {
			signals: at{100: syscall.SIGHUP, 110: syscall.SIGINT}, end: 1000, want: []string{"350 hangup", "350 interrupt"}},
		"context alone": {
			cancelled: 100, end: 1000, want: []string{"350 terminated"}},
		"context by the same signal, as signal.NotifyContext does": {
			signals: at{101: syscall.SIGINT}, cancelled: 100, end: 1000, want: []string{"350 interrupt"}},
		"context, and it does not end": {
			cancelled: 100, end: 9000, want: []string{"350 terminated", "5350 killed"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start, got, ended := time.Now(), []string(nil), errors.New("how it ended")
				signals, done := make(chan os.Signal, 8), make(chan error, 1)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				for ms, s := range c.signals {
					time.AfterFunc(time.Duration(ms)*time.Millisecond, func() { signals <- s })
				}
				if c.cancelled > 0 {
					time.AfterFunc(time.Duration(c.cancelled)*time.Millisecond, cancel)
				}
				time.AfterFunc(time.Duration(c.end)*time.Millisecond, func() { done <- ended })
				r := relay{signals: signals, done: done, send: func(s os.Signal) error {
					got = append(got, fmt.Sprintf("%d %v", time.Since(start).Milliseconds(), s))
					return nil
				}}
				if err := r.run(ctx); err != ended {
					t.Errorf("run = %v; want %v", err, ended)
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("sent %q; want %q", got, c.want)
				}
			})
		})
	}
}
