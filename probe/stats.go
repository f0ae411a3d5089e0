package probe

import "sync/atomic"

// Stats are the engine's own counters since it started. Any goroutine may ask.
type Stats struct {
	Sent, Received uint64 // keepalives, and answers that were in flight
	LateSends      uint64 // sent over 10 ms after their turn, or skipped
	SendErrors     uint64
	Dropped        uint64 // packets for which our receive buffer had no room
	Strangers      uint64 // answers or evidence of no tunnel of ours, or malformed
	Echoes         uint64 // diagnostic echoes sent, which are not in Sent
	EchoErrors     uint64 // such that could not be sent
	Evidence       uint64 // ICMP errors about our packets, and replies to diagnostic echoes
}

type stats struct {
	sent, received, lateSends, sendErrors, dropped, strangers atomic.Uint64
	echoes, echoErrors, evidence, turns                       atomic.Uint64
}

// Turns returns how many turns the loop has made: while it lives there are more, every
// few seconds, and at [Engine.Nudge]. Any goroutine may call it.
func (e *Engine) Turns() uint64 { return e.stats.turns.Load() }

// Nudge makes the loop turn at once, though nothing be due. Any goroutine may call it.
func (e *Engine) Nudge() { e.conn.Wake() }

// Stats returns the engine's own counters. Any goroutine may call it.
func (e *Engine) Stats() Stats {
	s := &e.stats
	return Stats{
		Sent: s.sent.Load(), Received: s.received.Load(), LateSends: s.lateSends.Load(),
		SendErrors: s.sendErrors.Load(), Dropped: s.dropped.Load(), Strangers: s.strangers.Load(),
		Echoes: s.echoes.Load(), EchoErrors: s.echoErrors.Load(), Evidence: s.evidence.Load(),
	}
}
