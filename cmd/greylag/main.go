// Command greylag watches a fleet of GRE tunnels by their keepalives.
//
// This package is wiring only: a file for each command, and the station that
// joins engine, reflector and store.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
)

// gcPercent keeps the heap close to what is alive. There is next to no garbage
// once a station runs, so this costs nothing, and the default would let what
// reading an inventory leaves behind double the memory of a large fleet.
const gcPercent = 10

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() {
		// A second signal ends the program even if it hangs on its output. Not at
		// once: a terminal's ctrl-C may come twice, also by way of a parent.
		time.AfterFunc(time.Second, stop)
	})
	// A reader that went away is an error of writing, not a death.
	signal.Ignore(syscall.SIGPIPE)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
