package stream

import (
	"io"

	"greylag/fleet"
)

// flushAt is how much of a report is gathered before it is written, in bytes.
const flushAt = 64 << 10

// Encoder writes records to a stream. Each Write to the underlying writer is of
// whole lines. After a failed Write every call returns that same error, as the
// writer gave it, and writes nothing. An Encoder is for one goroutine.
type Encoder struct {
	// Host is added to tunnels, spokes, incidents and summaries where it is not "": in
	// a merged stream, whose they are. An event has its own.
	Host string

	w   io.Writer
	buf []byte // whole lines, not written yet; empty between calls
	err error  // of the first Write that failed
}

// NewEncoder returns an Encoder that writes to w.
func NewEncoder(w io.Writer) *Encoder { return &Encoder{w: w} }

// Hello writes the record that opens a stream.
func (e *Encoder) Hello(h Hello) error {
	e.buf = AppendHello(e.buf, &h)
	return e.flush()
}

// Report writes a full report: every tunnel, every spoke, the summary. All of
// it has been handed to the writer when it returns.
func (e *Encoder) Report(r *fleet.Report) error {
	w := e.Walker()
	for i := range r.Tunnels {
		if err := w.Tunnel(&r.Tunnels[i]); err != nil {
			return err
		}
	}
	for i := range r.Spokes {
		if err := w.Spoke(&r.Spokes[i]); err != nil {
			return err
		}
	}
	return w.Summary(&r.Summary)
}

// Walker returns a [fleet.Walker] that writes what it is shown, many rows at a
// time; the summary, which comes last, writes the rest.
func (e *Encoder) Walker() fleet.Walker { return walker{e} }

type walker struct{ *Encoder }

func (w walker) Tunnel(t *fleet.TunnelReport) error {
	w.buf = w.tag(AppendTunnel(w.buf, t))
	return w.flushFull()
}

func (w walker) Spoke(s *fleet.SpokeReport) error {
	w.buf = w.tag(AppendSpoke(w.buf, s))
	return w.flushFull()
}

// Tunnel writes one tunnel.
func (e *Encoder) Tunnel(t *fleet.TunnelReport) error {
	e.buf = e.tag(AppendTunnel(e.buf, t))
	return e.flush()
}

// Spoke writes one spoke.
func (e *Encoder) Spoke(s *fleet.SpokeReport) error {
	e.buf = e.tag(AppendSpoke(e.buf, s))
	return e.flush()
}

// Event writes one change of a tunnel or a spoke.
func (e *Encoder) Event(ev *fleet.Event) error {
	e.buf = AppendEvent(e.buf, ev)
	return e.flush()
}

// Events writes changes, many at a time.
func (e *Encoder) Events(list []fleet.Event) error {
	for i := range list {
		e.buf = AppendEvent(e.buf, &list[i])
		if err := e.flushFull(); err != nil {
			return err
		}
	}
	return e.flush()
}

// Summary writes the counts of the fleet.
func (e *Encoder) Summary(s *fleet.Summary) error {
	e.buf = e.tag(AppendSummary(e.buf, s))
	return e.flush()
}

// Peer writes one far end whose keepalives are answered.
func (e *Encoder) Peer(p *Peer) error {
	e.buf = AppendPeer(e.buf, p)
	return e.flush()
}

// tag adds the host to the record that b ends with.
func (e *Encoder) tag(b []byte) []byte {
	if e.Host == "" {
		return b
	}
	return AppendHost(b, e.Host)
}

func (e *Encoder) flushFull() error {
	if len(e.buf) < flushAt {
		return e.err
	}
	return e.flush()
}

func (e *Encoder) flush() error {
	if e.err == nil {
		e.err = writeAll(e.w, e.buf)
	}
	e.buf = e.buf[:0]
	return e.err
}

// writeAll holds a writer to the promise of [io.Writer].
func writeAll(w io.Writer, b []byte) error {
	n, err := w.Write(b)
	if err == nil && n < len(b) {
		return io.ErrShortWrite
	}
	return err
}
