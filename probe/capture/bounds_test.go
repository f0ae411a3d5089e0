package capture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"runtime"
	"strconv"
	"testing"

	"greylag/probe/capture"
)

// endless repeats something up to a length.
type endless struct {
	unit []byte
	at   int
	left int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(int64(len(p)), e.left)], e.unit[e.at:])
	e.at = (e.at + n) % len(e.unit)
	e.left -= int64(n)
	return n, nil
}

// size is how much of everything is read: 8 MiB, or GREYLAG_CAPTURE_MIB.
func size(t *testing.T) int64 {
	mib := 8
	if s := os.Getenv("GREYLAG_CAPTURE_MIB"); s != "" {
		var err error
		mib, err = strconv.Atoi(s)
		must(t, err)
	}
	return int64(mib) << 20
}

// Memory does not grow with the file: not with frames, nor with one that is as
// long as the file, nor with anything else that a file may be full of.
func TestMemoryIsBounded(t *testing.T) {
	le := func() *file { return &file{order: binary.LittleEndian} }
	head := func() *file { return le().section().iface(1, 0) }
	long := make([]byte, 64<<10)
	for name, c := range map[string]struct {
		head, unit []byte
	}{
		"frames":     {le().pcap(0xa1b2c3d4, 1).b, le().record(1, 1, long[:60], 60).b},
		"long":       {le().pcap(0xa1b2c3d4, 1).b, le().u32(0).u32(0).u32(100 << 20).u32(100 << 20).raw(long...).b},
		"blocks":     {head().b, le().enhanced(0, 1, long[:60], 60).b},
		"interfaces": {le().section().b, le().iface(1, 0).b},
		"names":      {head().b, le().block(4, long[:200]).b},
		"secrets":    {head().b, le().block(10, long).b},
		"sections":   {nil, head().b},
		"options":    {head().b, le().iface(1, 0, bytes.Repeat([]byte{2, 0, 0, 4, 1, 2, 3, 4}, 9000)...).b},
		"one block":  {head().u32(0x0bad).u32(1<<32 - 4).b, long},
	} {
		r := capture.NewReader(io.MultiReader(bytes.NewReader(c.head), &endless{unit: c.unit, left: size(t)}))
		before := allocated()
		var err error
		for err == nil {
			_, err = r.Next()
		}
		took := allocated() - before
		var bad *capture.FormatError
		if !errors.Is(err, io.EOF) && !errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		}
		if most := uint64(4 << 20); took > most {
			t.Errorf("%s: %d octets allocated", name, took)
		}
	}
}

// allocated is how many octets have been allocated so far, freed or not.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func FuzzReader(f *testing.F) {
	le, be := &file{order: binary.LittleEndian}, &file{order: binary.BigEndian}
	for _, o := range []*file{le, be} {
		f.Add(o.body().pcap(0xa1b2c3d4, 1).record(1, 2, packet, 7).record(3, 4, packet, 9).b)
		f.Add(o.body().pcap(0xa1b23c4d, 276).record(1, 2, packet, 7).b)
		f.Add(o.body().section().iface(1, 3).enhanced(0, 1, packet, 7).block(3, packet).block(2, packet).section().b)
		f.Add(o.body().pcap(0xa1b2c3d4, 101).u32(1).u32(1).u32(1<<32 - 1).u32(1).b)
		f.Add(o.body().section().iface(1, 3, 9, 0, 1, 0, 0x89, 0, 0, 0, 14, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8).enhanced(0, 1<<63, packet, 7).b)
	}
	f.Add([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := capture.NewReader(bytes.NewReader(b))
		for {
			frame, err := r.Next()
			if err != nil {
				return // whatever it is; that it comes is what counts
			}
			if len(frame.Data) > capture.MaxFrame || !frame.Time.IsZero() && (frame.Time.Year() < 1970 || frame.Time.Year() > 9999) {
				t.Fatalf("%+v", frame)
			}
			if ip, err := frame.IPv4(); err == nil && (len(ip) == 0 || len(ip) > len(frame.Data)) {
				t.Fatalf("%d octets of %d", len(ip), len(frame.Data))
			}
		}
	})
}
