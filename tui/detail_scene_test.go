package tui

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"greylag/fleet"
)

// told is a scene whose report is changed before it is shown: what was observed
// beside the keepalives is written by hand.
type told struct {
	*scene
	tunnel    func(t *fleet.TunnelReport) // of the subject
	spoke     func(s *fleet.SpokeReport)  // of its spoke
	incidents []fleet.Incident
	looks     uint64
}

// subject is the tunnel that the tests of detail look at; its spoke has another.
const (
	subject      = "fra1-seoul-1"
	subjectSpoke = "seoul-1"
)

func (s *told) Report(now time.Time, into *fleet.Report) *fleet.Report {
	r := s.scene.Report(now, into)
	for i := range r.Tunnels {
		if t := &r.Tunnels[i]; t.Tunnel.Name == subject && s.tunnel != nil {
			s.tunnel(t)
		}
	}
	for i := range r.Spokes {
		if r.Spokes[i].Spoke.Name == subjectSpoke && s.spoke != nil {
			s.spoke(&r.Spokes[i])
		}
	}
	return r
}

// Changes says that a Report tells more: what is written by hand has no versions.
func (s *told) Changes(now time.Time, _ uint64, into *fleet.Changes) *fleet.Changes {
	s.looks++
	c := s.scene.Changes(now, 0, into)
	c.Incidents = s.looks
	return c
}

func (s *told) Incidents(into []fleet.Incident) []fleet.Incident { return append(into, s.incidents...) }

// declared is everything that an inventory may say of the subject.
func declared(i int, t *fleet.Tunnel) {
	if i > 0 {
		return
	}
	t.TTL, t.TOS, t.UpAfter = 255, 192, 2
	t.Key, t.HasKey, t.Sequence = 1017, true, true
	t.Payload, t.Match = fleet.Signed, fleet.MatchID
	t.Device, t.ReplyTo = "eth0", netip.MustParseAddr("203.0.113.9")
	t.Destination = netip.MustParseAddr("198.51.100.17")
	t.Tags, t.Line = []string{"apac", "gold"}, 41
	t.Peer = &fleet.Peer{
		URPF: "strict", IPsec: fleet.CryptoMap, FrontVRF: "red", InsideVRF: "blue", ACLPermitsGRE: true,
		KeepaliveInterval: 5 * time.Second, KeepaliveRetries: 4,
	}
}

// failing is a fleet of four in which the subject failed: up for 30 s, then
// silent for 12.
func failing() *told {
	s := newScene(4, declared)
	s.run(30)
	s.cut(subject)
	s.run(12)
	return &told{scene: s}
}

// working is the same fleet, well.
func working() *told {
	s := newScene(4, declared)
	s.run(42)
	return &told{scene: s}
}

// lookAround and others are what the store says, or might.
const (
	lookAround = "look there at the tunnel interface, unicast RPF (`show ip traffic | section Drop`), access list, VRF and IPsec (R15-R19)"
	isItThere  = "look whether it runs, at the way to it, and whether ICMP echo is filtered"
	rpfText    = "R17: unicast RPF (strict) on the far end's tunnel interface drops the answer"
	rpfFix     = "remove `ip verify unicast` from the far end's tunnel interface"
	permit     = "permit there: `permit gre host 192.0.2.10 host 198.51.100.17`"
)

var farEnd = netip.MustParseAddr("198.51.100.17")

// because makes the subject down for a reason, with its evidence.
func because(reason fleet.Reason, evidence ...fleet.Evidence) func(*fleet.TunnelReport) {
	return func(t *fleet.TunnelReport) {
		t.Reason, t.Detail, t.Evidence = reason, evidence[0].Text, nil
		for _, e := range evidence {
			if e.Count > 0 { // it is observed, once more with each look
				e.Time = t.Time.Add(-2 * time.Second)
			}
			t.Evidence = append(t.Evidence, e)
		}
	}
}

