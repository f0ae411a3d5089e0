package capture

import (
	"math"
	"time"
)

// netInterface is what an interface description block says of the frames that
// name it.
type netInterface struct {
	link   uint16
	snap   uint32 // octets captured at most; 0: no limit
	unit   uint8  // if_tsresol
	offset int64  // if_tsoffset, seconds
}

// Options of an interface description block (draft-ietf-opsawg-pcapng section
// 4.2).
const (
	optionEnd        = 0
	optionResolution = 9
	optionOffset     = 14
	microseconds     = 6 // if_tsresol where it is not there
)

// addInterface reads an interface description block.
func (p *pcapng) addInterface(in *input, b *block) error {
	h, ok, err := b.take(in, interfaceHead)
	if err != nil || !ok {
		return err
	}
	n := netInterface{link: p.order.Uint16(h), snap: p.order.Uint32(h[4:]), unit: microseconds}
	if err := p.interfaceOptions(in, b, &n); err != nil {
		return err
	}
	if len(p.interfaces) < mostInterfaces {
		p.interfaces = append(p.interfaces, n)
	}
	return nil
}

// interfaceOptions reads those that say when a frame was captured.
func (p *pcapng) interfaceOptions(in *input, b *block, n *netInterface) error {
	for {
		h, ok, err := b.take(in, 4)
		if err != nil || !ok {
			return err
		}
		code, length := p.order.Uint16(h), int(p.order.Uint16(h[2:]))
		switch {
		case code == optionEnd:
			return nil
		case code == optionResolution && length == 1:
			if h, ok, err = b.take(in, 4); ok {
				n.unit = h[0]
			}
		case code == optionOffset && length == 8:
			if h, ok, err = b.take(in, 8); ok {
				n.offset = int64(p.order.Uint64(h))
			}
		default:
			err = b.skip(in, (length+3)&^3)
		}
		if err != nil {
			return err
		}
	}
}

// lastSecond is that of the year 9999, the last that RFC 3339 can write.
const lastSecond = 253402300799

// time is the moment that a number of ticks stands for; zero where it is none
// between 1970 and 9999.
func (n *netInterface) time(ticks uint64) time.Time {
	seconds, nanos := n.split(ticks)
	if seconds > lastSecond || n.offset > lastSecond || n.offset < -lastSecond {
		return time.Time{}
	}
	at := int64(seconds) + n.offset
	if at < 0 || at > lastSecond {
		return time.Time{}
	}
	return time.Unix(at, nanos).UTC()
}

// split makes seconds and nanoseconds of ticks: 10^-unit s each, or 2^-unit where
// the highest bit is set.
func (n *netInterface) split(ticks uint64) (seconds uint64, nanos int64) {
	exponent := int(n.unit & 0x7f)
	if n.unit&0x80 != 0 {
		return splitBinary(ticks, exponent)
	}
	const digits = 19 // 10^19 is the last below 2^64
	if exponent > digits {
		return 0, int64(float64(ticks) * math.Pow10(9-exponent))
	}
	perSecond := uint64(1)
	for range exponent {
		perSecond *= 10
	}
	seconds, rest := ticks/perSecond, ticks%perSecond
	if perSecond <= 1e9 {
		return seconds, int64(rest * (1e9 / perSecond))
	}
	return seconds, int64(rest / (perSecond / 1e9))
}

func splitBinary(ticks uint64, exponent int) (seconds uint64, nanos int64) {
	if exponent > 63 {
		return 0, int64(math.Ldexp(float64(ticks), -exponent) * 1e9)
	}
	perSecond := uint64(1) << exponent
	rest := ticks % perSecond
	return ticks / perSecond, int64(float64(rest) / float64(perSecond) * 1e9)
}
