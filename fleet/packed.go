package fleet

import (
	"strings"
	"time"
)

// packed is an [Event] in less than half its memory: the log of a large fleet
// holds many. The number is that of its place.
type packed struct {
	time    time.Time
	outage  time.Duration // where resumed: since when it went on
	subject string        // the tunnel, the spoke or the service
	active  string        // and of a service what it was and is
	detail  string
	route   *Route
	counter uint32

	from, to  uint8 // positions in words
	reason    uint8
	kind      kind
	protected bool
	bad       bool // a black hole, or trouble
	resumed   bool // Since is set
}

// kind says what an event is about.
type kind uint8

const (
	ofTunnel kind = iota
	ofSpoke
	ofService
)

// words are all that a state, a path or a reason can be.
var words = [...]string{
	"", string(Pending), string(Up), string(Degraded), string(Down), string(Disabled),
	string(PathPrimary), string(PathBackup), string(PathNone), string(ReasonLocal),
	string(ReasonProhibited), string(ReasonNoGRE), string(ReasonUnreachable), string(ReasonBlackHole), string(ReasonSilent),
	string(Removed),
}

// wordOf returns the position of a word; what is not one of them is 0.
func wordOf[T ~string](word T) uint8 {
	for i, w := range words {
		if w == string(word) {
			return uint8(i)
		}
	}
	return 0
}

func pack(e *Event) packed {
	p := packed{
		time: e.Time, outage: e.Outage, subject: e.Subject(), active: e.Active, detail: e.Detail, counter: e.Counter,
		from: wordOf(e.From), to: wordOf(e.To), reason: wordOf(e.Reason), protected: e.Protected,
	}
	if !e.Since.IsZero() {
		p.resumed, p.outage = true, e.Time.Sub(e.Since)
	}
	switch {
	case e.Service != "":
		p.kind, p.active, p.bad = ofService, e.Was+" "+e.Is, e.Trouble
	case e.Spoke != "":
		p.kind, p.route, p.bad = ofSpoke, e.Route, e.BlackHole
		p.from, p.to = wordOf(e.FromPath), wordOf(e.ToPath)
	}
	return p
}

func (p *packed) unpack(number uint64) Event {
	e := Event{Number: number, Time: p.time, Outage: p.outage, Detail: p.detail, Counter: p.counter,
		Reason: Reason(words[p.reason]), Protected: p.protected}
	if p.resumed {
		e.Since, e.Outage = e.Time.Add(-e.Outage), 0
	}
	switch p.kind {
	case ofService:
		e.Service, e.Trouble = p.subject, p.bad
		e.Was, e.Is, _ = strings.Cut(p.active, " ")
	case ofSpoke:
		e.Spoke, e.FromPath, e.ToPath = p.subject, Path(words[p.from]), Path(words[p.to])
		e.Active, e.Route, e.BlackHole = p.active, p.route, p.bad
	default:
		e.Tunnel, e.From, e.To = p.subject, State(words[p.from]), State(words[p.to])
		e.Active = p.active
	}
	return e
}
