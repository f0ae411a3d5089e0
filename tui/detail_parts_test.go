package tui

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"greylag/fleet"
	"greylag/probe"
)

// one is the detail of a tunnel with a report that is written by hand.
func one(change func(*fleet.TunnelReport), options ...func(i int, t *fleet.Tunnel)) *model {
	s := &told{scene: newScene(2, options...), tunnel: change}
	m := open(s, s.scene, 100, 40)
	m.reveal(m.board.position(subject))
	press(m, "enter")
	return m
}

// TestNextStep: what the counter says of what comes next, worked out from R9 to
// R11: with retries 3, three unanswered, and down as the fourth falls due.
func TestNextStep(t *testing.T) {
	for _, c := range []struct {
		state             fleet.State
		counter           uint32
		inFlight          uint64
		retries, upAfter  int
		interval          time.Duration
		probe             fleet.Probe
		bar, want, unwant string
	}{
		{fleet.Up, 0, 0, 3, 1, 5 * time.Second, "", "▱▱▱ 0/3", "nothing is missing", "down as"},
		{fleet.Up, 1, 1, 3, 1, 5 * time.Second, "", "▱▱▱ 0/3", "nothing is missing", "down as"}, // on its way
		{fleet.Up, 1, 0, 3, 1, 5 * time.Second, "", "▰▱▱ 1/3",
			"down as the 3rd keepalive from now falls due, within 15s, if none is answered", "nothing is missing"},
		{fleet.Up, 2, 1, 3, 1, 5 * time.Second, "", "▰▰▱ 2/3",
			"down as the 2nd keepalive from now falls due, within 10s, if none is answered", ""},
		{fleet.Up, 3, 1, 3, 1, 5 * time.Second, "", "▰▰▰ 3/3",
			"down as the next keepalive falls due, unless one is answered before", "from now"},
		{fleet.Degraded, 4, 1, 4, 1, 5 * time.Second, fleet.Echo, "▰▰▰▰ 4/4", "down as the next echo falls due", "keepalive falls"},
		{fleet.Up, 1, 1, 1, 1, time.Second, "", "▱ 0/1", "nothing is missing", "down as"},
		{fleet.Pending, 1, 0, 1, 1, time.Second, "", "▰ 1/1", "down as the next keepalive falls due", ""},
		{fleet.Down, 4, 1, 3, 1, time.Second, "", "▰▰▰ 4/3", "one answer brings it up", "down as"},
		{fleet.Down, 70000, 1, 3, 5, time.Second, "", "▰▰▰ 70000/3", "5 answers in a row bring it up", "down as"},
		{fleet.Down, 4, 1, 3, 0, time.Second, "", "▰▰▰ 4/3", "an answer brings it up, where up_after is 1", ""}, // a stream tells no up_after
		{fleet.Up, 9, 0, 255, 1, time.Minute, "", "▰▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱ 9/255",
			"down as the 247th keepalive from now falls due, within 4h7m", ""},
		{fleet.Up, 9, 0, 20, 1, time.Minute, "", "▰▰▰▰▰▰▰▰▰▱▱▱▱▱▱▱▱▱▱▱ 9/20", "the 12th keepalive", ""},
		{fleet.Up, 9, 0, 0, 1, time.Minute, "", "counter 9, retries not known", "", "9/0"},
	} {
		t.Run(fmt.Sprintf("%s %d/%d", c.state, c.counter, c.retries), func(t *testing.T) {
			m := one(func(r *fleet.TunnelReport) {
				r.State, r.Counter, r.InFlight = c.state, c.counter, c.inFlight
			}, func(_ int, t *fleet.Tunnel) {
				t.Retries, t.UpAfter, t.Interval, t.Probe = c.retries, uint8(c.upAfter), c.interval, c.probe
			})
			onPage(t, m, c.bar, c.want)
			if c.unwant != "" {
				offPage(t, m, c.unwant)
			}
		})
	}
	m := one(func(r *fleet.TunnelReport) { r.State = fleet.Disabled })
	offPage(t, m, "counter", "From here") // never probed: there is no 0 to show
}

