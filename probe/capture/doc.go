// Package capture reads packet captures, pcap and pcapng, as a stream: whole
// frames come out, and [IPv4] finds the IP packet in them. [Writer] writes pcap.
//
// Memory does not grow with the file, whatever is in it: of a frame only the
// first [MaxFrame] octets are kept, of a section's interfaces the first 16,384,
// of everything else nothing. (gopacket's pcapgo, with which the tests compare,
// keeps every interface, name record and secret of a section, and a packet of
// any length: a 60 MB file of interface blocks took it to 2.1 GiB.)
package capture

import (
	"fmt"
	"time"
)

// MaxFrame is how many octets of a frame are kept: the longest IPv4 packet
// (RFC 791 section 3.1) and room for link headers.
const MaxFrame = 1<<16 + 256

// Frame is one captured frame.
type Frame struct {
	// Time is when it was captured, UTC. It is zero where the capture does not say:
	// simple packet blocks have no time, and one beyond the year 9999 is none.
	Time time.Time
	// Interface is where it was captured: the kernel's number for it where the link
	// header has one (Linux cooked, version 2), else its number within the section of a
	// pcapng file; 0 in a pcap file.
	Interface uint32
	// Link is its link type, by tcpdump.org's registry.
	Link uint16
	// Data is the frame as captured, valid until the next call of [Reader.Next].
	Data []byte
	// Cut says that the frame was longer on the wire, or longer than MaxFrame.
	Cut bool
}

// FormatError says where a capture cannot be read any further, and why. What came
// before it has been read.
type FormatError struct {
	Offset int64 // in octets from the beginning, of what was decompressed
	What   string
}

func (e *FormatError) Error() string {
	if e.Offset == 0 {
		return e.What
	}
	return fmt.Sprintf("%s at octet %d", e.What, e.Offset)
}