// blackHoled is the richest of them.
var blackHoled = because(fleet.ReasonBlackHole,
	fleet.Evidence{Kind: fleet.EvidenceEcho, Count: 10, From: farEnd, Fix: lookAround,
		Text: "198.51.100.17 answers ICMP echo, and keepalives do not come back (R2)"},
	fleet.Evidence{Kind: fleet.EvidencePeer, Count: 120, From: farEnd, Fix: lookAround,
		Text: "the far end's own keepalives arrive every 5 s: its way here works"},
	fleet.Evidence{Kind: fleet.EvidenceTTL, Count: 1, Text: "the answers' TTL changed from 254 to 250: they come back by another way"},
	fleet.Evidence{Kind: fleet.EvidenceRule, Text: rpfText, Fix: rpfFix},
)

// detailCase is a state in which the detail is looked at.
type detailCase struct {
	name   string
	source func() *told
	before func(m *model)
}

func downBecause(change func(*fleet.TunnelReport)) func() *told {
	return func() *told {
		s := failing()
		s.tunnel = change
		return s
	}
}

var detailCases = []detailCase{
	{"up", working, nil},
	{"peer", func() *told {
		s := working()
		s.tunnel = func(t *fleet.TunnelReport) {
			t.PeerReflected, t.PeerLast, t.PeerInterval = 12345, t.Time.Add(-3*time.Second), 4999*time.Millisecond
		}
		s.spoke = func(p *fleet.SpokeReport) {
			p.Route = &fleet.Route{Prefix: "10.17.0.0/16", Device: "gre1", Gateway: "10.0.0.1", Tunnel: subject, NextHops: 2}
			p.OnBackup = 3 * time.Minute
		}
		return s
	}, nil},
	{"down-unknown", failing, nil},
	{"down-local", downBecause(because(fleet.ReasonLocal, fleet.Evidence{Kind: fleet.EvidenceLocal, Count: 12,
		Text: "ENETUNREACH: network is unreachable", Fix: "look at `ip route get 198.51.100.17`"})), nil},
	{"down-prohibited", downBecause(because(fleet.ReasonProhibited, fleet.Evidence{Kind: fleet.EvidenceICMP, Count: 3,
		From: netip.MustParseAddr("203.0.113.77"), Fix: permit,
		Text: "ICMP 3/13 (administratively prohibited): an access list on the way or at the far end does not permit GRE (R18)"})), nil},
	{"down-no-gre", downBecause(because(fleet.ReasonNoGRE, fleet.Evidence{Kind: fleet.EvidenceICMP, Count: 1, From: farEnd,
		Text: "the far end has no GRE at all (ICMP 3/2, protocol unreachable)",
		Fix:  "configure the tunnel there (on Linux `modprobe ip_gre` too), or look whether the destination is the right machine"})), nil},
	{"down-unreachable", downBecause(because(fleet.ReasonUnreachable, fleet.Evidence{Kind: fleet.EvidenceICMP, Count: 8,
		From: netip.MustParseAddr("203.0.113.1"), Fix: "look at the route to 198.51.100.17 there; `traceroute 198.51.100.17`",
		Text: "ICMP 3/1 (host unreachable) by 203.0.113.1: no route to 198.51.100.17 there, or no ARP answer from it"})), nil},
	{"down-black-hole", downBecause(blackHoled), nil},
	{"down-silent", downBecause(func(t *fleet.TunnelReport) {
		because(fleet.ReasonSilent, fleet.Evidence{Kind: fleet.EvidenceEcho, Count: 9, Fix: isItThere,
			Text: "198.51.100.17 answers neither keepalives nor ICMP echo"})(t)
		t.Advice = []fleet.Advice{{Rule: "R17", Message: "unicast RPF (strict) drops the answer", Fix: rpfFix}, {Rule: "R16"}}
	}), nil},
	{"degraded", func() *told {
		s := newScene(4, declared)
		s.lines[s.number(subject)].lossEvery = 5
		s.run(42)
		return &told{scene: s}
	}, nil},
	{"slow", func() *told {
		s := newScene(4, declared)
		s.lines[s.number(subject)].rtt = 300 * time.Millisecond
		s.run(42)
		return &told{scene: s}
	}, nil},
	{"missing", func() *told {
		s := newScene(4, declared)
		s.run(40)
		s.cut(subject)
		s.run(2)
		return &told{scene: s}
	}, nil},
	{"pending", func() *told {
		s := newScene(4, declared)
		s.cut(subject)
		s.run(2)
		return &told{scene: s}
	}, nil},
	{"restarted", func() *told {
		s := newScene(4, declared)
		s.cut(subject)
		s.run(2)
		return &told{scene: s, tunnel: func(t *fleet.TunnelReport) {
			t.Was, t.WasSince = fleet.Down, s.now.Add(-50*time.Hour)
		}, spoke: func(p *fleet.SpokeReport) { p.Was, p.WasSince = fleet.PathBackup, s.now.Add(-50*time.Minute) }}
	}, nil},
	{"disabled", func() *told {
		s := newScene(4, declared, func(i int, t *fleet.Tunnel) { t.Enabled = i > 0 })
		s.run(5)
		return &told{scene: s}
	}, nil},
	{"muted", downBecause(blackHoled), func(m *model) {
		press(m, "m")
		typed(m, "the carrier works on it until six, ticket 4711", "enter")
	}},
	{"incident", func() *told {
		s := failing()
		s.tunnel = func(t *fleet.TunnelReport) { blackHoled(t); t.Incident = 3 }
		s.incidents = []fleet.Incident{
			{Number: 4, Factor: fleet.FactorTag, Value: "emea", Shared: 9, Down: 9, Members: make([]string, 9), Start: dawn},
			{Number: 3, Factor: fleet.FactorHub, Value: "fra1", Shared: 500, Down: 40, Members: make([]string, 40),
				Start: dawn.Add(33 * time.Second), Time: dawn.Add(40 * time.Second), Reason: fleet.ReasonBlackHole},
		}
		s.spoke = func(p *fleet.SpokeReport) {
			p.Route = &fleet.Route{Prefix: "10.17.0.0/16", Device: "gre1", Tunnel: subject}
			p.BlackHole, p.BlackHoleSince = true, dawn.Add(33*time.Second)
		}
		return s
	}, nil},
}

