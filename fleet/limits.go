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

// limits are a tunnel's degraded_loss and degraded_rtt, ready to compare with.
type limits struct {
	rtt             time.Duration // 0: never
	loss, lossLeave uint8         // keepalives of the last 100; loss 0: never
}

func limitsOf(t *Tunnel) limits {
	l := limits{rtt: t.DegradedRTT}
	if t.DegradedLoss > 0 {
		sent := t.DegradedLoss * lossWindow
		l.loss = uint8(math.Ceil(min(sent, lossWindow) - ratioSlack))
		l.lossLeave = uint8(math.Floor(min(sent, lossWindow) * leaveRatio))
	}
	return l
}

// isLossy judges missing keepalives among the last 100; was is the judgement
// before.
func (l *limits) isLossy(lost uint8, was bool) bool {
	if was {
		return lost > l.lossLeave
	}
	return l.loss > 0 && lost >= l.loss
}

// isSlow judges the smoothed round trip time; was is the judgement before.
func (l *limits) isSlow(smoothed time.Duration, was bool) bool {
	if was {
		return smoothed > leaveRTT(l.rtt)
	}
	return l.rtt > 0 && smoothed > l.rtt
}
