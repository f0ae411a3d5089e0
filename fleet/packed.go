package fleet

import "time"

// packed is an [Event] in less than half its memory: the log of a large fleet
// holds many. The number is that of its place.
type packed struct {
	time    time.Time
	outage  time.Duration
	subject string // the tunnel, or the spoke
	active  string
	detail  string
	route   *Route
	counter uint32

	from, to  uint8 // positions in words
	reason    uint8
	spoke     bool
	protected bool
	blackHole bool
}

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
		time: e.Time, outage: e.Outage, subject: e.Tunnel, active: e.Active, detail: e.Detail, counter: e.Counter,
		from: wordOf(e.From), to: wordOf(e.To), reason: wordOf(e.Reason), protected: e.Protected,
	}
	if e.Spoke != "" {
		p.spoke, p.subject = true, e.Spoke
		p.from, p.to = wordOf(e.FromPath), wordOf(e.ToPath)
		p.route, p.blackHole = e.Route, e.BlackHole
	}
	return p
}

func (p *packed) unpack(number uint64) Event {
	e := Event{
		Number: number, Time: p.time, Outage: p.outage, Active: p.active, Detail: p.detail, Counter: p.counter,
		Reason: Reason(words[p.reason]), Protected: p.protected,
	}
	if p.spoke {
		e.Spoke, e.FromPath, e.ToPath = p.subject, Path(words[p.from]), Path(words[p.to])
		e.Route, e.BlackHole = p.route, p.blackHole
	} else {
		e.Tunnel, e.From, e.To = p.subject, State(words[p.from]), State(words[p.to])
	}
	return e
}