// TestPath: what carries the traffic now, and what would take over.
func TestPath(t *testing.T) {
	since := dawn.Add(-90 * time.Second)
	for _, c := range []struct {
		name  string
		spoke fleet.SpokeReport
		want  string
	}{
		{"primary", fleet.SpokeReport{Path: fleet.PathPrimary, Active: subject, Next: "ams2-seoul-1", Ranked: true},
			"✓ primary since 02:48:30, for 1m30s: this tunnel carries the traffic; ams2-seoul-1 would take over hub"},
		{"unprotected", fleet.SpokeReport{Path: fleet.PathPrimary, Active: subject, Ranked: true},
			"this tunnel carries the traffic; nothing would take over: unprotected hub"},
		{"alone", fleet.SpokeReport{Path: fleet.PathPrimary, Active: subject},
			"this tunnel carries the traffic; the spoke has no other hub"},
		{"backup", fleet.SpokeReport{Path: fleet.PathBackup, Active: "ams2-seoul-1", Next: subject, Ranked: true},
			"↷ backup since 02:48:30, for 1m30s: ams2-seoul-1 carries the traffic; this tunnel would take over hub"},
		{"none", fleet.SpokeReport{Path: fleet.PathNone, Ranked: true},
			"∅ none since 02:48:30, for 1m30s: nothing carries the traffic: no tunnel of the spoke is up hub"},
		{"pending", fleet.SpokeReport{Path: fleet.PathPending, Ranked: true},
			"? pending since 02:48:30, for 1m30s: not known yet: a tunnel of the spoke is still pending hub"},
		{"totals", fleet.SpokeReport{Path: fleet.PathNone, OnBackup: time.Hour, Unprotected: 2 * time.Minute},
			"so far on backup for 1h; unprotected for 2m"},
		{"route", fleet.SpokeReport{Path: fleet.PathNone, Route: &fleet.Route{Prefix: "10.17.0.0/16", Device: "gre1", Gateway: "10.0.0.1", NextHops: 3}},
			"route 10.17.0.0/16 by gre1 to 10.0.0.1 and 2 more ways hub"},
		{"no way", fleet.SpokeReport{Path: fleet.PathNone, Route: &fleet.Route{Prefix: "10.17.0.0/16", Type: "unreachable"}},
			"route 10.17.0.0/16 unreachable hub"},
		{"black hole", fleet.SpokeReport{Path: fleet.PathNone, BlackHole: true, BlackHoleSince: since,
			Route: &fleet.Route{Prefix: "10.17.0.0/16", Device: "gre1", Tunnel: subject}},
			"(this tunnel) a black hole (R2) since 02:48:30, for 1m30s: it points into a tunnel that is down"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &told{scene: newScene(2), spoke: func(p *fleet.SpokeReport) {
				c.spoke.Spoke, c.spoke.Since = p.Spoke, since
				*p = c.spoke
			}}
			m := open(s, s.scene, 150, 80)
			m.reveal(m.board.position(subject))
			press(m, "5")
			onPage(t, m, c.want)
		})
	}
}

// TestSiblings: by rank, not in the inventory's order, and not more than can be read.
func TestSiblings(t *testing.T) {
	m := one(nil, func(i int, t *fleet.Tunnel) { t.Rank = 2 - i })
	onPage(t, m, "tunnels ? ams2-seoul-1 rank 1; ? this tunnel rank 2")

	m = one(nil, func(i int, t *fleet.Tunnel) { t.Spoke = []string{"seoul-1", "else"}[i] })
	offPage(t, m, "tunnels")

	s := newScene(30, func(i int, t *fleet.Tunnel) { t.Spoke, t.Rank = "seoul-1", i+1 })
	m = openScene(s, 100, 40)
	press(m, "5")
	onPage(t, m, "rank 8; and 22 more")
	offPage(t, m, "rank 9")
}

