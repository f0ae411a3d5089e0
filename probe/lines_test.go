package probe_test

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"greylag/probe"
	"greylag/probe/session"
)

// Random losses, in runs of any length: each tunnel's line goes down exactly
// where the reference says (R9–R11), and nowhere else. The expectation comes from
// the losses alone.
func TestLinesFollowLosses(t *testing.T) {
	const tunnels, sends = 400, 300
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(3, 4))
		all := fleet(tunnels, time.Second)
		lost := make([][]bool, tunnels)
		for i := range all {
			all[i].Interval = time.Duration(100+random.IntN(900)) * time.Millisecond
			all[i].Retries, all[i].UpAfter = 1+random.IntN(6), 1+random.IntN(3)
			lost[i] = lossScript(random, sends+2)
		}
		conn := newInstant()
		conn.lose = func(destination [4]byte, nth int) bool {
			script := lost[number(destination)]
			return nth >= len(script) || script[nth]
		}
		sent, _, _ := runFor(t, conn, all, probe.Options{}, sends*100*time.Millisecond)
		downs := 0
		for i, tunnel := range all {
			got := sent.lines.of(i)
			want := linesOf(tunnel, lost[i], uint32(len(sent.sent[i])))
			downs += compareLines(t, tunnel, got, want)
		}
		if downs < 1000 {
			t.Errorf("only %d times down: too few to test anything", downs)
		}
	})
}

// lossScript says of each keepalive, by its number from 1, whether it is lost.
func lossScript(random *rand.Rand, n int) []bool {
	lost := make([]bool, n)
	for i := 1; i < n; {
		gone := random.IntN(2) == 0
		for run := 1 + random.IntN(8); run > 0 && i < n; run-- {
			lost[i] = gone
			i++
		}
	}
	return lost
}

// change is a change of the line protocol by keepalive seq.
type change struct {
	seq      uint32
	from, to session.State
}

// linesOf is R9–R11 and up_after as the reference has them, where each answer
// that is not lost comes before the next keepalive is due.
func linesOf(tunnel probe.Tunnel, lost []bool, sent uint32) (changes []change) {
	state, counter, row := session.Pending, 0, 0
	enter := func(seq uint32, to session.State) {
		if state != to {
			changes = append(changes, change{seq, state, to})
			state = to
		}
	}
	for seq := uint32(1); seq <= sent; seq++ {
		if counter >= tunnel.Retries { // R10
			enter(seq, session.Down)
		}
		counter++ // R9
		if lost[seq] {
			row = 0
			continue
		}
		counter = 0
		if row++; state != session.Down || row >= tunnel.UpAfter { // R11
			enter(seq, session.Up)
		}
	}
	return changes
}

func compareLines(t *testing.T, tunnel probe.Tunnel, got history, want []change) (downs int) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("retries %d, up_after %d: %d changes of line, want %d:\n%s", tunnel.Retries, tunnel.UpAfter, len(got), len(want), got.tail(9))
		return 0
	}
	for n, e := range got {
		if (change{e.Seq, e.From, e.To}) != want[n] {
			t.Errorf("retries %d, up_after %d: change %d is %+v; want %+v", tunnel.Retries, tunnel.UpAfter, n, e, want[n])
			return 0
		}
		if e.To == session.Down {
			downs++
		}
	}
	return downs
}
