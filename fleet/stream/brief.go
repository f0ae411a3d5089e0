package stream

import (
	"errors"
	"io"
	"time"

	"greylag/fleet"
)

// BriefKind says which fields of a [Brief] are set.
type BriefKind uint8

// The kinds of a [Brief].
const (
	// BriefRecord: any other record, whole, in Record.
	BriefRecord     BriefKind = iota
	BriefTunnel               // Time, Name, Hub, Spoke, Rank, Tags, State, Since, Was, WasSince, Reason, Incident
	BriefSpoke                // Time, Name, Path, Since, WasPath, WasSince, Active, Protected, Ranked
	BriefChange               // an event of a tunnel: Time, Name, From, State (to), Since, Reason
	BriefPathChange           // an event of a spoke: Time, Name, FromPath, Path (to), Since, Active, Protected
)

// Brief is what a record tells of a tunnel's or a spoke's state: all that is needed
// to add up for how long which was in which. The texts are valid until the next one
// is read.
type Brief struct {
	Kind                  BriefKind
	Time, Since, WasSince time.Time // UTC; zero where it is not known

	Name, Hub, Spoke, Active []byte
	Tags                     [][]byte
	Rank                     int

	From, State, Was        fleet.State
	FromPath, Path, WasPath fleet.Path
	Reason                  fleet.Reason
	Incident                uint64

	Protected, Ranked bool

	Record Record
}

// reset empties b, and keeps its memory.
func (b *Brief) reset() { *b = Brief{Tags: b.Tags[:0]} }

// BriefReader reads a stream as a [Decoder] does, several times as fast, for who
// needs [Brief]s only. What a record holds beside is passed over and not looked at: a
// line whose only mistake is there counts as a record.
//
// A BriefReader is for one goroutine, and needs as little memory as a Decoder.
type BriefReader struct {
	Decoder
	skim skimmer
}

// NewBriefReader returns a BriefReader that reads from r.
func NewBriefReader(r io.Reader) *BriefReader {
	return &BriefReader{Decoder: Decoder{lines: newLineReader(r)}}
}

// Line is the number of the line that was read last, from 1.
func (d *BriefReader) Line() int { return d.lines.number }

// NextBrief reads the next record into b. Its errors are those of [Decoder.Next].
func (d *BriefReader) NextBrief(b *Brief) error {
	if d.err != nil {
		return d.err
	}
	line, err := d.lines.next()
	if err != nil && !errors.Is(err, errTooLong) {
		d.err = err
		return err
	}
	if err == nil {
		err = d.read(line, b)
	}
	if err != nil {
		return d.locate(err)
	}
	return nil
}

// read reads one line. What the skimmer does not know at once the decoder looks at:
// other writers' spaces and escapes, and what is wrong.
func (d *BriefReader) read(line []byte, b *Brief) error {
	b.reset()
	if d.skim.read(line, b) {
		return nil
	}
	b.reset()
	rec, err := decode(line)
	if err != nil {
		return err
	}
	b.take(rec)
	return nil
}

// take makes b what a whole record says.
func (b *Brief) take(rec Record) {
	switch {
	case rec.Tunnel != nil:
		b.takeTunnel(rec.Tunnel)
	case rec.Spoke != nil:
		s := rec.Spoke
		b.Kind, b.Time, b.Since, b.Name = BriefSpoke, s.Time, s.Since, []byte(s.Spoke.Name)
		b.Path, b.Active, b.Protected, b.Ranked = s.Path, []byte(s.Active), s.Protected, s.Ranked
		b.WasPath, b.WasSince = s.Was, s.WasSince
	case rec.Event != nil && rec.Event.Spoke != "":
		e := rec.Event
		b.Kind, b.Time, b.Since, b.Name = BriefPathChange, e.Time, e.Since, []byte(e.Spoke)
		b.FromPath, b.Path, b.Active, b.Protected = e.FromPath, e.ToPath, []byte(e.Active), e.Protected
	case rec.Event != nil && rec.Event.Tunnel != "":
		e := rec.Event
		b.Kind, b.Time, b.Since, b.Name = BriefChange, e.Time, e.Since, []byte(e.Tunnel)
		b.From, b.State, b.Reason = e.From, e.To, e.Reason
	default:
		b.Kind, b.Time, b.Record = BriefRecord, timeOf(&rec), rec
	}
}

func (b *Brief) takeTunnel(t *fleet.TunnelReport) {
	d := t.Tunnel
	b.Kind, b.Time, b.Since = BriefTunnel, t.Time, t.Since
	b.Name, b.Hub, b.Spoke, b.Rank = []byte(d.Name), []byte(d.Hub), []byte(d.Spoke), d.Rank
	for _, tag := range d.Tags {
		b.Tags = append(b.Tags, []byte(tag))
	}
	b.State, b.Reason, b.Incident = t.State, t.Reason, t.Incident
	b.Was, b.WasSince = t.Was, t.WasSince
}

// timeOf is the time of a record that is no tunnel's or spoke's; zero: none is
// known.
func timeOf(rec *Record) time.Time {
	switch {
	case rec.Hello != nil:
		return rec.Hello.Time
	case rec.Event != nil:
		return rec.Event.Time
	case rec.Summary != nil:
		return rec.Summary.Time
	case rec.Peer != nil:
		return rec.Peer.Time
	case rec.Incident != nil:
		return rec.Incident.Time
	}
	return time.Time{}
}
