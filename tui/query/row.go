package query

import (
	"strings"
	"time"

	"greylag/fleet"
)

// Row is what a query is asked about: a tunnel, a spoke, or an event.
type Row struct {
	// Tunnel is the tunnel; for a spoke the one that carries its traffic; for an
	// event the one it speaks of, whose declaration alone is looked at: what was
	// measured since is not the event's. May be nil.
	Tunnel *fleet.TunnelReport
	Path   fleet.Path         // of the tunnel's spoke; "": it has none
	Spoke  *fleet.SpokeReport // set for a spoke
	Event  *fleet.Event       // set for an event
	Time   time.Time          // now; events only
	Muted  bool
	New    bool // what got worse and has not been seen
	// Disputed: vantage points disagree about it.
	Disputed bool
	// Text is the row's [SearchText] where the caller keeps it; it is made on the
	// fly where it is empty.
	Text string
}

// SearchText is the text in which a query looks for words about a tunnel. It
// changes only with the declaration: keep it.
func SearchText(t *fleet.Tunnel) string {
	var b strings.Builder
	writeNames(&b, t.Name, t.Hub, t.Spoke)
	writeNames(&b, t.Tags...)
	return b.String() + addressMark + t.Source.String() + "\n" + t.Destination.String()
}

// addressMark ends the names in a search text: what follows is found by its
// parts only, since a fuzzy 11 is in most addresses.
const addressMark = "\x00"

func writeNames(b *strings.Builder, names ...string) {
	for _, name := range names {
		if name != "" {
			b.WriteString(strings.ToLower(name))
			b.WriteByte('\n')
		}
	}
}

// searchText makes the row's search text.
func (r *Row) searchText() string {
	var b strings.Builder
	switch {
	case r.Event != nil:
		writeNames(&b, r.Event.Subject(), r.Event.Active)
	case r.Spoke != nil:
		writeNames(&b, r.Spoke.Spoke.Name, r.Spoke.Active)
	}
	if t := r.declared(); t != nil {
		return b.String() + SearchText(t)
	}
	return b.String() + addressMark
}

// declared is the declaration of the row's tunnel, or nil.
func (r *Row) declared() *fleet.Tunnel {
	if r.Tunnel == nil {
		return nil
	}
	return r.Tunnel.Tunnel
}

// measured is what is measured of the row's tunnel, or nil.
func (r *Row) measured() *fleet.TunnelReport {
	if r.Event != nil {
		return nil
	}
	return r.Tunnel
}