// TestUnknownIsLeftOut: what another greylag's stream does not tell is no 0.
func TestUnknownIsLeftOut(t *testing.T) {
	m := one(func(r *fleet.TunnelReport) {
		r.State, r.Availability, r.Since = fleet.Up, -1, time.Time{}
		r.Sent, r.Received = 10, 10
	}, func(_ int, t *fleet.Tunnel) {
		*t = fleet.Tunnel{Name: t.Name, Hub: "fra1", Rank: 1, Enabled: true}
	})
	onPage(t, m, subject+" up hub fra1 counter 0, retries not known", "Declared key none")
	offPage(t, m, "invalid", "availability", "last reply", "limit", "ttl", "payload", "checksum", "interval",
		"path", "since", "rtt", "loss ", " ago", "0/0", "Declared of the far end")
}

// TestDeclared: every option, in the inventory's words.
func TestDeclared(t *testing.T) {
	m := one(nil, declared)
	onPage(t, m, "Declared in line 41")
	for _, line := range []string{
		"source 192.0.2.10", "destination 198.51.100.17", "reply_to 203.0.113.9", "device eth0", "probe keepalive", "interval 1s",
		"retries 3", "up_after 2", "key 1017", "checksum off", "sequence on", "payload signed", "match id", "ttl, tos 255, 192",
		"tags apac, gold",
	} {
		onPage(t, m, line)
	}
	onPage(t, m, "mode point-to-point", "urpf strict", "ipsec crypto-map", "front_vrf red", "inside_vrf blue", "acl permits true",
		"keepalive every 5s, retries 4", "declared every 5s, retries 4")

	m = one(nil, func(_ int, t *fleet.Tunnel) {
		t.Peer, t.HasKey = &fleet.Peer{Multipoint: true}, true
	})
	onPage(t, m, "key 0", "mode multipoint (R15)", "acl permits false (R18)", "keepalive none (R13)")
	offPage(t, m, "urpf", "_vrf")
}

// TestFarEndsKeepalives: R12, R13.
func TestFarEndsKeepalives(t *testing.T) {
	m := one(func(r *fleet.TunnelReport) {
		r.State, r.Sent, r.PeerReflected, r.PeerLast, r.PeerInterval = fleet.Up, 1, 7, dawn.Add(-65*time.Second), 4997*time.Millisecond
	})
	onPage(t, m, "The far end's own keepalives", "answered 7", "last 1m ago, 02:48:55", "every 5s")
	offPage(t, m, "declared every")

	m = one(func(r *fleet.TunnelReport) { // that they stopped is among the evidence
		r.State, r.PeerReflected, r.PeerLast, r.PeerInterval = fleet.Up, 7, dawn.Add(-65*time.Second), 5*time.Second
		r.Evidence = []fleet.Evidence{{Kind: fleet.EvidencePeer, Text: "they stopped 65 s ago"}}
	})
	onPage(t, m, "peer they stopped 65 s ago")
	if page := paneOf(m); !strings.Contains(page, m.theme.starts[0][degraded]+"1m ago") {
		t.Errorf("the last is not marked: %q", page)
	}

	m = one(func(r *fleet.TunnelReport) { r.State, r.Sent, r.PeerReflected = fleet.Up, 1, 1 })
	onPage(t, m, "answered 1", "every not known")
	m = one(func(r *fleet.TunnelReport) { r.State, r.Sent = fleet.Up, 1 })
	onPage(t, m, "answered none so far")
}