// openCase opens the detail of a case's subject.
func openCase(c *detailCase, width, height int, options ...func(*Options)) *model {
	s := c.source()
	m := open(s, s.scene, width, height, options...)
	m.reveal(m.board.position(subject))
	press(m, "enter")
	if c.before != nil {
		c.before(m)
		m.message = message{}
	}
	return m
}

// caseNamed is the case of that name.
func caseNamed(t testing.TB, name string) *detailCase {
	for i := range detailCases {
		if detailCases[i].name == name {
			return &detailCases[i]
		}
	}
	t.Fatalf("no case %s", name)
	return nil
}

// paneOf is the detail alone, as it is on the screen.
func paneOf(m *model) string {
	l := m.layout()
	c := newCanvas(m.theme, l.bodyWidth, l.bodyHeight)
	if l.beside {
		c.reset(l.sideWidth, l.bodyHeight)
	}
	m.views[detailView].draw(m, c)
	return c.String()
}

// pageOf is the whole page as plain text, without the spaces at the ends of lines.
func pageOf(m *model) string {
	c := newCanvas(m.theme, m.width, m.views[detailView].(*detailPane).page.line())
	m.views[detailView].draw(m, c)
	return unstyled(c.String())
}

// unstyled is text without styles and without spaces at the ends of lines.
func unstyled(styled string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(ansi.Strip(styled), "\n") {
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// onPage checks that each text is on the page, with its line breaks taken out.
func onPage(t *testing.T, m *model, texts ...string) {
	t.Helper()
	page := strings.Join(strings.Fields(pageOf(m)), " ")
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("%q is not on the page:\n%s", text, pageOf(m))
		}
	}
}

// offPage checks that none of the texts is on the page.
func offPage(t *testing.T, m *model, texts ...string) {
	t.Helper()
	page := strings.Join(strings.Fields(pageOf(m)), " ")
	for _, text := range texts {
		if strings.Contains(page, text) {
			t.Errorf("%q is on the page:\n%s", text, pageOf(m))
		}
	}
}
