package journal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"greylag/fleet/stream"
)

// The beginnings of the lines between which a whole report stands.
var (
	tunnelStart  = []byte(`{"type":"tunnel",`)
	summaryStart = []byte(`{"type":"summary",`)
)

// newestWhole is where the newest whole report of a file begins; -1: there is none. A
// report is the tunnels up to a summary, if they are as many as that counts; a hello
// ends one that was given up.
func newestWhole(name string) (offset int64, err error) {
	f, err := Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	offset = -1
	var begin, tunnels int64
	err = eachLine(f, func(at int64, line []byte) {
		switch {
		case bytes.HasPrefix(line, tunnelStart):
			if tunnels++; tunnels == 1 {
				begin = at
			}
		case bytes.HasPrefix(line, summaryStart) && tunnels > 0:
			if tunnels == counted(line) {
				offset = begin
			}
			tunnels = 0
		case bytes.HasPrefix(line, []byte(helloStart)):
			tunnels = 0
		}
	})
	return offset, err
}

// counted is how many tunnels a summary counts; -1 where it is none.
func counted(line []byte) (n int64) {
	rec, err := stream.NewDecoder(bytes.NewReader(line)).Next()
	if err != nil || rec.Summary == nil {
		return -1
	}
	for _, count := range rec.Summary.Tunnels {
		n += int64(count)
	}
	return n
}

// readPast replays the journal from its newest whole report on, or all of it where it
// has none.
func readPast(path string) (*replay, error) {
	names, err := Files(path)
	if err != nil {
		return nil, err
	}
	first, offset := len(names), int64(-1)
	for first > 0 && offset < 0 {
		older, err := newestWhole(names[first-1])
		if err != nil && first < len(names) {
			break // an old file that cannot be read keeps nobody from starting
		}
		if err != nil {
			return nil, fmt.Errorf("journal %s: %w", names[first-1], err)
		}
		first, offset = first-1, older
	}
	p := newReplay()
	for _, name := range names[first:] {
		if err := p.file(name, max(offset, 0)); err != nil {
			return nil, fmt.Errorf("journal %s: %w", name, err)
		}
		offset = 0
	}
	return p, nil
}

// file takes in a file from that byte on. Lines that are no records are passed over.
func (p *replay) file(name string, from int64) error {
	f, err := Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if plain, ok := f.(*os.File); ok {
		_, err = plain.Seek(from, io.SeekStart)
	} else {
		_, err = io.CopyN(io.Discard, f, from)
	}
	if err != nil {
		return err
	}
	d := stream.NewDecoder(f)
	for {
		rec, err := d.Next()
		switch {
		case err == nil:
			p.take(&rec)
		case errors.Is(err, io.EOF):
			return nil
		case !errors.As(err, new(*stream.LineError)):
			return err
		}
	}
}

// eachLine calls do for each line with the offset of its beginning. Of a line that is
// longer than any that matters here it sees the beginning.
func eachLine(r io.Reader, do func(at int64, line []byte)) error {
	b := bufio.NewReaderSize(r, 64<<10)
	at, next, within := int64(0), int64(0), false
	for {
		part, err := b.ReadSlice('\n')
		next += int64(len(part))
		if len(part) > 0 && !within {
			do(at, part)
		}
		if within = errors.Is(err, bufio.ErrBufferFull); !within {
			at = next
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && !within:
			return err
		}
	}
}
