package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// The magic numbers of pcap files (draft-ietf-opsawg-pcap section 4), and how
// many nanoseconds the unit of their fractions is.
const (
	magicMicros = 0xa1b2c3d4
	magicNanos  = 0xa1b23c4d
)

var pcapMagics = map[uint32]int64{magicMicros: 1000, magicNanos: 1}

const (
	pcapHeaderLen = 24
	pcapRecordLen = 16
	pcapMajor     = 2
	pcapMinor     = 4
)

// mostCaptured is how long a frame a file may claim to hold: Wireshark's limit
// for the link type with the longest frames (USB). More is damage.
const mostCaptured = 128 << 20

// pcap is a file in the older of the formats.
type pcap struct {
	order binary.ByteOrder
	unit  int64 // nanoseconds of a fraction
	link  uint16
}

// openPcap reads the file header.
func openPcap(in *input, order binary.ByteOrder, unit int64) (*pcap, error) {
	h, err := in.head(pcapHeaderLen)
	if err != nil {
		return nil, in.torn(err)
	}
	if major := order.Uint16(h[4:]); major != pcapMajor {
		return nil, &FormatError{4, fmt.Sprintf("pcap version %d.%d (want 2.4)", major, order.Uint16(h[6:]))}
	}
	p := &pcap{order: order, unit: unit, link: uint16(order.Uint32(h[20:]))} // above: the length of the FCS
	if !Reads(p.link) {
		return nil, &FormatError{20, UnreadLink(p.link)}
	}
	return p, nil
}

func (p *pcap) next(in *input, memory *[]byte) (Frame, error) {
	at := in.offset
	h, err := in.head(pcapRecordLen)
	if errors.Is(err, io.EOF) {
		return Frame{}, io.EOF
	}
	if err != nil {
		return Frame{}, in.torn(err)
	}
	seconds, fraction := p.order.Uint32(h), p.order.Uint32(h[4:])
	captured, length := p.order.Uint32(h[8:]), p.order.Uint32(h[12:])
	if captured > mostCaptured {
		return Frame{}, &FormatError{at, fmt.Sprintf("damaged: a record of %d octets", captured)}
	}
	data, cut, err := keep(in, memory, captured)
	if err != nil {
		return Frame{}, in.torn(err)
	}
	return Frame{
		Time: time.Unix(int64(seconds), int64(fraction)*p.unit).UTC(),
		Link: p.link, Data: data, Cut: cut || captured < length,
	}, nil
}
