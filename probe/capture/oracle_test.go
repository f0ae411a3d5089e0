package capture_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"greylag/probe/capture"
)

// frame is what is expected of one.
type frame struct {
	at     time.Time
	link   uint16
	number uint32
	data   []byte
}

func readAll(t testing.TB, r io.Reader) (frames []frame, err error) {
	t.Helper()
	reader := capture.NewReader(r)
	for {
		f, err := reader.Next()
		if err != nil {
			if _, again := reader.Next(); again != err {
				t.Errorf("after %v, which is final, %v", err, again)
			}
			return frames, err
		}
		frames = append(frames, frame{f.Time, f.Link, f.Interface, bytes.Clone(f.Data)})
	}
}

func compare(t *testing.T, r io.Reader, want []frame) {
	t.Helper()
	got, err := readAll(t, r)
	if !errors.Is(err, io.EOF) || len(got) != len(want) {
		t.Fatalf("%d frames and %v, want %d and EOF", len(got), err, len(want))
	}
	for i, f := range got {
		w := want[i]
		if !f.at.Equal(w.at) || f.link != w.link || f.number != w.number || !bytes.Equal(f.data, w.data) {
			t.Errorf("frame %d: %+v, want %+v", i, f, w)
		}
	}
}

var start = time.Date(2026, 11, 28, 12, 0, 0, 123456000, time.UTC)

// frames are some of a link type.
func frames(link uint16, n int) (list []frame) {
	for i := range n {
		list = append(list, frame{start.Add(time.Duration(i) * 1234567 * time.Microsecond), link, 0, bytes.Repeat([]byte{byte(i)}, 20+i)})
	}
	return list
}

func info(f frame) gopacket.CaptureInfo {
	return gopacket.CaptureInfo{Timestamp: f.at, CaptureLength: len(f.data), Length: len(f.data), InterfaceIndex: int(f.number)}
}

// What pcapgo writes is read, whatever the unit of its times.
func TestReadsPcap(t *testing.T) {
	for _, nanos := range []bool{false, true} {
		var b bytes.Buffer
		w := pcapgo.NewWriter(&b)
		if nanos {
			w = pcapgo.NewWriterNanos(&b)
		}
		must(t, w.WriteFileHeader(65536, layers.LinkTypeEthernet))
		want := frames(capture.LinkEthernet, 50)
		for i := range want {
			if nanos {
				want[i].at = want[i].at.Add(789)
			}
			must(t, w.WritePacket(info(want[i]), want[i].data))
		}
		compare(t, &b, want)
	}
}

// What pcapgo writes of several interfaces is read.
func TestReadsPcapng(t *testing.T) {
	var b bytes.Buffer
	w, err := pcapgo.NewNgWriter(&b, layers.LinkTypeEthernet)
	must(t, err)
	second, err := w.AddInterface(pcapgo.NgInterface{LinkType: layers.LinkTypeRaw, SnapLength: 65536, Name: "gre1", TimestampResolution: 9})
	must(t, err)
	want := frames(capture.LinkEthernet, 50)
	for i := range want {
		if i%3 == 0 {
			want[i].number, want[i].link = uint32(second), capture.LinkRaw
		}
		must(t, w.WritePacket(info(want[i]), want[i].data))
	}
	must(t, w.Flush())
	compare(t, &b, want)
}

// What is written is read, by pcapgo too.
func TestWriter(t *testing.T) {
	var b bytes.Buffer
	w, err := capture.NewWriter(&b, capture.LinkRaw)
	must(t, err)
	want := frames(capture.LinkRaw, 10)
	for _, f := range want {
		must(t, w.Write(f.at, f.data))
	}
	r, err := pcapgo.NewReader(bytes.NewReader(b.Bytes()))
	must(t, err)
	for i, f := range want {
		data, ci, err := r.ReadPacketData()
		if err != nil || !bytes.Equal(data, f.data) || !ci.Timestamp.Equal(f.at) || r.LinkType() != layers.LinkTypeRaw {
			t.Fatalf("frame %d: pcapgo has %x at %v of link type %v, %v", i, data, ci.Timestamp, r.LinkType(), err)
		}
	}
	compare(t, &b, want)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
