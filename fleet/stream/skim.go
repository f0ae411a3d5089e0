package stream

import (
	"bytes"
	"time"
	"unicode/utf8"

	"greylag/fleet"
)

// skimmer reads the lines of tunnels, spokes and their events as our encoder writes
// them, in any order of the fields: without spaces, and without escapes in what is
// needed. It returns false for all else.
type skimmer struct {
	clock stampReader
	known bool // every value so far was as expected
}

// typeKey begins the lines that are skimmed.
var typeKey = []byte(`{"type":"`)

func (s *skimmer) read(line []byte, b *Brief) bool {
	rest, ok := bytes.CutPrefix(line, typeKey)
	kind, rest, closed := bytes.Cut(rest, []byte{'"'})
	if !ok || !closed {
		return false
	}
	s.known = true
	m := members{rest: rest}
	switch string(kind) {
	case typeEvent:
		return s.event(&m, b)
	case typeTunnel:
		return s.tunnel(&m, b)
	case typeSpoke:
		return s.spoke(&m, b)
	}
	return false
}

func (s *skimmer) event(m *members, b *Brief) bool {
	var from, to, tunnel, spoke []byte
	for m.next() {
		switch string(m.key) {
		case "time":
			b.Time = s.time(m.value)
		case "since":
			b.Since = s.time(m.value)
		case "tunnel":
			tunnel = s.text(m.value)
		case "spoke":
			spoke = s.text(m.value)
		case "from":
			from = s.text(m.value)
		case "to":
			to = s.text(m.value)
		case "reason":
			b.Reason = reasonOf(s.text(m.value))
		case "active":
			b.Active = s.text(m.value)
		case "protected":
			b.Protected = s.truth(m.value)
		default:
			s.passOver(m.key)
		}
	}
	if len(tunnel) > 0 {
		b.Kind, b.Name, b.From, b.State = BriefChange, tunnel, stateOf(from), stateOf(to)
		b.Active, b.Protected = nil, false
	} else {
		b.Kind, b.Name, b.FromPath, b.Path, b.Reason = BriefPathChange, spoke, pathOf(from), pathOf(to), ""
	}
	one := len(tunnel) > 0 != (len(spoke) > 0)
	return s.known && m.ended && one && !b.Time.IsZero() && len(from) > 0 && len(to) > 0
}

func (s *skimmer) tunnel(m *members, b *Brief) bool {
	b.Kind = BriefTunnel
	for m.next() {
		switch string(m.key) {
		case "time":
			b.Time = s.time(m.value)
		case "name":
			b.Name = s.text(m.value)
		case "hub":
			b.Hub = s.text(m.value)
		case "spoke":
			b.Spoke = s.text(m.value)
		case "rank":
			b.Rank = int(s.count(m.value))
		case "tags":
			b.Tags = s.texts(m.value, b.Tags[:0])
		case "state":
			b.State = stateOf(s.text(m.value))
		case "since":
			b.Since = s.time(m.value)
		case "was":
			b.Was = stateOf(s.text(m.value))
		case "was_since":
			b.WasSince = s.time(m.value)
		case "reason":
			b.Reason = reasonOf(s.text(m.value))
		case "incident":
			b.Incident = s.count(m.value)
		default:
			s.passOver(m.key)
		}
	}
	return s.known && m.ended && !b.Time.IsZero() && len(b.Name) > 0 && b.State != ""
}

func (s *skimmer) spoke(m *members, b *Brief) bool {
	b.Kind = BriefSpoke
	for m.next() {
		switch string(m.key) {
		case "time":
			b.Time = s.time(m.value)
		case "name":
			b.Name = s.text(m.value)
		case "path":
			b.Path = pathOf(s.text(m.value))
		case "since":
			b.Since = s.time(m.value)
		case "was":
			b.WasPath = pathOf(s.text(m.value))
		case "was_since":
			b.WasSince = s.time(m.value)
		case "active":
			b.Active = s.text(m.value)
		case "protected":
			b.Protected = s.truth(m.value)
		case "ranked":
			b.Ranked = s.truth(m.value)
		default:
			s.passOver(m.key)
		}
	}
	return s.known && m.ended && !b.Time.IsZero() && len(b.Name) > 0 && b.Path != ""
}

// passOver refuses keys that encoding/json may take for others: it ignores case and
// reads escapes. A service's event is not skimmed, and no line has a second type.
func (s *skimmer) passOver(key []byte) {
	for _, c := range key {
		if !(c >= 'a' && c <= 'z' || c == '_' || c >= '0' && c <= '9') {
			s.known = false
			return
		}
	}
	if k := string(key); k == "type" || k == "service" {
		s.known = false
	}
}

// text is what a string holds; it refuses escapes, control characters and what is
// not UTF-8.
func (s *skimmer) text(value []byte) []byte {
	if len(value) < 2 || value[0] != '"' {
		s.known = false
		return nil
	}
	value = value[1 : len(value)-1]
	ascii := true
	for _, c := range value {
		if c == '\\' || c < ' ' {
			s.known = false
			return nil
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	s.known = s.known && (ascii || utf8.Valid(value))
	return value
}

// texts appends what a list of strings holds.
func (s *skimmer) texts(value []byte, into [][]byte) [][]byte {
	m := members{rest: value, list: true}
	for m.next() {
		into = append(into, s.text(m.value))
	}
	s.known = s.known && m.ended
	return into
}

func (s *skimmer) truth(value []byte) bool {
	is := string(value) == "true"
	s.known = s.known && (is || string(value) == "false")
	return is
}

// count is a whole number of at most nine digits: more nobody needs.
func (s *skimmer) count(value []byte) (n uint64) {
	for _, c := range value {
		s.known = s.known && c >= '0' && c <= '9'
		n = n*10 + uint64(c-'0')
	}
	s.known = s.known && len(value) > 0 && len(value) < 10 && (value[0] != '0' || len(value) == 1)
	return n
}

func (s *skimmer) time(value []byte) time.Time {
	t, ok := s.clock.read(s.text(value))
	s.known = s.known && ok
	return t
}

// stateOf and the others make no new text for a word that is known.
func stateOf(b []byte) fleet.State {
	for _, known := range [...]fleet.State{fleet.Up, fleet.Down, fleet.Degraded, fleet.Pending, fleet.Disabled} {
		if string(b) == string(known) {
			return known
		}
	}
	return fleet.State(b)
}

func pathOf(b []byte) fleet.Path {
	for _, known := range [...]fleet.Path{fleet.PathPrimary, fleet.PathBackup, fleet.PathNone, fleet.PathPending} {
		if string(b) == string(known) {
			return known
		}
	}
	return fleet.Path(b)
}

func reasonOf(b []byte) fleet.Reason {
	for _, known := range [...]fleet.Reason{"", fleet.ReasonSilent, fleet.ReasonBlackHole, fleet.ReasonUnreachable,
		fleet.ReasonNoGRE, fleet.ReasonProhibited, fleet.ReasonLocal} {
		if string(b) == string(known) {
			return known
		}
	}
	return fleet.Reason(b)
}
