package stream

import (
	"cmp"
	"errors"
	"net/netip"
	"strings"

	"greylag/fleet"
)

// The types named …Line and …Part are what the JSON looks like; a pointer is a field
// whose absence differs from its zero value.

type helloLine struct {
	Schema  int    `json:"schema"`
	Version string `json:"version"`
	Host    string `json:"host"`
	Time    stamp  `json:"time"`
	Tunnels int    `json:"tunnels"`
	Spokes  int    `json:"spokes"`

	Every   inMillis `json:"every_ms"`
	Sources []string `json:"sources"`
}

func (l *helloLine) record() (Record, error) {
	if l.Schema > Schema { // first: what else is required may have changed
		return Record{}, &SchemaError{Schema: l.Schema, Version: l.Version}
	}
	err := cmp.Or(
		require(typeHello, "schema", l.Schema == Schema),
		require(typeHello, "time", !l.Time.time().IsZero()),
	)
	return Record{Hello: &Hello{
		Time: l.Time.time(), Version: l.Version, Host: l.Host, Tunnels: l.Tunnels, Spokes: l.Spokes,
		Every: l.Every.duration(), Sources: l.Sources,
	}}, err
}

type spokeLine struct {
	Time      stamp      `json:"time"`
	Name      string     `json:"name"`
	Path      fleet.Path `json:"path"`
	Since     stamp      `json:"since"`
	Was       fleet.Path `json:"was"`
	WasSince  stamp      `json:"was_since"`
	Active    string     `json:"active"`
	Rank      int        `json:"rank"`
	Protected bool       `json:"protected"`
	Ranked    bool       `json:"ranked"`
	Route     *routePart `json:"route"`

	Next        string   `json:"next"`
	DeadBackups []string `json:"dead_backups"`
	OnBackup    inMillis `json:"on_backup_ms"`
	Unprotected inMillis `json:"unprotected_ms"`

	BlackHole      bool  `json:"black_hole"`
	BlackHoleSince stamp `json:"black_hole_since"`
}

type routePart struct {
	Prefix   string `json:"prefix"`
	Device   string `json:"device"`
	Gateway  string `json:"gateway"`
	Type     string `json:"type"`
	Tunnel   string `json:"tunnel"`
	NextHops int    `json:"next_hops"`
}

// route is nil where there is none.
func (p *routePart) route() *fleet.Route {
	if p == nil {
		return nil
	}
	route := fleet.Route(*p)
	return &route
}

func (l *spokeLine) record() (Record, error) {
	err := cmp.Or(
		require(typeSpoke, "time", !l.Time.time().IsZero()),
		require(typeSpoke, "name", l.Name != ""),
		require(typeSpoke, "path", l.Path != ""),
	)
	s := &fleet.SpokeReport{
		Spoke: &fleet.Spoke{Name: l.Name}, Time: l.Time.time(), Path: l.Path, Since: l.Since.time(),
		Was: l.Was, WasSince: l.WasSince.time(),
		Active: l.Active, Rank: l.Rank, Protected: l.Protected, Ranked: l.Ranked,
		Next: l.Next, DeadBackups: l.DeadBackups, OnBackup: l.OnBackup.duration(), Unprotected: l.Unprotected.duration(),
		Route: l.Route.route(), BlackHole: l.BlackHole, BlackHoleSince: l.BlackHoleSince.time(),
	}
	return Record{Spoke: s}, err
}

type eventLine struct {
	Time   stamp        `json:"time"`
	From   string       `json:"from"`
	To     string       `json:"to"`
	Tunnel string       `json:"tunnel"`
	Reason fleet.Reason `json:"reason"`
	Detail string       `json:"detail"`

	Counter uint32   `json:"counter"`
	Outage  inMillis `json:"outage_ms"`
	Since   stamp    `json:"since"`

	Spoke     string `json:"spoke"`
	Active    string `json:"active"`
	Protected bool   `json:"protected"`

	Route     *routePart `json:"route"`
	BlackHole bool       `json:"black_hole"`

	Service string `json:"service"`
	Trouble bool   `json:"trouble"`
}

