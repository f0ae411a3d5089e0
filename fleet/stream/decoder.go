package stream

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"greylag/fleet"
)

// Record is one line of a stream. Exactly one field is set, and maybe Host.
type Record struct {
	Hello     *Hello
	Tunnel    *fleet.TunnelReport // see [Decoder] for what is not in the stream
	Spoke     *fleet.SpokeReport
	Event     *fleet.Event
	Summary   *fleet.Summary
	Peer      *Peer
	Incident  *fleet.Incident // without its version
	Keepalive *fleet.Sighting // of a capture
	Request   *Request
	Reply     *Reply
	Unknown   string // the type of a record that this greylag does not know

	// Host is set beside them where the record is part of a merged stream: whose it is.
	Host string
}

// LineError says what is wrong with one line. The lines after it can be read.
type LineError struct {
	Line int // from 1
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }
func (e *LineError) Unwrap() error { return e.Err }

// SchemaError says that the stream comes from a greylag whose format this one
// does not know. Nothing after it is read: it could mean something else.
type SchemaError struct {
	Line    int    // of the hello record, from 1
	Schema  int    // that it declares
	Version string // of the greylag that wrote it
}

func (e *SchemaError) Error() string {
	return fmt.Sprintf("line %d: this greylag is too old: it reads schema %d, and the stream is schema %d, from greylag %s",
		e.Line, Schema, e.Schema, e.Version)
}

// Decoder reads records from a stream, of any greylag with the same [Schema].
//
// What the stream does not carry is not in the records either: of a tunnel's
// declaration only what the contract lists is set, and Enabled as its state
// tells; of a spoke's, only its name; RTT.Samples is the number of answers received (0 without round trip
// times); an availability that is not known is -1; an event's Number is 0. All
// times are UTC, and like all durations exact to the stream's unit.
//
// A Decoder is for one goroutine. It needs at most a few times [MaxLine] of
// memory, whatever it is given.
type Decoder struct {
	lines *lineReader
	err   error // final
}

// NewDecoder returns a Decoder that reads from r.
func NewDecoder(r io.Reader) *Decoder { return &Decoder{lines: newLineReader(r)} }

// Next returns the next record. A [*LineError] concerns one line only (it is no
// JSON, no record, or torn): call Next again to go on with the line after it.
// Every other error is final: io.EOF at the end, a [*SchemaError], or the
// reader's own. Blank lines are passed over, unknown fields ignored, and a
// record of unknown type is returned as Unknown.
func (d *Decoder) Next() (Record, error) {
	if d.err != nil {
		return Record{}, d.err
	}
	line, err := d.lines.next()
	if err != nil && !errors.Is(err, errTooLong) {
		d.err = err
		return Record{}, err
	}
	var rec Record
	if err == nil {
		rec, err = decode(line)
	}
	if err != nil {
		return Record{}, d.locate(err)
	}
	return rec, nil
}

// InputOffset returns how many bytes of the stream have been read: where the line
// ends that [Decoder.Next] spoke of last. A line that is too long may go on there.
func (d *Decoder) InputOffset() int64 { return d.lines.offset }

// locate adds the line's number to what is wrong with it.
func (d *Decoder) locate(err error) error {
	if tooNew, ok := errors.AsType[*SchemaError](err); ok {
		tooNew.Line = d.lines.number
		d.err = tooNew
		return tooNew
	}
	return &LineError{Line: d.lines.number, Err: explain(err)}
}

// decode reads one line.
func decode(line []byte) (Record, error) {
	var head struct {
		Type string `json:"type"`
		Host string `json:"host"`
	}
	if err := json.Unmarshal(line, &head); err != nil {
		return Record{}, err
	}
	rec, err := decodeType(head.Type, line)
	if rec.Hello == nil { // whose it is itself
		rec.Host = head.Host
	}
	if rec.Event != nil {
		rec.Event.Host = head.Host
	}
	return rec, err
}

// decodeType reads one line of a type.
func decodeType(kind string, line []byte) (Record, error) {
	switch kind {
	case typeHello:
		return decodeAs[helloLine](line)
	case typeTunnel:
		return decodeAs[tunnelLine](line)
	case typeSpoke:
		return decodeAs[spokeLine](line)
	case typeEvent:
		return decodeAs[eventLine](line)
	case typeSummary:
		return decodeAs[summaryLine](line)
	case typePeer:
		return decodeAs[peerLine](line)
	case typeIncident:
		return decodeAs[incidentLine](line)
	case typeKeepalive:
		return decodeAs[keepaliveLine](line)
	case typeRequest:
		return decodeAs[requestLine](line)
	case typeReply:
		return decodeAs[replyLine](line)
	case "":
		return Record{}, errors.New(`no record: "type" is missing`)
	}
	return Record{Unknown: kind}, nil
}

// decodeAs reads a line of known type; L is what its JSON looks like.
func decodeAs[L any, P interface {
	*L
	record() (Record, error)
}](line []byte) (Record, error) {
	var l L
	if err := json.Unmarshal(line, &l); err != nil {
		return Record{}, err
	}
	return P(&l).record()
}

// explain says what encoding/json found in words that do not speak of Go.
func explain(err error) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("no valid JSON at byte %d: %w", syntax.Offset, err)
	}
	wrong, ok := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case !ok:
		return err
	case wrong.Field == "":
		return fmt.Errorf("no record: it is a JSON %s, want an object", wrong.Value)
	}
	return fmt.Errorf("%q is a JSON %s, want %s", wrong.Field, wrong.Value, wanted(wrong.Type))
}
