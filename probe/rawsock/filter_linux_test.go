package rawsock

import (
	"encoding/binary"
	"slices"
	"testing"

	"golang.org/x/net/bpf"
)

// The pieces of the packets, by hand from RFC 791, 2784 and 2890. Lengths and
// checksums are filled in by ip.
var (
	nop      = []byte{1, 1, 1, 1}
	optional = []byte{0xee, 0xee, 0xee, 0xee} // a key or a sequence number
	metadata = []byte{8, 0, 1, 1, 0, 1, 0, 42}
)

// ip returns an IPv4 packet from the far end to this host.
func ip(protocol byte, options, payload []byte) []byte {
	size := 20 + len(options)
	p := slices.Concat(make([]byte, 20), options, payload)
	p[0], p[1], p[8], p[9] = 0x40|byte(size/4), 0xc0, 255, protocol
	binary.BigEndian.PutUint16(p[2:], uint16(len(p)))
	p[4] = 0x12 // an identification that the kernel keeps
	copy(p[12:], []byte{198, 51, 100, 7, 192, 0, 2, 1})
	var sum uint32
	for i := 0; i < size; i += 2 {
		sum += uint32(p[i])<<8 | uint32(p[i+1])
	}
	sum = sum>>16 + sum&0xffff
	binary.BigEndian.PutUint16(p[10:], ^uint16(sum>>16+sum))
	return p
}

// greHeader returns a GRE header: an optional field for each flag that has one.
func greHeader(flags, protocol uint16, rest ...[]byte) []byte {
	h := binary.BigEndian.AppendUint16(nil, flags)
	h = binary.BigEndian.AppendUint16(h, protocol)
	for _, bit := range []uint16{0x8000, 0x2000, 0x1000} {
		if flags&bit != 0 {
			h = append(h, optional...)
		}
	}
	return append(h, slices.Concat(rest...)...)
}

// inner is the answer inside a request.
func inner(options []byte) []byte { return ip(47, options, greHeader(0, 0)) }

type filterCase struct {
	name   string
	packet []byte
	passes bool
}

var answerCases = []filterCase{
	{"bare answer", ip(47, nil, greHeader(0, 0)), true},
	{"with a key", ip(47, nil, greHeader(0x2000, 0)), true},
	{"with everything", ip(47, nil, greHeader(0xb000, 0, []byte("payload"))), true},
	{"IP options", ip(47, nop, greHeader(0, 0)), true},
	{"IP options, all 40 octets", ip(47, slices.Repeat(nop, 10), greHeader(0, 0)), true},
	{"a request", ip(47, nil, greHeader(0, 0x0800, inner(nil))), false},
	{"ordinary traffic", ip(47, nil, greHeader(0x2000, 0x0800, ip(6, nil, make([]byte, 100)))), false},
	{"Ethernet", ip(47, nil, greHeader(0, 0x6558, make([]byte, 60))), false},
	{"protocol type 1", ip(47, nil, greHeader(0, 1)), false},
	{"protocol type 0x0100", ip(47, nil, greHeader(0, 0x0100)), false},
	{"options that look like type 0", ip(47, []byte{1, 1, 0, 0}, greHeader(0, 0x0800, inner(nil))), false},
	{"half a GRE header", ip(47, nil, []byte{0, 0, 0}), false},
	{"no GRE header", ip(47, nil, nil), false},
}

var requestCases = append(optionCombinations(),
	filterCase{"inner IP options", ip(47, nil, greHeader(0, 0x0800, inner(nop))), true},
	filterCase{"IP options on both", ip(47, nop, greHeader(0xb000, 0x0800, inner(slices.Repeat(nop, 10)))), true},
	filterCase{"inner key, payload", ip(47, nil, greHeader(0, 0x0800, ip(47, nil, greHeader(0x2000, 0, make([]byte, 30))))), true},
	filterCase{"padded", ip(47, nil, greHeader(0, 0x0800, inner(nil), make([]byte, 20))), true},
	filterCase{"an answer", ip(47, nil, greHeader(0, 0)), false},
	filterCase{"TCP inside", ip(47, nil, greHeader(0, 0x0800, ip(6, nil, make([]byte, 40)))), false},
	filterCase{"ping inside", ip(47, nil, greHeader(0x2000, 0x0800, ip(1, nil, make([]byte, 64)))), false},
	filterCase{"GRE inside, of IPv4", ip(47, nil, greHeader(0, 0x0800, ip(47, nil, greHeader(0, 0x0800, inner(nil))))), false},
	filterCase{"Ethernet", ip(47, nil, greHeader(0, 0x6558, make([]byte, 60))), false},
	filterCase{"IPv6", ip(47, nil, greHeader(0, 0x86dd, inner(nil))), false},
	filterCase{"metadata, TCP inside", ip(47, nil, greHeader(0, 0x8909, metadata, ip(6, nil, make([]byte, 40)))), false},
	filterCase{"metadata missing", ip(47, nil, greHeader(0, 0x8909, inner(nil))), false},
	filterCase{"metadata unannounced", ip(47, nil, greHeader(0, 0x0800, metadata, inner(nil))), false},
	filterCase{"key unannounced", ip(47, nil, greHeader(0, 0x0800, optional, inner(nil))), false},
	filterCase{"key announced, missing", ip(47, nil, append([]byte{0x20, 0, 8, 0}, inner(nil)...)), false},
)

