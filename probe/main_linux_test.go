package probe_test

import (
	"testing"

	"greylag/probe/netlab/netlabtest"
)

// The tests run in a network namespace of their own, where one can be made.
func TestMain(m *testing.M) { netlabtest.Main(m) }
