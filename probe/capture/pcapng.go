package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Types of the blocks that are read (draft-ietf-opsawg-pcapng sections 4.1 to 4.4
// and appendix A); others are passed over.
const (
	blockSection   = 0x0a0d0d0a // the same in either byte order
	blockInterface = 1
	blockPacket    = 2 // obsolete, but written for years
	blockSimple    = 3
	blockEnhanced  = 6
)

const (
	blockLeast     = 12 // type, length, length again
	blockHeaderLen = 8
	byteOrderMagic = 0x1a2b3c4d
	mostInterfaces = 1 << 14
	interfaceHead  = 8
	packetHead     = 20
	sectionHead    = 16
)

// pcapng is a file in the newer of the formats.
type pcapng struct {
	order      binary.ByteOrder // of the section; nil: there is none yet
	interfaces []netInterface   // of the section
}

// block is what is left of the one that is being read.
type block struct {
	kind  uint32
	start int64
	total uint32
	left  int64 // octets of its body that have not been read
}

// next reads blocks until one holds a frame.
func (p *pcapng) next(in *input, memory *[]byte) (Frame, error) {
	for {
		b, err := p.begin(in)
		if err != nil {
			return Frame{}, err
		}
		f, found, err := p.body(in, &b, memory)
		if err != nil {
			return Frame{}, in.torn(err)
		}
		if err := p.end(in, &b); err != nil {
			return Frame{}, in.torn(err)
		}
		if found {
			return f, nil
		}
	}
}

// begin reads a block's type and length. A section's begins with its byte order,
// which must be known for that.
func (p *pcapng) begin(in *input) (block, error) {
	b := block{start: in.offset}
	h, err := in.head(blockHeaderLen)
	if errors.Is(err, io.EOF) {
		return b, io.EOF
	}
	if err != nil {
		return b, in.torn(err)
	}
	if binary.BigEndian.Uint32(h) == blockSection {
		if err := p.findOrder(in); err != nil {
			return b, err
		}
	}
	b.kind, b.total = p.order.Uint32(h), p.order.Uint32(h[4:])
	b.left = int64(b.total) - blockLeast
	if b.left < 0 || b.total%4 != 0 {
		return b, &FormatError{b.start, fmt.Sprintf("damaged: a block of %d octets", b.total)}
	}
	return b, nil
}

// findOrder looks at the byte order of the section that begins.
func (p *pcapng) findOrder(in *input) error {
	magic, err := in.r.Peek(4)
	if err != nil {
		return in.torn(err)
	}
	switch {
	case binary.LittleEndian.Uint32(magic) == byteOrderMagic:
		p.order = binary.LittleEndian
	case binary.BigEndian.Uint32(magic) == byteOrderMagic:
		p.order = binary.BigEndian
	default:
		return in.bad(fmt.Sprintf("damaged: a section with % x for its byte order", magic))
	}
	return nil
}

// end passes over what is left of a block and compares its two lengths.
func (p *pcapng) end(in *input, b *block) error {
	if err := in.skip(b.left); err != nil {
		return err
	}
	h, err := in.head(4)
	if err != nil {
		return err
	}
	if again := p.order.Uint32(h); again != b.total {
		return &FormatError{b.start, fmt.Sprintf("damaged: a block with the lengths %d and %d", b.total, again)}
	}
	return nil
}

// take reads the next n octets of a block's body; ok is false where it is shorter.
func (b *block) take(in *input, n int) (h []byte, ok bool, err error) {
	if b.left < int64(n) {
		return nil, false, nil
	}
	h, err = in.head(n)
	b.left -= int64(n)
	return h, err == nil, err
}

// skip passes over the next n octets of a block's body, or what is left of it.
func (b *block) skip(in *input, n int) error {
	some := min(int64(n), b.left)
	b.left -= some
	return in.skip(some)
}

// body reads what is of use in a block.
func (p *pcapng) body(in *input, b *block, memory *[]byte) (f Frame, found bool, err error) {
	switch b.kind {
	case blockSection:
		return f, false, p.section(in, b)
	case blockInterface:
		return f, false, p.addInterface(in, b)
	case blockEnhanced, blockPacket:
		return p.packet(in, b, memory)
	case blockSimple:
		return p.simple(in, b, memory)
	}
	return f, false, nil
}

// section begins one: its interfaces are its own.
func (p *pcapng) section(in *input, b *block) error {
	p.interfaces = p.interfaces[:0]
	h, ok, err := b.take(in, sectionHead)
	if err != nil || !ok {
		return err
	}
	if major := p.order.Uint16(h[4:]); major != 1 {
		return &FormatError{b.start, fmt.Sprintf("pcapng version %d.%d (want 1.0)", major, p.order.Uint16(h[6:]))}
	}
	return nil
}

// packet reads an enhanced packet block, or an obsolete packet block, which differs
// in how it numbers interfaces.
func (p *pcapng) packet(in *input, b *block, memory *[]byte) (f Frame, found bool, err error) {
	h, ok, err := b.take(in, packetHead)
	if err != nil || !ok {
		return f, false, err
	}
	number := p.order.Uint32(h)
	if b.kind == blockPacket {
		number = uint32(p.order.Uint16(h))
	}
	ticks := uint64(p.order.Uint32(h[4:]))<<32 | uint64(p.order.Uint32(h[8:]))
	captured, length := p.order.Uint32(h[12:]), p.order.Uint32(h[16:])
	if number >= uint32(len(p.interfaces)) { // whose link type nobody knows
		return f, false, nil
	}
	from := p.interfaces[number]
	f, err = p.data(in, b, memory, captured, length)
	f.Time, f.Interface, f.Link = from.time(ticks), number, from.link
	return f, err == nil, err
}

// simple reads a simple packet block: of the first interface, and nobody knows when.
func (p *pcapng) simple(in *input, b *block, memory *[]byte) (f Frame, found bool, err error) {
	h, ok, err := b.take(in, 4)
	if err != nil || !ok || len(p.interfaces) == 0 {
		return f, false, err
	}
	length, from := p.order.Uint32(h), p.interfaces[0]
	captured := length
	if from.snap > 0 {
		captured = min(captured, from.snap)
	}
	f, err = p.data(in, b, memory, captured, length)
	f.Link = from.link
	return f, err == nil, err
}

// data reads a frame, which is no longer than its block.
func (p *pcapng) data(in *input, b *block, memory *[]byte, captured, length uint32) (f Frame, err error) {
	captured = uint32(min(int64(captured), b.left))
	f.Data, f.Cut, err = keep(in, memory, captured)
	b.left -= int64(captured)
	f.Cut = f.Cut || captured < length
	return f, err
}
