package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"greylag/fleet/stream"
)

// helloStart is how the first line of a journal begins.
const helloStart = `{"type":"hello",`

// mend makes of what a crash left a file that ends with a whole record. It returns how
// many bytes it has removed. A file that is no journal is left as it is: an error.
func mend(f *os.File) (removed int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	size := info.Size()
	begun, err := checkHead(f)
	if err != nil {
		return 0, err
	}
	end, whole := int64(0), true
	if begun {
		if end, whole, err = lastRecord(f, size); err != nil {
			return 0, err
		}
	}
	if end < size {
		err = f.Truncate(end)
	}
	if err == nil && !whole {
		_, err = f.Write([]byte{'\n'})
	}
	if err == nil && (end < size || !whole) {
		err = f.Sync()
	}
	return size - end, err
}

// checkHead tells whether the first line is a hello. One that is torn, or was never
// written, is none; anything else is an error.
func checkHead(f *os.File) (begun bool, err error) {
	head := make([]byte, 64<<10)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	line, _, ended := bytes.Cut(head[:n], []byte{'\n'})
	rec, err := stream.NewDecoder(bytes.NewReader(line)).Next()
	switch {
	case err == nil && rec.Hello != nil:
		return true, nil
	case errors.As(err, new(*stream.SchemaError)):
		return false, err
	case len(bytes.Trim(line, "\x00")) == 0 && !ended: // a power cut leaves zeros
		return false, nil
	case !ended && n < len(head) && bytes.HasPrefix(append(line, helloStart[min(len(line), len(helloStart)):]...), []byte(helloStart)):
		return false, nil
	}
	return false, errors.New("is no journal of greylag's, which begins with a hello record: name another file")
}

// lastRecord is where the last line ends that is a record; whole: it has its newline.
// The first line must be one.
func lastRecord(f *os.File, size int64) (end int64, whole bool, err error) {
	const most = stream.MaxLine + 1
	for to := size; to > 0; {
		from := max(0, to-2*most)
		text := make([]byte, to-from)
		if _, err = f.ReadAt(text, from); err != nil {
			return 0, false, err
		}
		for len(text) > 0 {
			start := bytes.LastIndexByte(bytes.TrimSuffix(text, []byte{'\n'}), '\n') + 1
			if line := text[start:]; isRecord(line) {
				return from + int64(len(text)), line[len(line)-1] == '\n', nil
			}
			if start == 0 && from > 0 {
				break // it may have begun before
			}
			text = text[:start]
		}
		if to = from + int64(len(text)); len(text) > most {
			to = from + most // no record is as long
		}
	}
	return 0, true, nil
}

// isRecord tells whether a line is one that a greylag has written, if only a later one.
func isRecord(line []byte) bool {
	_, err := stream.NewDecoder(bytes.NewReader(line)).Next()
	return err == nil || errors.As(err, new(*stream.SchemaError))
}

// regular checks that a journal can be at path.
func regular(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return explain(path, err)
	case info.IsDir():
		return fmt.Errorf("journal %s: is a directory: name a file in it", path)
	case !info.Mode().IsRegular():
		return fmt.Errorf("journal %s: is no regular file, so it keeps nothing: name one, or one that does not exist yet", path)
	}
	return nil
}