func (l *eventLine) record() (Record, error) {
	err := cmp.Or(
		require(typeEvent, "time", !l.Time.time().IsZero()),
		require(typeEvent, "tunnel", l.Tunnel != "" || l.Spoke != "" || l.Service != ""),
		require(typeEvent, "from", l.From != "" || l.Service != ""),
		require(typeEvent, "to", l.To != ""),
	)
	switch {
	case err != nil:
		return Record{}, err
	case l.Service != "":
		return Record{Event: l.serviceChange()}, nil
	case l.Tunnel != "" && l.Spoke != "":
		return Record{}, errors.New(`event record with both "tunnel" and "spoke", want one of them`)
	case l.Spoke != "":
		return Record{Event: l.pathChange()}, nil
	}
	return Record{Event: l.stateChange()}, nil
}

func (l *eventLine) stateChange() *fleet.Event {
	return &fleet.Event{
		Time: l.Time.time(), Tunnel: l.Tunnel, From: fleet.State(l.From), To: fleet.State(l.To),
		Reason: l.Reason, Detail: l.Detail, Counter: l.Counter, Outage: l.Outage.duration(), Since: l.Since.time(),
	}
}

// serviceChange takes an event with a service for that service's, whatever else it
// names: it may be of a later greylag.
func (l *eventLine) serviceChange() *fleet.Event {
	return &fleet.Event{
		Time: l.Time.time(), Service: l.Service, Tunnel: l.Tunnel, Spoke: l.Spoke, Was: oneWord(l.From), Is: oneWord(l.To),
		Trouble: l.Trouble, Detail: l.Detail,
	}
}

// oneWord is the first word of a text.
func oneWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return word
}

func (l *eventLine) pathChange() *fleet.Event {
	e := &fleet.Event{
		Time: l.Time.time(), Spoke: l.Spoke, FromPath: fleet.Path(l.From), ToPath: fleet.Path(l.To),
		Active: l.Active, Protected: l.Protected, Route: l.Route.route(), Since: l.Since.time(),
	}
	if e.Route != nil { // only then is it an event of the route
		e.BlackHole, e.Detail = l.BlackHole, l.Detail
	}
	return e
}

type summaryLine struct {
	Time    stamp               `json:"time"`
	Tunnels map[fleet.State]int `json:"tunnels"`
	Spokes  map[fleet.Path]int  `json:"spokes"`
	Engine  enginePart          `json:"engine"`
}

type enginePart struct {
	Sent       uint64 `json:"sent"`
	Received   uint64 `json:"received"`
	LateSends  uint64 `json:"late_sends"`
	Dropped    uint64 `json:"dropped"`
	SendErrors uint64 `json:"send_errors"`
}

func (l *summaryLine) record() (Record, error) {
	unprotected := l.Spokes[keyUnprotected]
	delete(l.Spokes, keyUnprotected) // it is no path
	s := &fleet.Summary{
		Time: l.Time.time(), Tunnels: l.Tunnels, Spokes: l.Spokes,
		Unprotected: unprotected, Engine: fleet.EngineReport(l.Engine),
	}
	return Record{Summary: s}, require(typeSummary, "time", !s.Time.IsZero())
}

type peerLine struct {
	Time      stamp      `json:"time"`
	Address   netip.Addr `json:"address"`
	Reflected uint64     `json:"reflected"`
	Limited   uint64     `json:"limited"`
	Refused   uint64     `json:"refused"`
	Last      stamp      `json:"last"`
	Interval  inMillis   `json:"interval_ms"`
}

func (l *peerLine) record() (Record, error) {
	p := &Peer{
		Time: l.Time.time(), Address: l.Address, Reflected: l.Reflected, Limited: l.Limited, Refused: l.Refused,
		Last: l.Last.time(), Interval: l.Interval.duration(),
	}
	return Record{Peer: p}, cmp.Or(
		require(typePeer, "time", !p.Time.IsZero()),
		require(typePeer, "address", p.Address.IsValid()),
	)
}
