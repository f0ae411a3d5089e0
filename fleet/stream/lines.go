package stream

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// errTooLong says that a line is passed over because of [MaxLine].
var errTooLong = fmt.Errorf("longer than %d bytes, which no record is: passed over", MaxLine)

// lineReader cuts a stream into lines, in bounded memory.
type lineReader struct {
	r       *bufio.Reader
	line    []byte // the last one returned; its memory is used again
	number  int    // of that line, from 1
	offset  int64  // bytes read so far, up to the end of a line
	tooLong bool   // the rest of that line is still to be passed over
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, 64<<10)}
}

// next returns the next line that is not blank, without its newline, valid
// until the next call. The last line needs no newline. Errors: errTooLong, at
// once when a line exceeds the limit, or the reader's own.
func (l *lineReader) next() ([]byte, error) {
	for {
		if err := l.passOver(); err != nil {
			return nil, err
		}
		if err := l.read(); err != nil {
			return nil, err
		}
		if line := bytes.TrimSpace(l.line); len(line) > 0 {
			return line, nil
		}
	}
}

// passOver skips what is left of a line that is too long.
func (l *lineReader) passOver() error {
	for l.tooLong {
		part, err := l.r.ReadSlice('\n')
		l.offset += int64(len(part))
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return err
		}
		l.tooLong = false
	}
	return nil
}

// read reads one line into l.line.
func (l *lineReader) read() error {
	l.line = l.line[:0]
	l.number++
	for {
		part, err := l.r.ReadSlice('\n')
		l.offset += int64(len(part))
		l.line = append(l.line, part...)
		if len(bytes.TrimSuffix(l.line, []byte{'\n'})) > MaxLine {
			l.tooLong = err != nil // else its newline is read already
			return errTooLong
		}
		switch {
		case err == nil:
			return nil
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(l.line) > 0:
			return nil // the next call meets the end again
		}
		return err
	}
}