// TestDetailCountsFromTheMark: every counter does, and the page says from when.
func TestDetailCountsFromTheMark(t *testing.T) {
	s := working()
	reads := uint64(0)
	s.tunnel = func(r *fleet.TunnelReport) {
		reads++
		r.Late, r.Duplicate, r.Unmatched, r.SendErrors, r.Excused = 10*reads, 20*reads, 30*reads, 40*reads, 50*reads
	}
	m := open(s, s.scene, 100, 40)
	m.reveal(m.board.position(subject))
	press(m, "enter")
	onPage(t, m, "sent 42", "late 10", "duplicates 20", "unmatched 30", "send errors 40", "excused 50", "of 42")
	offPage(t, m, "From here, since")
	press(m, "z")
	onPage(t, m, "From here, since 02:50:42", "sent 0", "none excused, late, duplicates, unmatched, send errors")
	s.cut(subject)
	s.run(3)
	look(m)
	onPage(t, m, "sent 3", "answered 0", "lost 2", "in flight 1", "late 10", "excused 50", "loss 100% since 02:50:42")
	press(m, "Z")
	onPage(t, m, "sent 45", "lost 2", "late 20")
}

// TestChanges: the tunnel's and its spoke's, nobody else's, the newest first, with
// how long it was down.
func TestChanges(t *testing.T) {
	s := &told{scene: newScene(4)}
	s.run(5)
	s.cut(subject, "fra1-tokyo-1")
	s.run(10)
	s.mend(subject)
	s.run(1)
	m := open(s, s.scene, 100, 40)
	m.reveal(m.board.position(subject))
	press(m, "enter")
	_, changes, _ := strings.Cut(pageOf(m), " Changes\n")
	want := []string{
		" 02:50:15 ✓ spoke seoul-1 backup > primary  via fra1-seoul-1",
		" 02:50:15 ✓ down > up  after 7s", // down as the fourth fell due, at :08
		" 02:50:08 ↷ spoke seoul-1 primary > backup  via ams2-seoul-1",
		" 02:50:08 ✗ up > down",
		" 02:50:00 ✓ spoke seoul-1 protected again  via fra1-seoul-1",
		" 02:50:00 ✓ spoke seoul-1 pending > primary  via fra1-seoul-1",
		" 02:50:00 ✓ pending > up",
		" Declared",
	}
	got := strings.Split(changes, "\n")[:len(want)]
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for range 5 {
		s.cut(subject)
		s.run(5)
		s.mend(subject)
		s.run(1)
	}
	look(m)
	if got := strings.Count(pageOf(m), "\n 02:5"); got != changesShown {
		t.Errorf("%d changes, want the newest %d", got, changesShown)
	}
	onPage(t, m, "older ones are in the view of events")

	m = one(nil)
	onPage(t, m, "Changes none seen")
}

// TestPlot: the last keepalives over time: of the answers the least and the
// greatest, of the others a mark each.
func TestPlot(t *testing.T) {
	m := openCase(caseNamed(t, "down-unknown"), 80, 70)
	lost := ""
	for line := range strings.SplitSeq(pageOf(m), "\n") {
		if label, rest, _ := strings.Cut(line, "|"); strings.TrimSpace(label) == "lost" {
			lost = rest
		}
	}
	// 12 of 42 were sent since, the last is in flight: 11 of 41 seconds are missing.
	misses := strings.TrimLeft(strings.TrimSuffix(lost, "_"), " ")
	if want := (len(lost) - 1) * 11 / 41; strings.Trim(misses, "x") != "" || len(misses) < want-1 || len(misses) > want+1 {
		t.Errorf("%q, want %d columns of misses without a gap, and what is in flight", lost, want)
	}
	onPage(t, m, "-41s -20s now") // 42 keepalives, a second apart
}

