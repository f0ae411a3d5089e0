package main

import (
	"fmt"
	"io"
	"net/netip"
	"sync"
	"time"

	"greylag/fleet"
	"greylag/probe"
	"greylag/probe/gre"
)

// mostDebugLines is how many wait for a writer that is slow; what is beyond is
// counted, and said.
const mostDebugLines = 1 << 15

// debugEvery is how long lines are gathered: a wake-up for each would cost more
// than the lines.
const debugEvery = 50 * time.Millisecond

// debugLines prints R21's line for each keepalive that the engine sends. The
// engine only copies what it has sent: a writer that is stuck delays nothing.
type debugLines struct {
	out io.Writer

	mu      sync.Mutex  // held only to append or to swap
	faces   []debugFace // by the engine's number
	waiting []debugSend
	dropped int

	spare []debugSend // the other buffer
	text  []byte
}

// debugFace is what a tunnel's lines begin with.
type debugFace struct {
	name                string
	source, destination netip.Addr
	length              int // of the answer inside; 0: probed by echo, which has no line
}

// debugSend is a keepalive that was sent, or that could not be.
type debugSend struct {
	at      time.Time
	tunnel  *debugFace
	counter uint32
	err     error
}

func newDebugLines(out io.Writer, tunnels []*fleet.Tunnel) *debugLines {
	return &debugLines{out: out, faces: debugFaces(tunnels)}
}

// renumber has the engine's numbers mean other tunnels from now on.
func (d *debugLines) renumber(faces []debugFace) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faces = faces
}

func debugFaces(tunnels []*fleet.Tunnel) []debugFace {
	faces := make([]debugFace, len(tunnels))
	for i, t := range tunnels {
		face := debugFace{name: t.Name, source: t.Source, destination: t.Destination}
		if t.Probe != fleet.Echo {
			probed := probeTunnel(t)
			spec := probed.Keepalive(new(gre.Secret))
			face.length = spec.AnswerLen()
		}
		faces[i] = face
	}
	return faces
}

// record takes what a turn of the engine's loop has sent. The engine waits for it.
func (d *debugLines) record(events []probe.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range events {
		e := &events[i]
		switch {
		case e.Kind != probe.Sent && e.Kind != probe.Unsent:
		case len(d.waiting) >= mostDebugLines:
			d.dropped++
		default:
			d.waiting = append(d.waiting, debugSend{e.At, &d.faces[e.Tunnel], e.Counter, e.Err})
		}
	}
}

// begin prints until the returned function is called, which prints the rest.
func (d *debugLines) begin() (end func()) {
	over, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(debugEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				d.print()
			case <-over:
				d.print()
				return
			}
		}
	}()
	return func() {
		close(over)
		select {
		case <-ended:
		case <-time.After(time.Second): // stuck, and no reason to stay
		}
	}
}

// print writes what waits. Nobody can be told that it fails.
func (d *debugLines) print() {
	d.mu.Lock()
	sends, dropped := d.waiting, d.dropped
	d.waiting, d.dropped = d.spare[:0], 0
	d.mu.Unlock()
	d.text = d.text[:0]
	for i := range sends {
		d.text = d.line(d.text, &sends[i])
	}
	if dropped > 0 {
		d.text = fmt.Appendf(d.text, "read standard error faster: %s not printed\n", count(dropped, "debug line"))
	}
	if len(d.text) > 0 {
		_, _ = d.out.Write(d.text)
	}
	d.spare = sends
}

// line appends one, after the time as routers have it.
func (d *debugLines) line(b []byte, s *debugSend) []byte {
	face := s.tunnel
	if face.length == 0 {
		return b
	}
	b = appendDebugTime(b, s.at)
	if s.err != nil {
		return fmt.Appendf(b, "%s: keepalive not sent, %v->%v: %v, counter=%d\n", face.name, face.source, face.destination, s.err, s.counter)
	}
	b = fleet.AppendDebug(b, face.name, face.source, face.destination, face.length, s.counter)
	return append(b, '\n')
}
