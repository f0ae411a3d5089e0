package netfilter_test

import (
	"testing"

	"greylag/probe/netlab/netlabtest"
)

func TestMain(m *testing.M) { netlabtest.Main(m) }
