package history

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// at is that many seconds after epoch.
func at(seconds float64) time.Time {
	return epoch.Add(time.Duration(seconds * float64(time.Second)))
}

// The lines of a journal.

func helloOf(host string, seconds float64) string {
	return string(stream.AppendHello(nil, &stream.Hello{Time: at(seconds), Host: host}))
}

func hello(seconds float64) string { return helloOf("jump1", seconds) }

// started follows the hello of a start, in a journal.
func started(seconds float64, was string) string {
	return string(stream.AppendEvent(nil, &fleet.Event{Time: at(seconds), Service: "journal", Was: was, Is: "writing"}))
}

func row(seconds float64, name string, s fleet.State, since float64) string {
	return rowOf(&fleet.TunnelReport{Tunnel: &fleet.Tunnel{Name: name}, Time: at(seconds), State: s, Since: at(since)})
}

func rowOf(t *fleet.TunnelReport) string { return string(stream.AppendTunnel(nil, t)) }

func event(seconds float64, name string, from, to fleet.State) string {
	return eventOf(&fleet.Event{Time: at(seconds), Tunnel: name, From: from, To: to})
}

func eventOf(e *fleet.Event) string { return string(stream.AppendEvent(nil, e)) }

func summary(seconds float64, tunnels int) string {
	s := fleet.NewSummary(at(seconds))
	s.Tunnels[fleet.Up] = tunnels
	return string(stream.AppendSummary(nil, &s))
}

// incident is number 7 as of then; zero end: it goes on.
func incident(seconds, start, end float64, members ...string) string {
	i := fleet.Incident{Number: 7, Time: at(seconds), Start: at(start), Factor: fleet.FactorHub, Value: "fra1", Members: members, Down: len(members)}
	if end > 0 {
		i.End = at(end)
	}
	return string(stream.AppendIncident(nil, &i))
}

// story is what history made of lines.
type story struct {
	*Report
	outages, problems []string
}

// told reads files, each of lines.
func told(t *testing.T, o Options, files ...[]string) story {
	t.Helper()
	var s story
	o.Outage = func(o *Outage) error {
		s.outages = append(s.outages, outageText(o))
		return nil
	}
	o.Problem = func(p Problem) { s.problems = append(s.problems, p.String()) }
	h := New(o)
	for i, lines := range files {
		if err := h.Read(fmt.Sprintf("f%d", i), strings.NewReader(strings.Join(lines, ""))); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if s.Report, err = h.Report(); err != nil {
		t.Fatal(err)
	}
	return s
}

// outageText is an outage by seconds after epoch, such as "a 10..20 8s up>up".
func outageText(o *Outage) string {
	second := func(t time.Time) string { return fmt.Sprint(t.Sub(epoch).Seconds()) }
	end := "goes on"
	if !o.End.IsZero() {
		end = second(o.End)
	}
	text := fmt.Sprintf("%s %s..%s lasted %v down %v %s>%s", o.Name, second(o.Start), end, o.Duration, o.Down, o.From, o.To)
	if !o.End.IsZero() && !o.EndSeen {
		text += " unseen"
	}
	if o.Before {
		text += " before"
	}
	if o.Reason != "" {
		text += " " + string(o.Reason)
	}
	if o.Incident != nil {
		text += fmt.Sprintf(" #%d %s %s", o.Incident.Number, o.Incident.Factor, o.Incident.Value)
	}
	return text
}

// tunnel is the row of that name.
func (s *story) tunnel(name string) Availability {
	for _, a := range s.Tunnels {
		if a.Name == name {
			return a
		}
	}
	return Availability{}
}
