//go:build linux

// Package netlabtest runs tests in a network namespace of their own. It is apart
// from netlab so that a program with a lab does not link package testing.
package netlabtest

import (
	"context"
	"fmt"
	"os"
	"testing"

	"greylag/probe/netlab"
)

var reason error // why the tests run outside

// Main is for a package's TestMain: it runs the tests inside a namespace of
// their own, or, where that is impossible, here, with [Need] skipping those that
// need one. It does not return.
func Main(m *testing.M) {
	if netlab.Inside() {
		os.Exit(m.Run())
	}
	if reason = netlab.Available(); reason != nil {
		os.Exit(m.Run())
	}
	code, err := netlab.Reexec(context.Background(), os.Args[1:], nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(code)
}

// Need skips t, and says why, where there is no namespace for it.
func Need(t testing.TB) {
	t.Helper()
	if netlab.Inside() {
		return
	}
	if reason == nil {
		t.Fatal("netlabtest.Need without netlabtest.Main in TestMain")
	}
	t.Skip(reason)
}

// Lab returns a lab of t's own, which is closed with the test. Tests that have
// one cannot be parallel.
func Lab(t testing.TB) *netlab.Lab {
	t.Helper()
	Need(t)
	lab, err := netlab.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := lab.Close(); err != nil {
			t.Error(err)
		}
	})
	return lab
}

// Host is a [netlab.Host] for a test, which is skipped where there can be none.
func Host(t testing.TB) *netlab.Host {
	t.Helper()
	Need(t)
	h, err := netlab.NewHost()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}
