// Command greylag watches a fleet of GRE tunnels by their keepalives.
//
// This package is wiring only: a file for each command, and the station that
// joins engine, reflector and store.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	profileHeap(os.Args)
	collectOften()
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