// optionCombinations are requests with each set of optional fields, with
// metadata and without.
func optionCombinations() (cases []filterCase) {
	for _, flags := range []uint16{0, 0x1000, 0x2000, 0x3000, 0x8000, 0x9000, 0xa000, 0xb000} {
		name := "flags " + string("0123456789ab"[flags>>12])
		cases = append(cases,
			filterCase{name, ip(47, nil, greHeader(flags, 0x0800, inner(nil))), true},
			filterCase{name + ", IP options", ip(47, nop, greHeader(flags, 0x0800, inner(nil))), true},
			filterCase{name + ", metadata", ip(47, nil, greHeader(flags, 0x8909, metadata, inner(nil))), true})
	}
	return cases
}

var echoCases = []filterCase{
	{"our reply", ip(1, nil, []byte{0, 0, 0, 0, 0x12, 0x67, 0, 1}), true},
	{"our reply, IP options", ip(1, nop, []byte{0, 0, 0, 0, 0x12, 0x67, 0, 1}), true},
	{"another's reply", ip(1, nil, []byte{0, 0, 0, 0, 0x12, 0x68, 0, 1}), false},
	{"a request", ip(1, nil, []byte{8, 0, 0, 0, 0x12, 0x67, 0, 1}), false},
	{"unreachable", ip(1, nil, []byte{3, 1, 0, 0, 0x12, 0x67, 0, 1}), false},
	{"cut off", ip(1, nil, []byte{0, 0, 0, 0, 0x12}), false},
}

// icmpError is an error of a type, by a router, that quotes a packet.
func icmpError(kind byte, quote []byte) []byte {
	return ip(1, nil, append([]byte{kind, 13, 0, 0, 0, 0, 0, 0}, quote...))
}

// Echo messages with our identifier and with another's.
var (
	ourEcho   = []byte{8, 0, 0, 0, 0x12, 0x67, 0, 1}
	otherEcho = []byte{8, 0, 0, 0, 0x12, 0x68, 0, 1}
)

var errorCases = []filterCase{
	{"unreachable, quoting a keepalive", icmpError(3, ip(47, nil, greHeader(0, 0x0800, inner(nil)))), true},
	{"time exceeded", icmpError(11, ip(47, nil, greHeader(0, 0x0800, inner(nil)))), true},
	{"parameter problem", icmpError(12, ip(47, nil, greHeader(0, 0x0800, inner(nil)))), true},
	{"IP options on both", ip(1, nop, append([]byte{3, 1, 0, 0, 0, 0, 0, 0}, ip(47, nop, make([]byte, 8))...)), true},
	{"8 octets quoted", icmpError(3, ip(47, nil, make([]byte, 8))), true},
	{"quoting our echo", icmpError(3, ip(1, nil, ourEcho)), true},
	{"quoting our echo with IP options", icmpError(3, ip(1, slices.Repeat(nop, 10), ourEcho)), true},
	{"quoting another's echo", icmpError(3, ip(1, nil, otherEcho)), false},
	{"quoting a reply", icmpError(3, ip(1, nil, append([]byte{0}, ourEcho[1:]...))), false},
	{"quoting TCP", icmpError(3, ip(6, nil, make([]byte, 20))), false},
	{"quoting UDP", icmpError(3, ip(17, nil, make([]byte, 8))), false},
	{"our reply", ip(1, nil, []byte{0, 0, 0, 0, 0x12, 0x67, 0, 1}), false},
	{"a redirect", icmpError(5, ip(47, nil, make([]byte, 8))), false},
	{"source quench", icmpError(4, ip(47, nil, make([]byte, 8))), false},
	{"an echo request", icmpError(8, ip(47, nil, make([]byte, 8))), false},
	{"a quoted header cut", icmpError(3, ip(47, nil, nil)[:9]), false},
	{"a quoted echo cut", icmpError(3, ip(1, nil, ourEcho[:5])), false},
}

var filters = []struct {
	name    string
	program []bpf.Instruction
	cases   []filterCase
	least   int // octets of a plain packet that passes
}{
	{"answers", answerFilter(), answerCases, 24},
	{"requests", requestFilter(), requestCases, 48},
	{"echo", echoFilter(0x1267), echoCases, 26},
	{"errors", errorFilter(0x1267), errorCases, 38},
	{"none", noneFilter(), []filterCase{{"an answer", answerCases[0].packet, false}}, 0},
}

func TestFilters(t *testing.T) {
	for _, f := range filters {
		vm, err := bpf.NewVM(f.program)
		if err != nil {
			t.Fatalf("%s: %v", f.name, err)
		}
		for _, c := range f.cases {
			n, err := vm.Run(c.packet)
			if err != nil || n > 0 != c.passes || c.passes && n < len(c.packet) {
				t.Errorf("%s, %s: %d octets pass, %v; want all: %v", f.name, c.name, n, err, c.passes)
			}
		}
	}
}

// However short a packet is cut, the filter does not pass it, and does not fail.
func TestFiltersOfShortPackets(t *testing.T) {
	for _, f := range filters {
		vm, err := bpf.NewVM(f.program)
		if err != nil {
			t.Fatalf("%s: %v", f.name, err)
		}
		for n := range f.least {
			if got, err := vm.Run(f.cases[0].packet[:n]); err != nil || got != 0 {
				t.Errorf("%s: %d octets of %s: %d pass, %v; want none", f.name, n, f.cases[0].name, got, err)
			}
		}
	}
}
