package fleet

import (
	"math"
	"time"
)

// leaveRatio is the hysteresis: a tunnel is degraded from its limit on, and no
// longer from 80 % of it down, so that it does not flap around the limit.
const leaveRatio = 0.8

// leaveRTT is leaveRatio of a limit.
func leaveRTT(limit time.Duration) time.Duration { return limit * 4 / 5 }

// ratioSlack absorbs what binary fractions add: 0.07·100 is 7.000000000000001.
const ratioSlack = 1e-9

// lossLimits are a tunnel's degraded_loss, ready to compare with: keepalives of the
// last 100.
type lossLimits struct {
	enter, leave uint8 // enter 0: never
}

func lossLimitsOf(t *Tunnel) (l lossLimits) {
	if t.DegradedLoss > 0 {
		sent := t.DegradedLoss * lossWindow
		l.enter = uint8(math.Ceil(min(sent, lossWindow) - ratioSlack))
		l.leave = uint8(math.Floor(min(sent, lossWindow) * leaveRatio))
	}
	return l
}

// isLossy judges missing keepalives among the last 100; was is the judgement
// before.
func (l lossLimits) isLossy(lost uint8, was bool) bool {
	if was {
		return lost > l.leave
	}
	return l.enter > 0 && lost >= l.enter
}

// isSlow judges the smoothed round trip time against a tunnel's degraded_rtt, 0: never;
// was is the judgement before.
func isSlow(smoothed, limit time.Duration, was bool) bool {
	if was {
		return smoothed > leaveRTT(limit)
	}
	return limit > 0 && smoothed > limit
}

// sameLimits tells whether two rows are held against the same limits.
func sameLimits(a, b *row) bool {
	return a.loss == b.loss && a.tunnel.DegradedRTT == b.tunnel.DegradedRTT
}
