package tui

import (
	"slices"
	"strconv"
	"time"

	"greylag/fleet"
	"greylag/tui/text"
)

// head says which tunnel it is, how it is, and since when.
func (d *detail) head() {
	t := d.report
	if d.row.New {
		d.put(fresh, d.glyphs.fresh)
	} else {
		d.space(1)
	}
	d.put(stateStyle(t.State), d.glyphs.state(t.State)+" ")
	d.hang, d.begun = 3, false
	d.words(strong, d.tunnel.Name)
	d.words(stateStyle(t.State), string(t.State))
	d.words(plain, d.lasting(t.Since)+d.before(string(t.Was), t.WasSince))
	d.close()
}

// before is what something pending was before greylag was started, as its journal knows
// it; "" where nothing is known.
func (d *detail) before(was string, since time.Time) string {
	switch {
	case was == "":
		return ""
	case since.IsZero():
		return "; before greylag started " + was
	}
	return "; before greylag started " + was + ", since " + d.clock(since)
}

// place says where the tunnel is: its ends, and what is beside it.
func (d *detail) place() {
	d.ends()
	d.siblings()
	d.history()
}

// ends is from where to where the tunnel leads.
func (d *detail) ends() {
	t := d.tunnel
	switch {
	case t.Hub != "":
		d.para("hub")
		d.words(plain, t.Hub)
		if t.Spoke != "" {
			d.words(plain, "> spoke "+t.Spoke)
		}
	case t.Spoke != "":
		d.para("spoke")
		d.words(plain, t.Spoke)
	default:
		d.para("from")
	}
	if t.Rank > 0 && t.Spoke != "" {
		d.word(plain, "rank "+strconv.Itoa(t.Rank))
	}
	if t.Source.IsValid() && t.Destination.IsValid() {
		d.word(dim, t.Source.String()+" > "+t.Destination.String())
	}
	d.close()
}

// path is how the tunnel's spoke is reached, and what would be next.
func (d *detail) path() {
	s := d.spoke
	if s == nil {
		return
	}
	d.para("path")
	d.word(pathStyle(s.Path), d.glyphs.path(s.Path)+" "+string(s.Path))
	if lasting := d.lasting(s.Since); lasting != "" {
		d.words(plain, lasting+d.before(string(s.Was), s.WasSince)+":")
	}
	d.carrier()
	d.next()
	d.close()
}

// history is what the spoke has been through so far.
func (d *detail) history() {
	s := d.spoke
	if s == nil || s.OnBackup <= 0 && s.Unprotected <= 0 {
		return
	}
	d.para("so far")
	if s.OnBackup > 0 {
		d.words(plain, "on backup for "+text.Span(s.OnBackup)+separator(s.Unprotected <= 0))
	}
	if s.Unprotected > 0 {
		d.words(plain, "unprotected for "+text.Span(s.Unprotected))
	}
	d.close()
}

// carrier says what carries the spoke's traffic.
func (d *detail) carrier() {
	switch s := d.spoke; {
	case s.Path == fleet.PathUnseen:
		d.words(plain, "this vantage point does not know the spoke")
	case s.Active == "" && s.Path == fleet.PathNone:
		d.words(down, "nothing carries the traffic: no tunnel of the spoke is up")
	case s.Active == "":
		d.words(plain, "not known yet: a tunnel of the spoke is still pending")
	default:
		d.words(plain, d.named(s.Active)+" carries the traffic;")
	}
}

// next says what would carry it if that went down.
func (d *detail) next() {
	switch s := d.spoke; {
	case s.Active == "":
	case s.Next != "":
		d.words(plain, d.named(s.Next)+" would take over")
	case s.Ranked:
		d.words(degraded, "nothing would take over: unprotected")
	default:
		d.words(dim, "the spoke has no other")
	}
}

// named is a tunnel's name, or that it is this one.
func (d *detail) named(name string) string {
	if name == d.tunnel.Name {
		return "this tunnel"
	}
	return name
}

// siblingsShown is more than a spoke has in any network that is well thought out.
const siblingsShown = 8

// siblings are all tunnels of the spoke, by rank, if there are others.
func (d *detail) siblings() {
	places := d.siblingPlaces()
	if len(places) < 2 {
		return
	}
	d.para("tunnels")
	for _, place := range places[:min(len(places), siblingsShown)] {
		t := d.m.board.rows[place].Tunnel
		d.word(stateStyle(t.State), d.glyphs.state(t.State)+" "+d.named(t.Tunnel.Name))
		d.word(dim, "rank "+strconv.Itoa(t.Tunnel.Rank)+separator(place == places[len(places)-1]))
	}
	if more := len(places) - siblingsShown; more > 0 {
		d.words(dim, "and "+strconv.Itoa(more)+" more")
	}
	d.close()
}

func separator(last bool) string {
	if last {
		return ""
	}
	return ";"
}

// siblingPlaces are the positions of the spoke's tunnels, by rank.
func (d *detail) siblingPlaces() []int {
	if d.spoke == nil {
		return nil
	}
	b := &d.m.board
	var places []int
	for _, position := range b.members.of(int(b.spokeOf[d.position])) {
		places = append(places, int(position))
	}
	slices.SortStableFunc(places, func(x, y int) int {
		return b.declared.Tunnels[x].Rank - b.declared.Tunnels[y].Rank
	})
	return places
}

// route is the kernel's own for the spoke's watched prefix.
func (d *detail) route() {
	if d.spoke == nil || d.spoke.Route == nil {
		return
	}
	r := d.spoke.Route
	d.para("route")
	d.words(plain, r.Prefix)
	d.words(plain, wayOf(r))
	if r.Tunnel != "" {
		d.words(plain, "("+d.named(r.Tunnel)+")")
	}
	switch more := r.NextHops - 1; {
	case more == 1:
		d.words(dim, "and one more way")
	case more > 1:
		d.words(dim, "and "+strconv.Itoa(more)+" more ways")
	}
	if d.spoke.BlackHole {
		d.words(down, "a black hole (R2)"+d.lasting(d.spoke.BlackHoleSince)+": it points into a tunnel that is down")
	}
	d.close()
}

// wayOf is where a route leads.
func wayOf(r *fleet.Route) string {
	way := r.Type
	if r.Device != "" {
		way += " by " + r.Device
	}
	if r.Gateway != "" {
		way += " to " + r.Gateway
	}
	return way
}

// incident is the one that the tunnel is a member of.
func (d *detail) incident() {
	if d.report.Incident == 0 {
		return
	}
	d.para("incident")
	d.words(down, "#"+strconv.FormatUint(d.report.Incident, 10))
	for i := range d.m.board.incidents {
		if known := &d.m.board.incidents[i]; known.Number == d.report.Incident {
			d.words(plain, known.Text())
		}
	}
	d.close()
}

// mute is why nobody is to be bothered.
func (d *detail) mute() {
	mute, muted := d.m.settings.Mutes[d.tunnel.Name]
	if !muted {
		return
	}
	d.para("muted")
	if mute.Note != "" {
		d.words(plain, mute.Note)
	}
	if !mute.Since.IsZero() {
		d.words(dim, "(since "+d.clock(mute.Since)+", m undoes it)")
	}
	d.close()
}
