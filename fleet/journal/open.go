package journal

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// mostWindow is the largest window, in bytes, that a compressed file may ask its
// reader to hold. Ours need 4 MiB at most.
const mostWindow = 8 << 20

// Open opens one of [Files] and returns its text, compressed or not. One that was
// compressed since it was listed is found as well. A last line that is torn is
// returned as it stands.
func Open(name string) (io.ReadCloser, error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) && !strings.HasSuffix(name, packedEnd) {
		if packed, again := os.Open(name + packedEnd); again == nil {
			f, err, name = packed, nil, name+packedEnd
		}
	}
	if err != nil {
		return nil, err
	}
	if !strings.HasSuffix(name, packedEnd) {
		return f, nil
	}
	d, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(mostWindow))
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return unpacker{d, f}, nil
}

// unpacker reads a compressed file.
type unpacker struct {
	*zstd.Decoder
	file *os.File
}

// Close closes both.
func (u unpacker) Close() error {
	u.Decoder.Close()
	return u.file.Close()
}
