package main

import (
	"bufio"
	"time"

	"greylag/fleet"
	"greylag/fleet/decode"
	"greylag/fleet/stream"
)

// decodeJSON writes CONTRACT's records.
type decodeJSON struct {
	*stream.Encoder
	out *bufio.Writer
}

func (w decodeJSON) keepalive(s *fleet.Sighting, _ []fleet.Event) error { return w.Keepalive(s) }

func (w decodeJSON) tunnel(t *decode.Tunnel) error {
	if err := w.Flush(); err != nil {
		return err
	}
	return w.Tunnel(&t.Report)
}

func (w decodeJSON) end(decode.Counts) error { return w.Flush() }

// flush leaves errors to the next record: both writers keep them.
func (w decodeJSON) flush() {
	_ = w.Flush()
	_ = w.out.Flush()
}

// decodeDebug writes what `debug tunnel keepalive` would have printed (R21).
type decodeDebug struct {
	out  *bufio.Writer
	line []byte
}

func (w *decodeDebug) keepalive(s *fleet.Sighting, _ []fleet.Event) error {
	if !s.Request || s.Verdict == fleet.VerdictCopy || s.Tunnel == "" {
		return nil
	}
	w.line = appendDebugTime(w.line[:0], s.Time)
	w.line = fleet.AppendDebug(w.line, s.Tunnel, s.Source, s.Destination, s.Length, s.Counter)
	_, err := w.out.Write(append(w.line, '\n'))
	return err
}

func (w *decodeDebug) tunnel(*decode.Tunnel) error { return nil }
func (w *decodeDebug) end(decode.Counts) error     { return nil }
func (w *decodeDebug) flush()                      { _ = w.out.Flush() }

// appendDebugTime appends the time of a debug line, as routers have it; nothing
// where it is not known.
func appendDebugTime(b []byte, at time.Time) []byte {
	if at.IsZero() {
		return b
	}
	return at.UTC().AppendFormat(b, "15:04:05.000: ")
}
