package tui

import (
	"testing"
	"time"
)

// What is shown is outdated by what its source says, or after half a minute.
func TestIsOld(t *testing.T) {
	for _, c := range []struct {
		status Status
		want   bool
	}{
		{Status{}, false},
		{Status{Age: 29 * time.Second}, false},
		{Status{Age: 30 * time.Second}, true},
		{Status{Age: time.Hour, Patience: 2 * time.Hour}, false},
		{Status{Age: 5 * time.Second, Patience: 5 * time.Second}, true},
		{Status{Problem: "torn"}, true},
		{Status{Ended: true}, true},
	} {
		if got := c.status.isOld(); got != c.want {
			t.Errorf("%+v: %t", c.status, got)
		}
	}
}
