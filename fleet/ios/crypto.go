package ios

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// cryptoMap is a crypto map, or a dynamic one, with its entries by number.
type cryptoMap struct {
	local   string // the interface of local-address
	entries []*mapEntry
}

// mapEntry is one entry of a crypto map.
type mapEntry struct {
	number  int
	dynamic string // the dynamic map that it uses
	gdoi    bool
	list    string // match address
	peers   []netip.Addr
}

// crypto takes a global command that begins with crypto.
func (r *reader) crypto(s statement, indent int) {
	r.enter(inOther, indent)
	number, err := strconv.Atoi(s.word(3))
	switch {
	case short(s.word(1), "map", 1) && short(s.word(3), "local-address", 3):
		r.dev.cryptoMap(r.dev.maps, s.word(2)).local = nameOf(append(s.rest(4), ""))
	case short(s.word(1), "map", 1) && s.no && len(s.words) == 3:
		delete(r.dev.maps, s.word(2))
	case err != nil:
	case short(s.word(1), "map", 1):
		r.openEntry(s, r.dev.cryptoMap(r.dev.maps, s.word(2)), number, indent)
	case short(s.word(1), "dynamic-map", 2):
		r.openEntry(s, r.dev.cryptoMap(r.dev.dynamic, s.word(2)), number, indent)
	}
}

func (d *device) cryptoMap(maps map[string]*cryptoMap, name string) *cryptoMap {
	m := maps[name]
	if m == nil {
		m = &cryptoMap{}
		maps[name] = m
	}
	return m
}

func (r *reader) openEntry(s statement, m *cryptoMap, number, indent int) {
	at, found := slices.BinarySearchFunc(m.entries, number, func(e *mapEntry, n int) int { return e.number - n })
	if s.no {
		if found {
			m.entries = slices.Delete(m.entries, at, at+1)
		}
		return
	}
	if !found {
		m.entries = slices.Insert(m.entries, at, &mapEntry{number: number})
	}
	r.enter(inMap, indent)
	r.entry = m.entries[at]
	if kind := strings.ToLower(s.word(4)); kind != "" {
		r.entry.gdoi = kind == "gdoi"
	}
	if short(s.word(5), "dynamic", 2) {
		r.entry.dynamic = s.word(6)
	}
	r.mapArguments(s.words)
}

// mapArguments takes the older form and that of ASA, where the command itself goes on: crypto map NAME
// 10 match address LIST.
func (r *reader) mapArguments(words []string) {
	if len(words) > 5 && (short(words[4], "match", 3) || short(words[4], "set", 3)) {
		r.mapCommand(statement{words: words[4:]})
	}
}

// mapCommand takes a line of the open entry; false where it is none.
func (r *reader) mapCommand(s statement) bool {
	e := r.entry
	switch {
	case short(s.word(0), "match", 3):
		if short(s.word(1), "address", 1) {
			e.list = s.name(2)
		}
	case short(s.word(0), "set", 3):
		if a, err := netip.ParseAddr(s.word(2)); err == nil && short(s.word(1), "peer", 2) && !s.no {
			e.peers = append(e.peers, a)
		}
	case short(s.word(0), "description", 3), short(s.word(0), "reverse-route", 3), short(s.word(0), "qos", 2):
	default:
		return false
	}
	return true
}

// interfaceCrypto takes crypto map NAME of an interface; false where it is a
// global command.
func (r *reader) interfaceCrypto(s statement, indented bool) bool {
	if !short(s.word(1), "map", 1) {
		return short(s.word(1), "ipsec", 3) && len(s.words) > 2 && (short(s.word(2), "df-bit", 2) || short(s.word(2), "fragmentation", 2) || short(s.word(2), "client", 2) && indented) ||
			short(s.word(1), "engine", 2)
	}
	if _, err := strconv.Atoi(s.word(3)); err == nil || strings.EqualFold(s.word(2), "ipv6") && len(s.words) > 3 {
		return false
	}
	for _, global := range []string{"local-address", "client", "isakmp", "isakmp-profile", "gdoi", "ipsec-isakmp", "ipv6"} {
		if strings.EqualFold(s.word(3), global) {
			return false
		}
	}
	for _, i := range r.ifaces {
		i.crypto = s.naming(s.word(2), len(s.words) > 2)
	}
	return true
}
