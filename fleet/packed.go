package fleet

import (
	"strings"
	"time"
)

// packed is an [Event] in a quarter of its memory: the log of a large fleet holds
// many. The number is that of its place.
type packed struct {
	time    time.Time
	outage  time.Duration // where resumed: since when it went on
	subject string        // the tunnel, the spoke or the service
	texts   *texts        // nil: none
	counter uint32

	from, to uint8 // positions in words
	reason   uint8
	flags    packedFlags
}

// texts are what most events have not: those of tunnels that come up.
type texts struct {
	active string // and of a service what it was and is
	detail string
	route  *Route
}

// packedFlags say what an event is about, a tunnel where it is neither, and more.
type packedFlags uint8

const (
	ofSpoke packedFlags = 1 << iota
	ofService
	protected
	bad     // a black hole, or trouble
	resumed // Since is set
)

// set sets a flag where it is to be.
func (f *packedFlags) set(flag packedFlags, is bool) {
	if is {
		*f |= flag
	}
}

func (f packedFlags) has(flag packedFlags) bool { return f&flag != 0 }

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
		time: e.Time, outage: e.Outage, subject: e.Subject(), counter: e.Counter,
		from: wordOf(e.From), to: wordOf(e.To), reason: wordOf(e.Reason),
	}
	all := texts{active: e.Active, detail: e.Detail}
	p.flags.set(protected, e.Protected)
	if !e.Since.IsZero() {
		p.flags.set(resumed, true)
		p.outage = e.Time.Sub(e.Since)
	}
	switch {
	case e.Service != "":
		p.flags.set(ofService, true)
		p.flags.set(bad, e.Trouble)
		all.active = e.Was + " " + e.Is
	case e.Spoke != "":
		p.flags.set(ofSpoke, true)
		p.flags.set(bad, e.BlackHole)
		all.route = e.Route
		p.from, p.to = wordOf(e.FromPath), wordOf(e.ToPath)
	}
	if all != (texts{}) {
		p.texts = new(all) // only where there are some is it an allocation
	}
	return p
}

func (p *packed) unpack(number uint64) Event {
	var all texts
	if p.texts != nil {
		all = *p.texts
	}
	e := Event{Number: number, Time: p.time, Outage: p.outage, Detail: all.detail, Counter: p.counter,
		Reason: Reason(words[p.reason]), Protected: p.flags.has(protected)}
	if p.flags.has(resumed) {
		e.Since, e.Outage = e.Time.Add(-e.Outage), 0
	}
	switch {
	case p.flags.has(ofService):
		e.Service, e.Trouble = p.subject, p.flags.has(bad)
		e.Was, e.Is, _ = strings.Cut(all.active, " ")
	case p.flags.has(ofSpoke):
		e.Spoke, e.FromPath, e.ToPath = p.subject, Path(words[p.from]), Path(words[p.to])
		e.Active, e.Route, e.BlackHole = all.active, all.route, p.flags.has(bad)
	default:
		e.Tunnel, e.From, e.To = p.subject, State(words[p.from]), State(words[p.to])
		e.Active = all.active
	}
	return e
}
