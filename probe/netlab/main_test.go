//go:build linux

package netlab_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"greylag/probe/netlab"
	"greylag/probe/netlab/netlabtest"
)

// childVariable makes the test binary a child for the tests of Reexec.
const childVariable = "NETLAB_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childVariable) {
	case "":
		netlabtest.Main(m)
	case "report":
		report()
	case "killed":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "wait":
		wait()
	case "nested":
		_, _ = netlab.Reexec(context.Background(), nil, []string{childVariable + "=wait"})
	}
}

// wait says that it is ready, and which signal ended it.
func wait() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGTERM, syscall.SIGINT)
	fmt.Println("ready")
	fmt.Println(<-c)
	os.Exit(3)
}
