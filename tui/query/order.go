package query

import (
	"encoding/binary"
	"math"
	"net/netip"
	"strings"
	"time"

	"greylag/fleet"
)

// Order is an order of rows: total, because rows that are equal in it are in the
// inventory's order. The zero Order is problems first: the worst state (down,
// degraded and what vantage points disagree about, pending, up, disabled), in it what is not muted, in it the latest
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

// Measures tells whether the order may change without a change of a tunnel's state,
// or of its spoke's path.
func (o Order) Measures() bool {
	by := orderNamed(o.By)
	return by != nil && by.measured
}

// Explains tells whether the order depends on why tunnels are down, which may be
// found out later than that they are.
func (o Order) Explains() bool { return o.By == "reason" }

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
	// aged is instead of key where rows stand by the beginning of their states: age
	// is how much earlier than the newest that is.
	aged     func(row *Row, age uint64) uint64
	measured bool // keys change without a change of state
}

const unknown = math.MaxUint64

var orders = [...]order{
	{name: "problems", aged: problemKey},
	{name: "state", key: func(r *Row, _ *place) uint64 { return severity(r) }},
	{name: "name", key: func(_ *Row, p *place) uint64 { return placeKey(p.name) }},
	{name: "hub", key: func(_ *Row, p *place) uint64 { return placeKey(p.hub) }},
	{name: "spoke", key: func(_ *Row, p *place) uint64 { return placeKey(p.spoke) }},
	{name: "path", key: pathKey},
	{name: "rank", key: func(r *Row, _ *place) uint64 { return smallest(rankOf(r)) }},
	{name: "counter", measured: true, key: func(r *Row, _ *place) uint64 { return largest(counterOf(r)) }},
	{name: "loss", measured: true, key: func(r *Row, _ *place) uint64 { return largest(lossOf(r)) }},
	{name: "rtt", measured: true, key: func(r *Row, _ *place) uint64 { return largest(rttOf(r)) }},
	{name: "p99", measured: true, key: func(r *Row, _ *place) uint64 { return largest(p99Of(r)) }},
	{name: "jitter", measured: true, key: func(r *Row, _ *place) uint64 { return largest(jitterOf(r)) }},
	{name: "flaps", key: func(r *Row, _ *place) uint64 { return largest(flapsOf(r)) }},
	{name: "availability", measured: true, key: func(r *Row, _ *place) uint64 { return smallest(availabilityOf(r)) }},
	{name: "since", aged: func(_ *Row, age uint64) uint64 { return age }},
	{name: "reason", key: reasonKey},
	{name: "source", key: func(r *Row, _ *place) uint64 { return addressKey(sourceOf(r)) }},
	{name: "destination", key: func(r *Row, _ *place) uint64 { return addressKey(destinationOf(r)) }},
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

// mostAge is the age in µs of what is not known.
const mostAge = 1<<ageBits - 1

func problemKey(r *Row, age uint64) uint64 {
	s := severity(r)
	if s == unknown {
		return unknown
	}
	if r.Disputed {
		s = min(s, uint64(fleet.Degraded.Severity()))
	}
	key := s << 1
	if r.Muted {
		key++
	}
	return key<<ageBits | min(age, mostAge)
}

// newestSince is the latest beginning of a row's state.
func newestSince(rows []Row) (newest time.Time) {
	for i := range rows {
		if t := rows[i].Tunnel; t != nil && t.Since.After(newest) {
			newest = t.Since
		}
	}
	return newest
}

// ageOf is by how many µs a row's state began before the newest did; unknown where
// that is not known.
func ageOf(r *Row, newest time.Time) uint64 {
	if r.Tunnel == nil || r.Tunnel.Since.IsZero() {
		return unknown
	}
	return uint64(max(newest.Sub(r.Tunnel.Since), 0) / time.Microsecond)
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
