package fleet

import (
	"fmt"
	"time"
)

// overdueHalves is how long after the last one a far end's own keepalives count
// as stopped, in halves of their interval: three are missing then.
const overdueHalves = 7

// peerView is what a report knows of a far end's own keepalives (R12, R13).
type peerView struct {
	*TunnelReport
	watched time.Time // since when they are answered and counted; zero: they are not
}

// finding speaks for no reason. Of a tunnel that is well it tells only what the
// far end lacks.
func (p peerView) finding() finding {
	switch {
	case p.State == Pending:
		return finding{}
	case p.PeerReflected > 0:
		return p.heard()
	case p.Tunnel.Peer == nil:
		return finding{}
	case p.Tunnel.Peer.KeepaliveInterval > 0:
		return p.awaited()
	}
	return p.oneSided()
}

// interval is the far end's, as observed or else as declared; 0: not known.
func (p peerView) interval() time.Duration {
	if p.PeerInterval == 0 && p.Tunnel.Peer != nil {
		return p.Tunnel.Peer.KeepaliveInterval
	}
	return p.PeerInterval
}

// isOverdue tells whether one should have come since that moment.
func (p peerView) isOverdue(since time.Time) bool {
	return p.Time.Sub(since) > overdueHalves*p.interval()/2
}

// heard is for a far end that sends keepalives, or did.
func (p peerView) heard() finding {
	overdue := p.isOverdue(p.PeerLast)
	if p.interval() == 0 || !overdue && p.State != Down { // there has been one only; all is well
		return finding{}
	}
	e := Evidence{Kind: EvidencePeer, Time: p.PeerLast, Count: p.PeerReflected, From: p.Tunnel.Destination}
	every := spanText(p.interval())
	if !overdue {
		e.Text = fmt.Sprintf("the far end's own keepalives arrive every %s: its way here works, "+
			"so ours to it, its decapsulation, or the forwarding of the answer does not", every)
		e.Fix = lookAround
		return finding{"", e}
	}
	e.Text = fmt.Sprintf("the far end's own keepalives, every %s before, stopped %s ago", every, spanText(p.Time.Sub(p.PeerLast)))
	if p.State != Down {
		e.Text += ", though ours come back"
		e.Fix = "look at `keepalive` on the far end's tunnel interface, and for what drops GRE from there"
	}
	return finding{"", e}
}

// awaited is for a far end that is declared to send keepalives, of which none
// has come.
func (p peerView) awaited() finding {
	if p.watched.IsZero() || !p.isOverdue(p.watched) {
		return finding{}
	}
	declared := spanText(p.interval())
	if p.State == Down {
		return finding{"", Evidence{Kind: EvidencePeer,
			Text: fmt.Sprintf("the far end's own keepalives, declared every %s, do not arrive either", declared)}}
	}
	return finding{"", Evidence{Kind: EvidencePeer,
		Text: fmt.Sprintf("the far end's own keepalives, declared every %s, do not arrive, though ours come back", declared),
		Fix:  "configure `keepalive` on the far end's tunnel interface, or correct keepalive in [tunnel.peer]",
	}}
}

// oneSided is R13, of a tunnel that is up: else the far end has nothing to notice
// that this end does not report.
func (p peerView) oneSided() finding {
	if !reaches(p.State) || p.Tunnel.Probe == Echo {
		return finding{}
	}
	return finding{"", Evidence{Kind: EvidencePeer,
		Text: "R13: the far end sends no keepalives of its own, so it does not notice a failure and goes on sending into it",
		Fix:  "configure `keepalive` on the far end's tunnel interface too, unless its direction does not matter (R14)",
	}}
}
