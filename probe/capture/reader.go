package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Reader reads the frames of one capture. It is for one goroutine.
type Reader struct {
	source io.Reader // until the first call of Next
	in     *input
	format format
	frame  []byte // memory of Frame.Data
	err    error  // final
}

// format is one of the file formats, past its first header.
type format interface {
	next(in *input, memory *[]byte) (Frame, error)
}

// NewReader returns a Reader of the pcap or pcapng file that r reads; either may
// be compressed by gzip. Nothing is read before [Reader.Next].
func NewReader(r io.Reader) *Reader { return &Reader{source: r} }

// Next returns the next frame. At the end of the capture the error is io.EOF; where
// it is no capture, or is damaged or cut off, a [*FormatError]; else the reader's
// own. All are final.
func (r *Reader) Next() (Frame, error) {
	if r.err != nil {
		return Frame{}, r.err
	}
	if r.format == nil {
		r.err = r.open()
	}
	var f Frame
	if r.err == nil {
		f, r.err = r.format.next(r.in, &r.frame)
	}
	if r.err != nil {
		return Frame{}, r.err
	}
	if f.Link == LinkSLL2 && len(f.Data) >= 8 {
		f.Interface = binary.BigEndian.Uint32(f.Data[4:])
	}
	return f, nil
}

// open reads the header of the file.
func (r *Reader) open() (err error) {
	if r.in, err = newInput(r.source); err != nil {
		return &FormatError{0, "not a capture: " + err.Error()}
	}
	magic, err := r.in.r.Peek(4)
	switch {
	case len(magic) == 0 && errors.Is(err, io.EOF):
		return &FormatError{0, "empty: not even the header of a capture"}
	case err != nil && !errors.Is(err, io.EOF):
		return err
	}
	r.format, err = openFormat(r.in, bytes.Clone(magic))
	return err
}

func openFormat(in *input, magic []byte) (format, error) {
	switch {
	case len(magic) < 4:
	case binary.BigEndian.Uint32(magic) == blockSection:
		return &pcapng{}, nil
	default:
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			if nanos, is := pcapMagics[order.Uint32(magic)]; is {
				return openPcap(in, order, nanos)
			}
		}
	}
	return nil, &FormatError{0, fmt.Sprintf("not a capture: it begins with % x (want a pcap or pcapng file, as tcpdump -w and Wireshark write)", magic)}
}

// keep reads a frame's data of the given length: what there is room for; the rest
// is passed over.
func keep(in *input, memory *[]byte, length uint32) (data []byte, cut bool, err error) {
	kept := min(int64(length), MaxFrame)
	if int64(cap(*memory)) < kept {
		*memory = make([]byte, max(kept, 2048))
	}
	data = (*memory)[:kept]
	if err := in.full(data); err != nil {
		return nil, false, err
	}
	rest := int64(length) - kept
	return data, rest > 0, in.skip(rest)
}
