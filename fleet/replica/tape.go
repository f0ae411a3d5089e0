package replica

import (
	"bytes"
	"errors"
	"io"
	"math"
	"time"

	"greylag/fleet/stream"
)

// tape reads a recording record by record, from any line on, and tells when each
// is due: at its own time, but never before the one in front of it, so that a
// recording whose clock was set back plays on.
type tape struct {
	file io.ReaderAt
	size int64

	dec     *stream.Decoder
	begin   place         // where dec began
	record  stream.Record // the next, unless over
	offset  int64         // where it begins, or broken lines in front of it do
	due     time.Time     // when it is to be played
	over    bool          // there is none
	why     error         // with this, unless at the end
	faults  faults
	faultAt int64 // up to where broken lines have been counted
}

// open goes to a place and reads the first record there; at the start of the
// recording, the first one that has a time.
func (t *tape) open(p place) {
	t.dec = stream.NewDecoder(io.NewSectionReader(t.file, p.offset, t.size-p.offset))
	t.begin, t.offset, t.due = p, p.offset, p.due
	t.over, t.why = false, nil
	t.advance()
	for t.due.IsZero() && !t.over {
		t.advance()
	}
}

// advance reads the next record.
func (t *tape) advance() {
	for {
		t.offset = t.begin.offset + t.dec.InputOffset()
		rec, err := t.dec.Next()
		if bad, ok := errors.AsType[*stream.LineError](err); ok {
			t.fault(bad)
			continue
		}
		if err != nil {
			t.finish(err)
			return
		}
		t.faults.torn = false
		t.record, t.due = rec, later(t.due, timeOf(rec))
		return
	}
}

// fault counts a broken line, once however often it is played.
func (t *tape) fault(bad *stream.LineError) {
	t.faults.torn = true
	if end := t.begin.offset + t.dec.InputOffset(); end > t.faultAt {
		t.faultAt = end
		t.faults.add(&stream.LineError{Line: t.begin.line + bad.Line, Err: bad.Err})
	}
}

func (t *tape) finish(err error) {
	t.record, t.over = stream.Record{}, true
	if tooNew, ok := errors.AsType[*stream.SchemaError](err); ok {
		tooNew.Line += t.begin.line
	}
	if !errors.Is(err, io.EOF) {
		t.why = err
	}
}

// tailBytes is how much of a recording's end is looked at for its last time.
const tailBytes = 4 << 20

// lastTime is the newest time in the recording's last lines; zero if there is none.
func (t *tape) lastTime() (newest time.Time) {
	tail := make([]byte, min(t.size, tailBytes))
	n, _ := t.file.ReadAt(tail, t.size-int64(len(tail)))
	var h heads
	for line := range bytes.Lines(tail[:n]) {
		_, at := h.of(bytes.TrimSpace(line))
		newest = later(newest, at)
	}
	return newest
}

// share is the moment at that fraction of the way from start to end.
func share(start, end time.Time, fraction float64) time.Time {
	if math.IsNaN(fraction) {
		fraction = 0
	}
	return start.Add(scaled(end.Sub(start), max(0, min(fraction, 1))))
}
