package privilege

import (
	"os"
	"testing"

	"greylag/probe/netlab/netlabtest"
)

// TestMain is also where the program begins that gives its privileges up: what a
// process has given up is gone, and the tests need theirs.
func TestMain(m *testing.M) {
	if os.Getenv(giverVariable) != "" {
		os.Exit(give())
	}
	netlabtest.Main(m)
}
