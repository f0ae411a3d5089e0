package query

import (
	"encoding/binary"
	"math"
	"net/netip"
	"strings"

	"greylag/fleet"
)

// Order is an order of rows: total, because rows that are equal in it are in the
// inventory's order. The zero Order is problems first: the worst state (down,
// degraded, pending, up, disabled), in it what is not muted, in it the latest
// change.
type Order struct {
	By      string // one of [Orders]; "": problems
	Reverse bool   // rows whose value is not known stay last
}

// Orders are the names of the orders. Times, losses and counts come largest
// first, availability, ranks and names smallest first, states and paths worst
// first, since latest first.
func Orders() []string {
	names := make([]string, len(orders))
	for i := range orders {
		names[i] = orders[i].name
	}
	return names
}

// ParseOrder reads what [Order.String] writes. The error is an [*Error].
func ParseOrder(s string) (Order, error) {
	by, reverse := strings.CutPrefix(strings.TrimSpace(s), "-")
	by = strings.ToLower(by)
	if by == "" || by == orders[0].name {
		return Order{Reverse: reverse}, nil
	}
	if orderNamed(by) == nil {
		return Order{}, &Error{End: len(s), Column: 1, Message: "no order " + by, Hint: didYouMean(by, Orders())}
	}
	return Order{by, reverse}, nil
}

// String is the order's name, with - in front where it is reversed.
func (o Order) String() string {
	name := o.By
	if name == "" {
		name = orders[0].name
	}
	if o.Reverse {
		return "-" + name
	}
	return name
}

// order makes a row's key: rows come in the order of keys. Keys are below
// unknown, which is the key of what is not known.
type order struct {
	name string
	key  func(row *Row, place *place) uint64
}

const unknown = math.MaxUint64

var orders = [...]order{
	{"problems", problemKey},
	{"state", func(r *Row, _ *place) uint64 { return severity(r) }},
	{"name", func(_ *Row, p *place) uint64 { return placeKey(p.name) }},
	{"hub", func(_ *Row, p *place) uint64 { return placeKey(p.hub) }},
	{"spoke", func(_ *Row, p *place) uint64 { return placeKey(p.spoke) }},
	{"path", pathKey},
	{"rank", func(r *Row, _ *place) uint64 { return smallest(rankOf(r)) }},
	{"counter", func(r *Row, _ *place) uint64 { return largest(counterOf(r)) }},
	{"loss", func(r *Row, _ *place) uint64 { return largest(lossOf(r)) }},
	{"rtt", func(r *Row, _ *place) uint64 { return largest(rttOf(r)) }},
	{"p99", func(r *Row, _ *place) uint64 { return largest(p99Of(r)) }},
	{"jitter", func(r *Row, _ *place) uint64 { return largest(jitterOf(r)) }},
	{"flaps", func(r *Row, _ *place) uint64 { return largest(flapsOf(r)) }},
	{"availability", func(r *Row, _ *place) uint64 { return smallest(availabilityOf(r)) }},
	{"since", func(r *Row, _ *place) uint64 { return smallest(sinceOf(r)) }},
	{"reason", reasonKey},
	{"source", func(r *Row, _ *place) uint64 { return addressKey(sourceOf(r)) }},
	{"destination", func(r *Row, _ *place) uint64 { return addressKey(destinationOf(r)) }},
}

func orderNamed(name string) *order {
	for i := range orders {
		if orders[i].name == name {
			return &orders[i]
		}
	}
	return nil
}

// smallest is the key by which small numbers come first.
func smallest(n float64, known bool) uint64 {
	if !known {
		return unknown
	}
	return math.Float64bits(max(n, 0)) // grows with n
}

// largest is the key by which large numbers come first.
func largest(n float64, known bool) uint64 {
	if !known {
		return unknown
	}
	return known63 - smallest(n, true)
}

// known63 is the largest key of what is known.
const known63 = math.MaxInt64

// severity is 0 for the worst state.
func severity(r *Row) uint64 {
	if r.Tunnel == nil {
		return unknown
	}
	return uint64(r.Tunnel.State.Severity())
}

// ageBits are those of a problem's key below the severity: µs, up to 9,000 years.
const ageBits = 58

func problemKey(r *Row, _ *place) uint64 {
	s := severity(r)
	if s == unknown {
		return unknown
	}
	key := s << 1
	if r.Muted {
		key++
	}
	age, known := sinceOf(r)
	if !known {
		return key<<ageBits | (1<<ageBits - 1)
	}
	return key<<ageBits | min(uint64(age/1e3), 1<<ageBits-1)
}

func pathKey(r *Row, _ *place) uint64 {
	switch r.Path {
	case fleet.PathNone:
		return 0
	case fleet.PathBackup:
		return 1
	case fleet.PathPending:
		return 2
	case fleet.PathPrimary:
		return 3
	}
	return unknown
}

func reasonKey(r *Row, _ *place) uint64 {
	reason, _ := reasonOf(r, 0)
	for i, known := range fieldNamed("reason").words {
		if known == reason {
			return uint64(i)
		}
	}
	return unknown
}

// placeKey is the key of a name's place; a name that is empty has none.
func placeKey(place uint32) uint64 {
	if place == 0 {
		return unknown
	}
	return uint64(place)
}

// addressKey is in the order of IPv4 addresses.
func addressKey(a netip.Addr) uint64 {
	if !a.Is4() {
		return unknown
	}
	b := a.As4()
	return uint64(binary.BigEndian.Uint32(b[:]))
}
