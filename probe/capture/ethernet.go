package capture

import "encoding/binary"

// Ethernet types (IANA, IEEE 802) that lead to IPv4.
const (
	typeIPv4     = 0x0800
	typeVLAN     = 0x8100 // IEEE 802.1Q
	typeMPLS     = 0x8847 // RFC 3032
	typePPPoE    = 0x8864 // RFC 2516, a session
	typeQinQ     = 0x88a8 // IEEE 802.1ad
	typeMetadata = 0x8909 // Cisco metadata
	typeQinQOld  = 0x9100 // QinQ before 802.1ad
	typeQinQOlde = 0x9200 //
	leastType    = 0x0600 // below it is a length: IEEE 802.3 with LLC
)

const (
	ethernetLen = 14
	vlanLen     = 4 // tag, type
	metadataLen = 8 // version, length, option, tag; type
	pppoeLen    = 6
	mplsLen     = 4
	snapLen     = 8 // aa aa 03, organisation; type
)

func ethernet(b []byte) ([]byte, error) { return typed(b, 12, ethernetLen) }

// ethertype follows the types to an IPv4 packet: each header that it passes makes
// the rest shorter.
func ethertype(kind uint16, b []byte) ([]byte, error) {
	for {
		header := 0
		switch kind {
		case typeIPv4:
			return raw(b)
		case typeVLAN, typeQinQ, typeQinQOld, typeQinQOlde:
			header = vlanLen
		case typeMetadata:
			header = metadataLen
		case typeMPLS:
			return mpls(b)
		case typePPPoE:
			return after(b, pppoeLen, ppp)
		default:
			if kind >= leastType || !isSNAP(b) {
				return nil, ErrNotIPv4
			}
			header = snapLen
		}
		if len(b) < header {
			return nil, ErrShort
		}
		kind, b = binary.BigEndian.Uint16(b[header-2:]), b[header:]
	}
}

// isSNAP says whether an 802.3 frame has an Ethernet type all the same (RFC 1042).
func isSNAP(b []byte) bool {
	return len(b) >= snapLen && b[0] == 0xaa && b[1] == 0xaa && b[2] == 0x03
}

func after(b []byte, header int, next func([]byte) ([]byte, error)) ([]byte, error) {
	if len(b) < header {
		return nil, ErrShort
	}
	return next(b[header:])
}

// mpls passes over labels up to the bottom of the stack. What is below has no
// type: IPv4 is known by its version.
func mpls(b []byte) ([]byte, error) {
	for len(b) >= mplsLen {
		bottom := b[2]&1 != 0
		if b = b[mplsLen:]; bottom {
			return raw(b)
		}
	}
	return nil, ErrShort
}
