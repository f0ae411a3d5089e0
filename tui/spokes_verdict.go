package tui

import "greylag/fleet"

// verdict is what matters most of how a spoke is reached, the worst first.
type verdict uint8

const (
	cutOff      verdict = iota // nothing is up
	blackHole                  // the kernel's route points into a tunnel that is down (R2)
	onBackup                   // a tunnel of a higher rank carries the traffic
	unprotected                // reached, and nothing is up behind it though it is configured
	undecided
	onPrimary
)

func verdictOf(s *fleet.SpokeReport) verdict {
	switch {
	case s.Path == fleet.PathNone:
		return cutOff
	case s.BlackHole:
		return blackHole
	case s.Path == fleet.PathBackup:
		return onBackup
	case isUnprotected(s):
		return unprotected
	case s.Path == fleet.PathPrimary:
		return onPrimary
	}
	return undecided
}

// isUnprotected tells whether the next failure cuts the spoke off, though a
// backup is configured.
func isUnprotected(s *fleet.SpokeReport) bool {
	return s.Active != "" && s.Ranked && !s.Protected
}

// isWrong tells whether somebody should look at it.
func (v verdict) isWrong() bool { return v < undecided }

func (v verdict) style() style {
	switch v {
	case cutOff, blackHole:
		return down
	case onBackup:
		return backup
	case unprotected:
		return degraded
	case onPrimary:
		return up
	}
	return pending
}

// verdict is the sign of a verdict.
func (g *glyphs) verdict(v verdict) string {
	switch v {
	case cutOff:
		return g.none
	case blackHole:
		return g.hole
	case onBackup:
		return g.backup
	case unprotected:
		return g.unprotected
	case onPrimary:
		return g.primary
	}
	return g.pending
}

// keyTunnel is the position of the tunnel by which to look into a spoke: where
// something is wrong the one that explains it, else the one that carries the
// traffic; of those that pass the filter if any does. -1: it has none.
func (b *board) keyTunnel(place int) int {
	spoke, best, bestScore := &b.report.Spokes[place], -1, 0
	explains := b.explanation(place)
	for _, position := range b.members.of(place) {
		score := 1
		if b.lineOf[position] >= 0 {
			score += 4
		}
		switch {
		case int(position) == explains:
			score += 2
		case b.rows[position].Tunnel.Tunnel.Name == spoke.Active:
			score++
		}
		if score > bestScore {
			best, bestScore = int(position), score
		}
	}
	return best
}

// explanation is the position of the tunnel that explains the verdict on a
// spoke: of the lowest rank that is down, or else not up; -1: it needs none.
func (b *board) explanation(place int) int {
	spoke := &b.report.Spokes[place]
	v := verdictOf(spoke)
	if !v.isWrong() {
		return b.position(spoke.Active)
	}
	best, bestFault := -1, 0
	for _, position := range b.members.of(place) {
		t := b.rows[position].Tunnel
		fault := faultOf(t.State)
		if v == blackHole && spoke.Route != nil && t.Tunnel.Name == spoke.Route.Tunnel {
			fault = 3
		}
		if fault > bestFault || fault > 0 && fault == bestFault && t.Tunnel.Rank < b.rows[best].Tunnel.Tunnel.Rank {
			best, bestFault = int(position), fault
		}
	}
	return best
}

// faultOf is how well a tunnel's state explains that its spoke is in trouble.
func faultOf(s fleet.State) int {
	switch s {
	case fleet.Down:
		return 2
	case fleet.Pending, fleet.Disabled:
		return 1
	}
	return 0
}
