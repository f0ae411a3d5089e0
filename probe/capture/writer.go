package capture

import (
	"encoding/binary"
	"io"
	"time"
)

// snapLength is what a file says of the longest frame it may hold: tcpdump's own.
const snapLength = 262144

// Writer writes a pcap file with times in microseconds.
type Writer struct{ w io.Writer }

// NewWriter begins a file of frames of that link type, such as [LinkRaw].
func NewWriter(w io.Writer, link uint16) (*Writer, error) {
	order := binary.LittleEndian
	h := order.AppendUint32(make([]byte, 0, pcapHeaderLen), magicMicros)
	h = order.AppendUint16(h, pcapMajor)
	h = order.AppendUint16(h, pcapMinor)
	h = append(h, make([]byte, 8)...) // time zone and accuracy: always 0
	h = order.AppendUint32(h, snapLength)
	h = order.AppendUint32(h, uint32(link))
	_, err := w.Write(h)
	return &Writer{w}, err
}

// Write adds a frame.
func (w *Writer) Write(at time.Time, frame []byte) error {
	order := binary.LittleEndian
	r := order.AppendUint32(make([]byte, 0, pcapRecordLen+len(frame)), uint32(at.Unix()))
	r = order.AppendUint32(r, uint32(at.Nanosecond()/1000))
	r = order.AppendUint32(r, uint32(len(frame)))
	r = order.AppendUint32(r, uint32(len(frame)))
	_, err := w.w.Write(append(r, frame...))
	return err
}
