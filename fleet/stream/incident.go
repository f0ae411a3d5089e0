package stream

import (
	"cmp"
	"strconv"
	"time"

	"greylag/fleet"
)

// membersLimit is how much of a line an incident's members may take, in bytes: a
// hundred thousand names would exceed [MaxLine].
const membersLimit = MaxLine / 2

// AppendIncident appends the line of i, newline included.
func AppendIncident(b []byte, i *fleet.Incident) []byte {
	b = begin(b, typeIncident)
	b = appendTime(b, "time", i.Time)
	b = appendCount(b, "incident", i.Number)
	b = appendTime(b, "start", i.Start)
	b = appendTime(b, "end", i.End)
	b = appendText(b, "factor", string(i.Factor))
	b = appendKnownText(b, "value", i.Value)
	b = appendMembers(b, i)
	b = appendInt(b, "down", int64(i.Down))
	b = appendInt(b, "shared", int64(i.Shared))
	b = appendInt(b, "up", int64(i.Up))
	b = appendKnownText(b, "reason", string(i.Reason))
	if i.Into > 0 {
		b = appendCount(b, "into", i.Into)
	}
	return end(appendText(b, "text", textOf(i)))
}

// appendMembers appends the members' names, or how many had no room.
func appendMembers(b []byte, i *fleet.Incident) []byte {
	b = append(b, `,"members":[`...)
	start, more := len(b), i.More
	for n, name := range i.Members {
		if len(b)-start > membersLimit {
			more += len(i.Members) - n
			break
		}
		if n > 0 {
			b = append(b, ',')
		}
		b = AppendString(b, name)
	}
	b = append(b, ']')
	if more > 0 {
		b = append(b, `,"more":`...)
		b = strconv.AppendInt(b, int64(more), 10)
	}
	return b
}

// textOf is the incident's text with the times that the stream has.
func textOf(i *fleet.Incident) string {
	told := *i
	for _, t := range []*time.Time{&told.Time, &told.Start, &told.End} {
		*t = t.UTC().Truncate(time.Millisecond)
	}
	return told.Text()
}

// Incident writes one incident.
func (e *Encoder) Incident(i *fleet.Incident) error {
	e.buf = e.tag(AppendIncident(e.buf, i))
	return e.flush()
}

type incidentLine struct {
	Time    stamp        `json:"time"`
	Number  uint64       `json:"incident"`
	Start   stamp        `json:"start"`
	End     stamp        `json:"end"`
	Factor  fleet.Factor `json:"factor"`
	Value   string       `json:"value"`
	Members []string     `json:"members"`
	More    int          `json:"more"`
	Down    int          `json:"down"`
	Shared  int          `json:"shared"`
	Up      int          `json:"up"`
	Reason  fleet.Reason `json:"reason"`
	Into    uint64       `json:"into"`
}

func (l *incidentLine) record() (Record, error) {
	return Record{Incident: &fleet.Incident{
			Number: l.Number, Time: l.Time.time(), Start: l.Start.time(), End: l.End.time(),
			Factor: l.Factor, Value: l.Value, Members: l.Members, More: max(l.More, 0),
			Down: l.Down, Shared: l.Shared, Up: l.Up, Reason: l.Reason, Into: l.Into,
		}}, cmp.Or(
			require(typeIncident, "time", !l.Time.time().IsZero()),
			require(typeIncident, "incident", l.Number > 0),
			require(typeIncident, "start", !l.Start.time().IsZero()),
			require(typeIncident, "factor", l.Factor != ""),
		)
}
