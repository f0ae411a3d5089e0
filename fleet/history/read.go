package history

import (
	"errors"
	"fmt"
	"io"

	"greylag/fleet/stream"
)

// Lines are read by one goroutine and added up by another, so many at a time.
const batchLines = 256

// entry is one line.
type entry struct {
	stream.Brief
	line int
	err  error
}

// batch is some lines, and the memory of their texts.
type batch struct {
	entries []entry
	texts   []byte
}

// reading is a file that is read ahead.
type reading struct {
	lines       *stream.BriefReader
	full, empty chan *batch
	over        chan struct{} // nobody takes any more
}

func newReading(r io.Reader) *reading {
	d := &reading{
		lines: stream.NewBriefReader(r),
		full:  make(chan *batch, 2), empty: make(chan *batch, 3), over: make(chan struct{}),
	}
	for range cap(d.empty) {
		d.empty <- &batch{entries: make([]entry, 0, batchLines)}
	}
	go d.run()
	return d
}

// run reads to the end of the file, which closes full.
func (d *reading) run() {
	defer close(d.full)
	for more := true; more; {
		var b *batch
		select {
		case <-d.over:
			return
		case b = <-d.empty:
		}
		more = d.fill(b)
		d.full <- b // there is room
	}
}

// fill reads some lines; false: these are the last.
func (d *reading) fill(b *batch) (more bool) {
	b.entries, b.texts = b.entries[:0], b.texts[:0]
	for len(b.entries) < batchLines {
		b.entries = b.entries[:len(b.entries)+1]
		e := &b.entries[len(b.entries)-1]
		e.err = d.lines.NextBrief(&e.Brief)
		e.line = d.lines.Line()
		if e.err != nil && !errors.As(e.err, new(*stream.LineError)) {
			return false
		}
		b.keep(e)
	}
	return true
}

// keep copies an entry's texts, which the next line would overwrite.
func (b *batch) keep(e *entry) {
	for _, text := range []*[]byte{&e.Name, &e.Hub, &e.Spoke, &e.Active} {
		b.keepText(text)
	}
	for i := range e.Tags {
		b.keepText(&e.Tags[i])
	}
}

func (b *batch) keepText(text *[]byte) {
	if len(*text) == 0 {
		return
	}
	from := len(b.texts)
	b.texts = append(b.texts, *text...)
	*text = b.texts[from:len(b.texts):len(b.texts)]
}

// Read adds one file of a journal, or a recording; name is what problems call it.
// What cannot be read is a problem and passed over, up to the whole rest of a file.
// The error is one of those who are told.
func (h *History) Read(name string, r io.Reader) error {
	h.file = name
	h.files++
	d := newReading(r)
	defer close(d.over)
	for b := range d.full {
		for i := range b.entries {
			if err := h.take(&b.entries[i]); err != nil {
				return err
			}
		}
		d.empty <- b // there is room
	}
	return nil
}

// take adds a line, or says what is wrong with it.
func (h *History) take(e *entry) error {
	h.line = e.line
	line, oneLine := errors.AsType[*stream.LineError](e.err)
	switch {
	case e.err == nil:
		return h.apply(&e.Brief)
	case oneLine:
		h.problem("passed over: " + line.Err.Error())
	case !errors.Is(e.err, io.EOF):
		h.problem("the rest of the file is not read: " + unlined(e.err))
	}
	return nil
}

// unlined is what an error says without its line, which a problem has.
func unlined(err error) string {
	tooNew, ok := errors.AsType[*stream.SchemaError](err)
	if !ok {
		return err.Error()
	}
	return fmt.Sprintf("this greylag is too old: it reads schema %d, and this is schema %d, from greylag %s",
		stream.Schema, tooNew.Schema, tooNew.Version)
}
