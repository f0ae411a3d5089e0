package capture_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"greylag/probe/capture"
)

// file builds captures octet by octet, in either byte order.
type file struct {
	order interface {
		binary.ByteOrder
		binary.AppendByteOrder
	}
	b []byte
}

func (f *file) u16(v uint16) *file { f.b = f.order.AppendUint16(f.b, v); return f }
func (f *file) u32(v uint32) *file { f.b = f.order.AppendUint32(f.b, v); return f }
func (f *file) raw(v ...byte) *file {
	f.b = append(f.b, v...)
	return f
}

func (f *file) pcap(magic, link uint32) *file {
	return f.u32(magic).u16(2).u16(4).u32(0).u32(0).u32(65536).u32(link)
}

func (f *file) record(seconds, fraction uint32, data []byte, length int) *file {
	return f.u32(seconds).u32(fraction).u32(uint32(len(data))).u32(uint32(length)).raw(data...)
}

// block is a pcapng block with that body, padded.
func (f *file) block(kind uint32, body []byte) *file {
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	n := uint32(len(body) + 12)
	return f.u32(kind).u32(n).raw(body...).u32(n)
}

func (f *file) body() *file { return &file{order: f.order} }

func (f *file) section() *file {
	return f.block(0x0a0d0d0a, f.body().u32(0x1a2b3c4d).u16(1).u16(0).u32(1<<32-1).u32(1<<32-1).b)
}

func (f *file) iface(link uint16, snap uint32, options ...byte) *file {
	return f.block(1, append(f.body().u16(link).u16(0).u32(snap).b, options...))
}

func (f *file) enhanced(number uint32, ticks uint64, data []byte, length int) *file {
	return f.block(6, append(f.body().u32(number).u32(uint32(ticks>>32)).u32(uint32(ticks)).
		u32(uint32(len(data))).u32(uint32(length)).b, data...))
}

var orders = map[string]*file{
	"little endian": {order: binary.LittleEndian},
	"big endian":    {order: binary.BigEndian},
}

var packet = []byte{0x45, 1, 2, 3, 4, 5, 6}

func TestPcapOfEitherOrder(t *testing.T) {
	for name, f := range orders {
		t.Run(name, func(t *testing.T) {
			b := f.body().pcap(0xa1b2c3d4, 101|4<<28).record(1e9, 250000, packet, 7).record(1e9, 999999, nil, 0).b
			compare(t, bytes.NewReader(b), []frame{
				{time.Unix(1e9, 250e6), 101, 0, packet}, {time.Unix(1e9, 999999000), 101, 0, nil},
			})
			b = f.body().pcap(0xa1b23c4d, 1).record(1e9, 250000, packet, 7).b
			compare(t, bytes.NewReader(b), []frame{{time.Unix(1e9, 250000), 1, 0, packet}})
		})
	}
}

// All kinds of packet blocks, sections of different order, unknown blocks.
func TestPcapng(t *testing.T) {
	for name, f := range orders {
		t.Run(name, func(t *testing.T) {
			f := f.body().section().iface(1, 0).iface(101, 3, 9, 0, 1, 0, 9, 0, 0, 0)
			if f.order == binary.BigEndian {
				f.b = f.body().section().iface(1, 0).iface(101, 3, 0, 9, 0, 1, 9, 0, 0, 0).b
			}
			f.block(0x0bad0bad, packet) // unknown
			f.enhanced(0, 1e9*1e6+5, packet, 7)
			f.enhanced(1, 1e9*1e9+5, packet, 7)
			f.enhanced(2, 0, packet, 7) // no such interface
			f.block(2, append(f.body().u16(1).u16(9).u32(0).u32(77).u32(7).u32(7).b, packet...))
			f.section().iface(101, 3)                            // another one
			f.block(3, append(f.body().u32(7).b, packet[:3]...)) // simple: cut at the interface's 3
			other := &file{order: binary.BigEndian}
			other.section().iface(228, 0).enhanced(0, 8, packet, 7)
			b := append(f.b, other.b...)
			compare(t, bytes.NewReader(b), []frame{
				{time.Unix(1e9, 5000), 1, 0, packet},
				{time.Unix(1e9, 5), 101, 1, packet},
				{time.Unix(0, 77), 101, 1, packet},
				{time.Time{}, 101, 0, packet[:3]},
				{time.Unix(0, 8000), 228, 0, packet},
			})
		})
	}
}

