package replica

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"sort"
	"time"

	"greylag/fleet/stream"
)

// An index needs at most about 17 MB, however long the recording is.
const (
	maxReports = 1 << 13 // full reports that are found again; beyond, each second one is forgotten
	maxTold    = 1 << 20 // events, incidents and hellos
)

// index tells where in a recording what is.
type index struct {
	reports []place
	stride  int // one full report of so many is in reports
	// told is where the lines of events, incidents and hellos begin, events those of
	// events alone; only the first maxTold.
	told, events []int64
	full         bool // there are more than maxTold
	end          place
}

// place is the beginning of a line.
type place struct {
	offset int64
	due    time.Time // when what comes there is played
	line   int       // number of the line before it
}

// indexer makes an index.
type indexer struct {
	index
	heads  heads
	within bool // a full report has begun, and no summary has ended it
	seen   int  // full reports
	closed bool // what follows is of a later greylag, and cannot be read
}

// buildIndex reads a recording once. It returns nil where ctx ends first or the
// recording cannot be read.
func buildIndex(ctx context.Context, recording io.Reader) *index {
	x := indexer{index: index{stride: 1}}
	in := bufio.NewReaderSize(recording, stream.MaxLine+64)
	for x.end.line = 0; ; x.end.line++ {
		if x.end.line%1024 == 0 && ctx.Err() != nil {
			return nil
		}
		line, size, err := readLine(in)
		if size > 0 {
			x.add(bytes.TrimSpace(line))
			x.end.offset += size
		}
		switch {
		case errors.Is(err, io.EOF):
			return &x.index
		case err != nil:
			return nil
		}
	}
}

// readLine returns the next line, or what fits of it into the buffer, and how many
// bytes it has. It is valid until the next call.
func readLine(in *bufio.Reader) (line []byte, size int64, err error) {
	line, err = in.ReadSlice('\n')
	size = int64(len(line))
	for errors.Is(err, bufio.ErrBufferFull) { // no record is that long
		var part []byte
		line = nil
		part, err = in.ReadSlice('\n')
		size += int64(len(part))
	}
	return line, size, err
}

// add takes the line at x.end.
func (x *indexer) add(line []byte) {
	kind, at := x.heads.of(line)
	x.closed = x.closed || kind == kindHello && isTooNew(line)
	if x.closed {
		return
	}
	begin := x.end
	x.end.due = later(x.end.due, at)
	if begin.due.IsZero() {
		begin.due = x.end.due
	}
	switch kind {
	case kindTunnel:
		if !x.within {
			x.addReport(place{begin.offset, x.end.due, begin.line})
		}
		x.within = true
	case kindSummary:
		x.within = false
	case kindHello:
		x.within = false
		x.tell(begin.offset, false)
	case kindEvent, kindIncident:
		x.tell(begin.offset, kind == kindEvent)
	}
}

// isTooNew tells whether a decoder stops at that hello.
func isTooNew(hello []byte) bool {
	_, err := stream.NewDecoder(bytes.NewReader(hello)).Next()
	return isFinal(err)
}

func (x *indexer) addReport(p place) {
	x.seen++
	if (x.seen-1)%x.stride != 0 {
		return
	}
	x.reports = append(x.reports, p)
	if len(x.reports) == maxReports {
		x.reports = everySecond(x.reports)
		x.stride *= 2
	}
}

func everySecond(list []place) []place {
	for i := range len(list) / 2 {
		list[i] = list[2*i]
	}
	return list[:len(list)/2]
}

func (x *indexer) tell(offset int64, event bool) {
	if len(x.told) == maxTold {
		x.full = true
		return
	}
	x.told = append(x.told, offset)
	if event {
		x.events = append(x.events, offset)
	}
}

// before is the last full report that begins at or before that time.
func (x *index) before(t time.Time) (place, bool) {
	return x.last(func(p place) bool { return !p.due.After(t) })
}

// ahead is the last full report that begins at or before that offset.
func (x *index) ahead(offset int64) (place, bool) {
	return x.last(func(p place) bool { return p.offset <= offset })
}

// last is the last full report that is not too late.
func (x *index) last(early func(place) bool) (place, bool) {
	n := sort.Search(len(x.reports), func(i int) bool { return !early(x.reports[i]) })
	if n == 0 {
		return place{}, false
	}
	return x.reports[n-1], true
}

// nextEvent is the offset of the first event at or after offset.
func (x *index) nextEvent(offset int64) (int64, bool) {
	i, _ := slices.BinarySearch(x.events, offset)
	if i == len(x.events) {
		return 0, false
	}
	return x.events[i], true
}

// between is the offsets of what was told from one offset up to another, the
// newest eventsKept of them.
func (x *index) between(from, to int64) []int64 {
	i, _ := slices.BinarySearch(x.told, from)
	j, _ := slices.BinarySearch(x.told, to)
	return x.told[max(i, j-eventsKept):max(i, j)]
}

// recorded reads single lines of a recording, at the given offsets, one after the
// other.
type recorded struct {
	file    io.ReaderAt
	offsets []int64
	rest    int64 // where the line goes on, -1: it has been read
}

func newRecorded(file io.ReaderAt, offsets []int64) *stream.Decoder {
	return stream.NewDecoder(&recorded{file, offsets, -1})
}

// Read reads up to the end of one line.
func (r *recorded) Read(b []byte) (int, error) {
	if r.rest < 0 {
		if len(r.offsets) == 0 {
			return 0, io.EOF
		}
		r.rest, r.offsets = r.offsets[0], r.offsets[1:]
	}
	n, err := r.file.ReadAt(b[:min(len(b), 4096)], r.rest)
	if end := bytes.IndexByte(b[:n], '\n'); end >= 0 {
		r.rest = -1
		return end + 1, nil
	}
	r.rest += int64(n)
	if errors.Is(err, io.EOF) { // its last line needs no newline
		r.rest = -1
		r.offsets = nil
	}
	return n, err
}
