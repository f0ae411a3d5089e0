package capture

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
)

// input is a stream and how far it has been read.
type input struct {
	r      *bufio.Reader
	offset int64
	small  [32]byte // memory of head
}

const inputBuffer = 64 << 10

// newInput finds out whether the stream is compressed by gzip, as captures often
// are on disk.
func newInput(r io.Reader) (*input, error) {
	b := bufio.NewReaderSize(r, inputBuffer)
	if magic, err := b.Peek(2); err != nil || magic[0] != 0x1f || magic[1] != 0x8b {
		return &input{r: b}, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, err
	}
	return &input{r: bufio.NewReaderSize(z, inputBuffer)}, nil
}

// head reads n octets, at most 32, valid until the next call. io.EOF means that
// there is nothing more at all.
func (in *input) head(n int) ([]byte, error) {
	b := in.small[:n]
	return b, in.full(b)
}

// full fills b. io.EOF means that there is nothing more at all.
func (in *input) full(b []byte) error {
	n, err := io.ReadFull(in.r, b)
	in.offset += int64(n)
	return err
}

// skip passes over n octets.
func (in *input) skip(n int64) error {
	for n > 0 {
		step, err := in.r.Discard(int(min(n, 1<<30)))
		in.offset += int64(step)
		n -= int64(step)
		if err != nil {
			return err
		}
	}
	return nil
}

// bad is a mistake in the format, found where the reader is.
func (in *input) bad(what string) error { return &FormatError{in.offset, what} }

// torn makes of an end in the middle of something what it is.
func (in *input) torn(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return in.bad("cut off in the middle of a record")
	}
	return err
}
