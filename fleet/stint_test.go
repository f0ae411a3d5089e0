package fleet_test

import (
	"testing"
	"testing/synctest"
	"time"

	"greylag/fleet"
)

// Work goes on for a stint, rests as long as it is told to, and begins anew.
func TestStints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fleet.BeginStints(time.Now())
		for range 3 {
			time.Sleep(fleet.Stint - 1)
			if worked, over := s.Over(time.Now()); over {
				t.Fatalf("it is time to rest after %v; want %v", worked, fleet.Stint)
			}
			time.Sleep(3)
			worked, over := s.Over(time.Now())
			if !over || worked != fleet.Stint+2 {
				t.Fatalf("Over: %v, %v; want %v, true", worked, over, fleet.Stint+2)
			}
			rests := time.Now()
			<-s.Rest(7 * worked)
			if took := time.Since(rests); took != 7*worked {
				t.Errorf("a rest of %v; want %v", took, 7*worked)
			}
			s.Begin(time.Now())
		}
	})
}