// if_tsresol and if_tsoffset, as interfaces have them, and as nobody should.
func TestTimes(t *testing.T) {
	at := func(unit byte, offset uint64, ticks uint64) time.Time {
		f := &file{order: binary.LittleEndian}
		o := f.body().u16(2).u16(3).raw('e', 't', 'h', 0).u16(9).u16(1).raw(unit, 0, 0, 0).u16(14).u16(8).
			u32(uint32(offset)).u32(uint32(offset >> 32)).u16(0).u16(0).b
		f.section().iface(101, 0, o...).enhanced(0, ticks, packet, 7)
		got, err := readAll(t, bytes.NewReader(f.b))
		if len(got) != 1 || !errors.Is(err, io.EOF) {
			t.Fatalf("%d frames, %v", len(got), err)
		}
		return got[0].at
	}
	for _, c := range []struct {
		unit          byte
		offset, ticks uint64
		want          time.Time
	}{
		{6, 0, 1_000_001, time.Unix(1, 1000)},
		{3, 0, 1_001, time.Unix(1, 1e6)},
		{0, 0, 1_001, time.Unix(1001, 0)},
		{9, 100, 1_000_000_001, time.Unix(101, 1)},
		{12, 0, 1_000_001_000_999, time.Unix(1, 1000)},
		{0x8a, 0, 1024 + 512, time.Unix(1, 5e8)},
		{0x80 | 63, 0, 1<<63 + 1<<62, time.Unix(1, 5e8)},
		{0x80 | 127, 0, 1 << 63, time.Unix(0, 0)},
		{19, 0, 1e19, time.Unix(1, 0)},
		{30, 0, 1e19, time.Unix(0, 0)},
		{6, ^uint64(0), 5_000_000, time.Unix(4, 0)}, // a second earlier
		{6, ^uint64(0), 0, time.Time{}},
		{0, 0, 1 << 60, time.Time{}},
		{6, 1 << 62, 0, time.Time{}},
	} {
		if got := at(c.unit, c.offset, c.ticks); !got.Equal(c.want) || got.IsZero() != c.want.IsZero() {
			t.Errorf("unit %#x, offset %d, %d ticks: %v, want %v", c.unit, c.offset, c.ticks, got.UTC(), c.want.UTC())
		}
	}
}

// A file that ends anywhere gives what is before, and says so.
func TestCutOff(t *testing.T) {
	f := &file{order: binary.LittleEndian}
	f.pcap(0xa1b2c3d4, 1).record(1, 0, packet, 7).record(2, 0, packet, 7)
	g := (&file{order: binary.LittleEndian}).section().iface(1, 0).enhanced(0, 1, packet, 7).enhanced(0, 2, packet, 7)
	for name, c := range map[string]struct {
		b     []byte
		clean []int // where it may end
	}{
		"pcap":   {f.b, []int{24, 24 + 16 + 7, len(f.b)}},
		"pcapng": {g.b, []int{28, 28 + 20, 28 + 20 + 40, len(g.b)}},
	} {
		for n := 1; n <= len(c.b); n++ {
			got, err := readAll(t, bytes.NewReader(c.b[:n]))
			ends := false
			for _, at := range c.clean {
				ends = ends || n == at
			}
			var bad *capture.FormatError
			if ends != errors.Is(err, io.EOF) || ends == errors.As(err, &bad) || len(got) > 2 {
				t.Errorf("%s of %d octets: %d frames, %v", name, n, len(got), err)
			}
		}
	}
}

// What is no capture, or a damaged one, is said to be that.
func TestFormatErrors(t *testing.T) {
	le := func() *file { return &file{order: binary.LittleEndian} }
	zip := append([]byte{0x1f, 0x8b}, make([]byte, 30)...)
	for want, b := range map[string][]byte{
		"empty: not even the header of a capture":                 nil,
		"it begins with 7b 22 74 79":                              []byte(`{"type":"hello"}`),
		"it begins with 7b":                                       []byte(`{`),
		"not a capture: gzip":                                     zip,
		"pcap version 543.4 (want 2.4)":                           le().u32(0xa1b2c3d4).u16(543).u16(4).raw(make([]byte, 16)...).b,
		"link type 105 is not read (want":                         le().pcap(0xa1b2c3d4, 105).b,
		"damaged: a record of 4294967295 octets at octet 24":      le().pcap(0xa1b2c3d4, 1).u32(0).u32(0).u32(1<<32 - 1).u32(1<<32 - 1).b,
		"cut off in the middle of a record at octet 44":           le().pcap(0xa1b2c3d4, 1).u32(0).u32(0).u32(100 << 20).u32(100 << 20).u32(0).b,
		"damaged: a block of 7 octets at octet 28":                le().section().u32(6).u32(7).u32(0).b,
		"damaged: a block with the lengths 16 and 17 at octet 28": le().section().u32(9).u32(16).u32(0).u32(17).b,
		"cut off in the middle of a record at octet 48":           le().section().u32(9).u32(4294967292).u32(0).u32(0).u32(0).b,
		"damaged: a section with 01 02 03 04":                     le().u32(0x0a0d0d0a).u32(28).raw(1, 2, 3, 4).raw(make([]byte, 16)...).b,
		"pcapng version 2.0 (want 1.0)":                           le().block(0x0a0d0d0a, le().u32(0x1a2b3c4d).u16(2).u16(0).u32(0).u32(0).b).b,
	} {
		_, err := readAll(t, bytes.NewReader(b))
		var bad *capture.FormatError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// The error of a reader is its own.
func TestReaderError(t *testing.T) {
	broken := errors.New("disk on fire")
	b := (&file{order: binary.LittleEndian}).pcap(0xa1b2c3d4, 1).record(1, 0, packet, 7).b
	got, err := readAll(t, io.MultiReader(bytes.NewReader(b), failing{broken}))
	if len(got) != 1 || !errors.Is(err, broken) {
		t.Errorf("%d frames, %v", len(got), err)
	}
}

type failing struct{ error }

func (f failing) Read([]byte) (int, error) { return 0, f.error }

func TestGzip(t *testing.T) {
	f := (&file{order: binary.LittleEndian}).pcap(0xa1b2c3d4, 1).record(1, 0, packet, 7)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(f.b)
	must(t, errors.Join(err, z.Close()))
	compare(t, &b, []frame{{time.Unix(1, 0), 1, 0, packet}})
}
