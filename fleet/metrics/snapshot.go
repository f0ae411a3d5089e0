package metrics

import (
	"slices"
	"time"

	"greylag/fleet"
)

// snapshot is the fleet as one scrape has it. Its memory is used by the next.
type snapshot struct {
	tunnels []tunnel
	spokes  []spoke
	text    []byte // the rows' labels
	summary fleet.Summary
	reasons map[fleet.Reason]int // of the tunnels that are down

	incidents     int    // that go on
	incidentsEver uint64 // that there were
	pace          *pace
}

// span is a piece of a snapshot's text.
type span struct{ from, to int }

// take fills the snapshot.
func (s *snapshot) take(store *fleet.Store, p *pace) error {
	tunnels, spokes := store.Size()
	s.tunnels, s.spokes = slices.Grow(s.tunnels[:0], tunnels), slices.Grow(s.spokes[:0], spokes)
	s.text, s.pace = s.text[:0], p
	if s.reasons == nil {
		s.reasons = make(map[fleet.Reason]int)
	}
	for _, r := range reasons {
		s.reasons[r] = 0
	}
	err := store.Walk(time.Now(), s)
	s.incidents, s.incidentsEver = store.IncidentCounts()
	return err
}

// Pause implements [fleet.Pauser].
func (s *snapshot) Pause() (time.Time, error) {
	err := s.pace.rest()
	return time.Now(), err
}

// Tunnel implements [fleet.Walker].
func (s *snapshot) Tunnel(r *fleet.TunnelReport) error {
	s.tunnels = append(s.tunnels, tunnel{})
	t := &s.tunnels[len(s.tunnels)-1]
	t.fill(r)
	t.labels = s.label("tunnel", r.Tunnel.Name, "hub", r.Tunnel.Hub, "spoke", r.Tunnel.Spoke)
	if r.State == fleet.Down {
		s.reasons[r.Reason]++
	}
	return nil
}

// Spoke implements [fleet.Walker].
func (s *snapshot) Spoke(r *fleet.SpokeReport) error {
	s.spokes = append(s.spokes, spoke{s.label("spoke", r.Spoke.Name), *r})
	return nil
}

// Summary implements [fleet.Walker].
func (s *snapshot) Summary(sum *fleet.Summary) error {
	s.summary = *sum
	return nil
}

// label appends names and values to the text.
func (s *snapshot) label(pairs ...string) span {
	from := len(s.text)
	for i := 0; i < len(pairs); i += 2 {
		if i > 0 {
			s.text = append(s.text, ',')
		}
		s.text = appendLabel(s.text, pairs[i], pairs[i+1])
	}
	return span{from, len(s.text)}
}

func (s *snapshot) labels(p span) []byte { return s.text[p.from:p.to] }
