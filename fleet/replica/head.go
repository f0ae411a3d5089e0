package replica

import (
	"bytes"
	"encoding/json"
	"time"
)

// heads reads of each line only what it is and when it was written, which is many
// times quicker than decoding it.
type heads struct {
	text string // of the last time
	time time.Time
}

// of returns the type of a line and its time; "" where it is no record, and a zero
// time where it has none that can be read.
func (h *heads) of(line []byte) (kind string, at time.Time) {
	rest, isOurs := bytes.CutPrefix(line, []byte(`{"type":"`))
	name, rest, isClosed := bytes.Cut(rest, []byte{'"'})
	text, isTimed := bytes.CutPrefix(rest, []byte(`,"time":"`))
	end := bytes.IndexByte(text, '"')
	if !isOurs || !isClosed || !isTimed || end < 0 {
		return decodeHead(line)
	}
	return kindOf(name), h.parse(text[:end])
}

// parse remembers the last time: a full report has the same one in each line.
func (h *heads) parse(text []byte) time.Time {
	if string(text) == h.text {
		return h.time
	}
	at, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return time.Time{}
	}
	h.text, h.time = string(text), at
	return at
}

// decodeHead reads what another program may have written.
func decodeHead(line []byte) (kind string, at time.Time) {
	var head struct {
		Type string    `json:"type"`
		Time time.Time `json:"time"`
	}
	if json.Unmarshal(line, &head) != nil {
		return "", time.Time{}
	}
	return head.Type, head.Time
}

// kinds are the types of records that are looked for.
const (
	kindHello    = "hello"
	kindTunnel   = "tunnel"
	kindEvent    = "event"
	kindIncident = "incident"
	kindSummary  = "summary"
)

// kindOf is name as a string, without making one where it is a known type.
func kindOf(name []byte) string {
	switch string(name) {
	case kindTunnel:
		return kindTunnel
	case kindEvent:
		return kindEvent
	case kindSummary:
		return kindSummary
	}
	return string(name)
}
