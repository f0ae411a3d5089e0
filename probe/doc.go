// Package probe is the engine: it owns the keepalive session of every tunnel
// and one loop that sends what is due, takes in what came back, and reports the
// facts to a [Sink]. There is no goroutine, timer or socket per tunnel.
//
// A turn of the loop reads the clock once, sends what is due of tunnels whose last
// keepalive is answered, takes in what arrived, lets the others that are due advance
// (R9, R10) and sends for them, reports, and sleeps until the next is due. Answers are
// taken in before anything is declared: what came back in time but was not yet read
// counts.
//
// While answers are missing the loop asks why: it sends ICMP echoes from what the
// keepalives leave, and takes in evidence, ICMP errors above all. These can be
// forged, so they explain and never change anything: the state machine's time and
// outcome are the same with evidence and without.
//
// The reflector, which answers the peers' own keepalives, shares nothing with
// the loop and never waits for it.
package probe
