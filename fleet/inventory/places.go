package inventory

import (
	"math"
	"strings"
	"unicode/utf8"
)

// Place is where something stands in a file: line and column as in [Error].
type Place struct{ Line, Column int }

// Places tells where an inventory's file says what it says.
type Places struct {
	lines   lines
	engine  section
	hubs    []section // as the inventory's
	tunnels []section // as the inventory's
	keys    []keyPlace
	numbers map[string]uint8 // of keyPlace, by key
	inPeer  map[string]uint8 // the same of [tunnel.peer]
}

// section is the place of one table and of its keys. In bytes from the beginning
// of the text.
type section struct {
	at   int32
	from int32 // of its keys in Places.keys
	keys int32 // how many
}

type keyPlace struct {
	number uint8
	at     int32
}

// peerPrefix is that of the keys of [tunnel.peer].
const peerPrefix = "peer."

func newPlaces(l lines) Places {
	return Places{lines: l, numbers: make(map[string]uint8), inPeer: make(map[string]uint8)}
}

// Tunnel is the place of the first of keys that the i-th tunnel's own tables have;
// else that of the tunnel. Keys of [tunnel.peer] begin with "peer.".
func (p *Places) Tunnel(i int, keys ...string) Place { return p.find(p.tunnels[i], keys) }

// Hub is the same of the i-th hub. One without a table of its own stands where a
// tunnel names it first.
func (p *Places) Hub(i int, keys ...string) Place { return p.find(p.hubs[i], keys) }

// Engine is the same of [engine]. Without that table it is the file's beginning.
func (p *Places) Engine(keys ...string) Place { return p.find(p.engine, keys) }

func (p *Places) find(s section, keys []string) Place {
	for _, key := range keys {
		number, is := p.number(key)
		if !is {
			continue
		}
		for _, k := range p.keys[s.from : s.from+s.keys] {
			if k.number == number {
				return p.place(k.at)
			}
		}
	}
	return p.place(s.at)
}

func (p *Places) number(key string) (number uint8, is bool) {
	if inner, ofPeer := strings.CutPrefix(key, peerPrefix); ofPeer {
		number, is = p.inPeer[inner]
	} else {
		number, is = p.numbers[key]
	}
	return number, is
}

func (p *Places) place(at int32) Place {
	from := p.lines.span(int(at)).from
	return Place{p.lines.line(int(at)), 1 + utf8.RuneCountInString(p.lines.text[from:at])}
}

// section records a table, whose nodes stand shift bytes further on in the text.
func (p *Places) section(t table, shift func(int) int) section {
	s := section{at: offset(shift(t.at.value)), from: int32(len(p.keys))}
	p.record(p.numbers, t.at, shift)
	if peer := t.at.fields["peer"]; peer != nil {
		p.record(p.inPeer, peer, shift)
	}
	s.keys = int32(len(p.keys)) - s.from
	return s
}

func (p *Places) record(numbers map[string]uint8, table *node, shift func(int) int) {
	for key, n := range table.fields {
		number, known := numbers[key]
		if !known {
			number = uint8(len(p.numbers) + len(p.inPeer)) // a file without mistakes has as many as the schema
			numbers[key] = number
		}
		p.keys = append(p.keys, keyPlace{number, offset(shift(n.at))})
	}
}

// offset is n as it is kept: a text has at most maxBytes.
func offset(n int) int32 { return int32(min(n, math.MaxInt32)) }

func unmoved(at int) int { return at }

// placeTunnel and the others record where the reader is, if that is wanted.
func (r *reader) placeTunnel(t table) {
	if r.places != nil {
		r.places.tunnels = append(r.places.tunnels, r.places.section(t, unmoved))
	}
}

func (r *reader) placeHub(t table) {
	if r.places != nil {
		r.places.hubs = append(r.places.hubs, r.places.section(t, unmoved))
	}
}

// placeImplied records hubs that t has added.
func (r *reader) placeImplied(t table) {
	if r.places != nil && len(r.places.hubs) < len(r.hubs.list) {
		at := t.at.value
		if t.has("hub") {
			at = t.at.child("hub").at
		}
		r.places.hubs = append(r.places.hubs, section{at: offset(at)})
	}
}

func (r *reader) placeEngine(t table) {
	if r.places != nil {
		r.places.engine = r.places.section(t, r.outline.inText)
	}
}