// TestDetailOfUnsent: keepalives that could not be sent are marked, and errors count.
func TestDetailOfUnsent(t *testing.T) {
	s := working()
	var facts []probe.Event
	for seq := uint32(43); seq < 46; seq++ {
		at := s.now.Add(time.Duration(seq-43) * time.Second)
		facts = append(facts, probe.Event{Kind: probe.Sent, Seq: seq, Counter: seq - 42, At: at},
			probe.Event{Kind: probe.Unsent, Seq: seq, Counter: seq - 42, At: at, Err: fmt.Errorf("no route")})
	}
	s.Record(facts)
	m := open(s, s.scene, 100, 70)
	m.reveal(m.board.position(subject))
	press(m, "enter")
	onPage(t, m, "send errors 3", "sent 42")
	// The last three of 45: two intervals of 44, and the newest one's column.
	lost := lineWith(m, "lost|")
	_, row, _ := strings.Cut(lost, "|")
	marks := strings.Count(lost, "!")
	if want := len(row)*2/44 + 1; marks < want-1 || marks > want+1 || !strings.Contains(lost, strings.Repeat("!", marks)) {
		t.Errorf("marks %q, want about %d together that were not sent", lost, want)
	}
}

// TestMuteAndIncidentAreSaid: in the detail, as the user wrote it.
func TestMuteAndIncidentAreSaid(t *testing.T) {
	m := openCase(caseNamed(t, "muted"), 100, 60)
	onPage(t, m, "muted the carrier works on it until six, ticket 4711 (since 02:50:42, m undoes it)")
	m = openCase(caseNamed(t, "incident"), 100, 60)
	onPage(t, m, "incident #3 40 of the 500 tunnels of hub fra1 are down since 02:50:33 UTC: black-hole")
	offPage(t, m, "emea")
}

// TestAddressText: what is not known is nothing.
func TestAddressText(t *testing.T) {
	if got := addressText(netip.Addr{}); got != "" {
		t.Errorf("%q", got)
	}
}

// TestEnds: from where to where, as far as that is known.
func TestEnds(t *testing.T) {
	for _, c := range []struct {
		hub, spoke string
		rank       int
		want       string
	}{
		{"fra1", "seoul-1", 2, "hub fra1 > spoke seoul-1 rank 2 192.0.2.10 > 198.18.0.0 "},
		{"fra1", "", 1, "hub fra1 192.0.2.10 > 198.18.0.0 "},
		{"", "seoul-1", 1, "spoke seoul-1 rank 1 192.0.2.10 > 198.18.0.0 "},
		{"", "", 1, "from 192.0.2.10 > 198.18.0.0 "},
	} {
		m := one(nil, func(_ int, t *fleet.Tunnel) { t.Hub, t.Spoke, t.Rank = c.hub, c.spoke, c.rank })
		onPage(t, m, c.want)
	}
}

// TestLossOf: the ratio is of the last 100, or of those that there were.
func TestLossOf(t *testing.T) {
	for _, c := range []struct {
		received, lost uint64
		want           string
	}{{99, 0, "loss 0% of 99"}, {90, 10, "loss 10% of the last 100"}, {1, 0, "loss 0% of 1"}} {
		m := one(func(r *fleet.TunnelReport) {
			r.State, r.Received, r.Lost, r.Loss = fleet.Up, c.received, c.lost, float64(c.lost)/100
			r.RTT = fleet.RTT{Samples: 1, Last: time.Second}
		})
		onPage(t, m, c.want)
		offPage(t, m, "jitter") // one round trip has none
	}
}

// TestClock: a time of day, with its day where that is long ago.
func TestClock(t *testing.T) {
	for _, c := range []struct {
		ago  time.Duration
		want string
	}{
		{time.Hour, "up since 01:50:00, for 1h"},
		{24*time.Hour - time.Second, "up since 02:50:01, for 23h59m"},
		{24 * time.Hour, "up since Nov 21 02:50, for 1d"},
	} {
		m := one(func(r *fleet.TunnelReport) { r.State, r.Since = fleet.Up, dawn.Add(-c.ago) })
		onPage(t, m, c.want)
	}
}

func TestOrdinal(t *testing.T) {
	for n, want := range map[int64]string{1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 21: "21st", 102: "102nd", 111: "111th"} {
		if got := ordinal(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}
