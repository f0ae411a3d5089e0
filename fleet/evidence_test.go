package fleet

import (
	"strings"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/session"
)

func byEcho(t *Tunnel)      { t.Probe = Echo }
func everySecond(t *Tunnel) { t.Interval = time.Second }

// TestReason is CONTRACT's table: what is observed, and the reason at a moment.
// The tunnel's interval is 10 s, so an echo is unanswered after a second, and
// what was seen explains for 100 s.
func TestReason(t *testing.T) {
	const typ = 3
	cannot := failure(50, 6)
	asks := join(asked(20), asked(30), asked(40))
	tests := []struct {
		name   string
		inv    *Inventory
		events []probe.Event
		now    float64
		want   Reason
		says   string // a part of detail
	}{
		{"nothing known", oneTunnel(), outage(), 45, "", ""},
		{"up", oneTunnel(), join(outage(asks, refused(39, typ, 13, router)), recovery()), 51, "", ""},

		{"cannot send", oneTunnel(), join(outage(), cannot), 51, ReasonLocal, "ENETUNREACH: network is unreachable"},
		{"cannot send, and all else", oneTunnel(), join(outage(asks, replied(40), refused(39, typ, 13, router)), cannot), 51, ReasonLocal, "ENETUNREACH"},

		{"network prohibited", oneTunnel(), outage(refused(31, typ, 9, router)), 45, ReasonProhibited, "(ICMP 3/9) by 203.0.113.1: an access list on the way"},
		{"host prohibited", oneTunnel(), outage(refused(31, typ, 10, router)), 45, ReasonProhibited, "(ICMP 3/10)"},
		{"prohibited", oneTunnel(), outage(refused(31, typ, 13, router)), 45, ReasonProhibited,
			"administratively prohibited (ICMP 3/13) by 203.0.113.1: an access list on the way or at the far end does not permit GRE (R18)"},
		{"precedence", oneTunnel(), outage(refused(31, typ, 14, router)), 45, ReasonProhibited, "does not permit GRE with TOS 192"},
		{"precedence cutoff", oneTunnel(), outage(refused(31, typ, 15, router)), 45, ReasonProhibited, "(ICMP 3/15)"},
		{"prohibited by the far end", oneTunnel(), outage(refused(31, typ, 13, there)), 45, ReasonProhibited, "by 198.51.100.17, the far end itself: an access list there"},
		{"prohibited here", oneTunnel(), outage(refused(31, typ, 13, here)), 45, ReasonProhibited, "by 192.0.2.10, this host itself: a firewall rule here"},

		{"no GRE", oneTunnel(), outage(refused(31, typ, 2, there)), 45, ReasonNoGRE, "the far end has no GRE at all (ICMP 3/2, protocol unreachable)"},
		{"no tunnel", oneTunnel(), outage(refused(31, typ, 3, there)), 45, ReasonNoGRE, "the far end has GRE, but no tunnel for us: not configured, its interface down, or another key (ICMP 3/3)"},
		{"no GRE, says another", oneTunnel(), outage(refused(31, typ, 2, router)), 45, ReasonUnreachable, "protocol unreachable (ICMP 3/2) by 203.0.113.1: another address of 198.51.100.17"},
		{"no tunnel, says another", oneTunnel(), outage(refused(31, typ, 3, router)), 45, ReasonUnreachable, "or a firewall on the way"},

		{"network unreachable", oneTunnel(), outage(refused(31, typ, 0, router)), 45, ReasonUnreachable, "network unreachable (ICMP 3/0) by 203.0.113.1: no route to 198.51.100.17 there"},
		{"host unreachable", oneTunnel(), outage(refused(31, typ, 1, router)), 45, ReasonUnreachable, "host unreachable (ICMP 3/1) by 203.0.113.1"},
		{"host unreachable, says this host", oneTunnel(), outage(refused(31, typ, 1, here)), 45, ReasonUnreachable,
			"host unreachable (ICMP 3/1) by 192.0.2.10, this host itself: its kernel gets no ARP answer from the next hop"},
		{"too big", oneTunnel(), outage(refused(31, typ, 4, router)), 45, ReasonUnreachable, "fragmentation needed (ICMP 3/4)"},
		{"looping", oneTunnel(), outage(refused(31, 11, 0, router)), 45, ReasonUnreachable, "TTL exceeded (ICMP 11/0) by 203.0.113.1: a routing loop on the way, or ttl = 255 is too small"},
		{"a header", oneTunnel(), outage(refused(31, 12, 0, router)), 45, ReasonUnreachable, "parameter problem (ICMP 12/0)"},
		{"a code of no RFC", oneTunnel(), outage(refused(31, typ, 77, router)), 45, ReasonUnreachable, "unreachable (ICMP 3/77)"},
		{"no error at all", oneTunnel(), outage(refused(31, 8, 0, router)), 45, "", ""},

		{"prohibited beats no tunnel", oneTunnel(), outage(refused(31, typ, 13, router), refused(39, typ, 3, there)), 45, ReasonProhibited, ""},
		{"no tunnel beats unreachable", oneTunnel(), outage(refused(31, typ, 3, there), refused(39, typ, 1, router)), 45, ReasonNoGRE, ""},
		{"unreachable beats echo", oneTunnel(), outage(asks, replied(40), refused(39, typ, 1, router)), 45, ReasonUnreachable, ""},
		{"unless the echo comes over two intervals later", oneTunnel(), outage(asks, refused(19, typ, 1, router), replied(40)), 45, ReasonBlackHole, ""},
		{"two intervals are not enough", oneTunnel(), outage(asks, refused(20, typ, 1, router), replied(40)), 45, ReasonUnreachable, ""},
		{"which says nothing of a rule", oneTunnel(), outage(asks, refused(11, typ, 13, router), replied(40)), 45, ReasonProhibited, ""},

		{"answers echo", oneTunnel(), outage(asks, replied(40)), 45, ReasonBlackHole, "198.51.100.17 answers ICMP echo, and keepalives do not come back (R2)"},
		{"answers nothing", oneTunnel(), outage(asks), 45, ReasonSilent, "198.51.100.17 answers neither keepalives nor ICMP echo"},
		{"asked only now", oneTunnel(), outage(asked(40)), 40.9, "", ""},
		{"asked a second ago", oneTunnel(), outage(asked(40)), 41, ReasonSilent, ""},
		{"altered answers", oneTunnel(), outage(asks, altered(30, probe.AlteredIdentification), altered(40, probe.AlteredIdentification)), 45,
			ReasonBlackHole, "answers come back with another IP identification than was sent"},
		{"one altered answer is a stray", oneTunnel(), outage(asks, altered(40, probe.AlteredIdentification)), 45, ReasonSilent, ""},
		{"altered in several ways", oneTunnel(), outage(asks, altered(30, probe.AlteredKey), altered(40, probe.AlteredChecksum)), 45, ReasonSilent, ""},

		{"of the outage before", oneTunnel(), join(outage(asks, replied(40), refused(39, typ, 13, router)), recovery(), secondOutage()), 95, "", ""},
		{"an error that the last answer overtook", oneTunnel(), join(outage(), recovery(), refused(49.5, typ, 13, router), secondOutage()), 95, ReasonProhibited, ""},
		{"older than that", oneTunnel(), join(outage(), recovery(), refused(48.9, typ, 13, router), secondOutage()), 95, "", ""},
		{"a late answer to the echo of the outage before", oneTunnel(), join(outage(asks), recovery(), secondOutage()), 95, "", ""},

		{"never answered", oneTunnel(), join(asked(20), refused(20, typ, 3, there), line(session.Pending, session.Down, at(30))), 35, ReasonNoGRE, ""},
		{"never answered, silent", oneTunnel(), join(asked(20), line(session.Pending, session.Down, at(30))), 35, ReasonSilent, ""},
		{"pending still", oneTunnel(), join(asked(20), refused(20, typ, 3, there)), 35, "", ""},

		{"icmp, nothing known", oneTunnel(byEcho), outage(), 45, ReasonSilent, "198.51.100.17 does not answer ICMP echo"},
		{"icmp, prohibited", oneTunnel(byEcho), outage(refused(31, typ, 13, router)), 45, ReasonProhibited, "does not permit ICMP echo"},
		{"icmp, refused by the far end", oneTunnel(byEcho), outage(refused(31, typ, 3, there)), 45, ReasonUnreachable, "it refuses ICMP echo"},
		{"icmp, unreachable", oneTunnel(byEcho), outage(refused(31, typ, 1, router)), 45, ReasonUnreachable, ""},
		{"icmp, up", oneTunnel(byEcho), join(outage(), recovery()), 51, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			row := reportOf(tt.inv, at(tt.now), tt.events)
			if row.Reason != tt.want || !strings.Contains(row.Detail, tt.says) {
				t.Errorf("got  %q %q\nwant %q with %q", row.Reason, row.Detail, tt.want, tt.says)
			}
			if (row.Reason == "") != (row.Detail == "") {
				t.Errorf("reason %q, detail %q: want both or none", row.Reason, row.Detail)
			}
			if row.Reason != "" && !strings.HasPrefix(row.Detail, row.Evidence[0].Text) {
				t.Errorf("detail %q does not begin with the strongest evidence, %+v", row.Detail, row.Evidence[0])
			}
		})
	}
}

// secondOutage follows recovery: the line goes down again at 90 s.
func secondOutage() []probe.Event {
	return []probe.Event{
		{Kind: probe.Sent, Seq: 7, At: at(60), Counter: 1},
		{Kind: probe.Sent, Seq: 8, At: at(70), Counter: 2},
		{Kind: probe.Sent, Seq: 9, At: at(80), Counter: 3},
		{Kind: probe.Line, From: session.Up, To: session.Down, At: at(90), Counter: 3},
	}
}

// When stronger evidence grows old the next takes over, and comes back when it
// is seen again. What was seen last at 30 s explains until 130 s, or until 90 s
// where ten intervals are less than a minute.
func TestReasonAges(t *testing.T) {
	history := outage(asked(35), replied(35), refused(30, 3, 13, router), refused(33, 3, 3, there), refused(36, 11, 0, router))
	type step struct {
		now  float64
		want Reason
	}
	tests := []struct {
		name  string
		inv   *Inventory
		steps []step
	}{
		{"10 s", oneTunnel(), []step{{41, ReasonProhibited}, {130, ReasonProhibited}, {130.1, ReasonNoGRE},
			{133, ReasonNoGRE}, {133.1, ReasonUnreachable}, {136, ReasonUnreachable}, {136.1, ""}}},
		{"1 s", oneTunnel(everySecond), []step{{90, ReasonProhibited}, {90.1, ReasonNoGRE}, {93.1, ReasonUnreachable}, {96.1, ""}}},
	}
	for _, tt := range tests {
		s := NewStore(tt.inv, epoch)
		s.Record(history)
		for _, step := range tt.steps {
			if got := s.Report(at(step.now), nil).Tunnels[0].Reason; got != step.want {
				t.Errorf("%s: at %g s: %q, want %q", tt.name, step.now, got, step.want)
			}
		}
		s.Record([]probe.Event{refused(140, 3, 13, router)})
		if got := s.Report(at(141), nil).Tunnels[0].Reason; got != ReasonProhibited {
			t.Errorf("%s: after another error: %q", tt.name, got)
		}
	}
}

// The change keeps what was known as it happened, without what others know.
func TestDownEventHasTheReason(t *testing.T) {
	inv := oneTunnel()
	s := NewStore(inv, epoch)
	s.SetAdvice(func(int) []Advice { return []Advice{{Rule: "R17", Message: "unicast RPF"}} })
	s.Record(outage(asked(20), replied(20), asked(30), replied(30)))
	s.Record([]probe.Event{refused(44, 3, 3, there)})
	got := lastDown(t, s)
	if want := "198.51.100.17 answers ICMP echo, and keepalives do not come back (R2)"; got.Reason != ReasonBlackHole || got.Detail != want {
		t.Errorf("%q %q, want %q", got.Reason, got.Detail, want)
	}
	if got.Counter != 3 || !got.Time.Equal(at(40)) {
		t.Errorf("%+v", got)
	}
	if row := s.Report(at(45), nil).Tunnels[0]; row.Reason != ReasonNoGRE {
		t.Errorf("row: %q, want what came after the change", row.Reason)
	}
}

// TestEvidenceList: each observation with its time, count and sender, the
// strongest first.
func TestEvidenceList(t *testing.T) {
	events := join(answeredAt(-20, 100, 250), outage(
		refused(11, 3, 13, router), refused(21, 3, 13, stranger), refused(31, 3, 13, router),
		refused(30, 3, 3, there), refused(29, 3, 1, router),
		altered(28, probe.AlteredKey), altered(27.5, probe.AlteredKey),
		asked(20), replied(20.1), asked(30), replied(30.1), asked(40)))
	row := reportOf(oneTunnel(), at(45), events)
	want := []struct {
		kind    EvidenceKind
		seconds float64
		count   uint64
		from    string
	}{
		{EvidenceICMP, 31, 3, router}, {EvidenceICMP, 30, 1, there}, {EvidenceICMP, 29, 1, router},
		{EvidenceAltered, 27.5, 2, "invalid IP"}, {EvidenceEcho, 30.1, 2, there}, {EvidenceTTL, 0, 1, "invalid IP"},
	}
	if len(row.Evidence) != len(want) {
		t.Fatalf("%v", kindsOf(row))
	}
	for i, w := range want {
		e := row.Evidence[i]
		if e.Kind != w.kind || !e.Time.Equal(at(w.seconds)) || e.Count != w.count || e.From.String() != w.from || e.Text == "" {
			t.Errorf("%d: %+v, want %+v", i, e, w)
		}
	}
}

// The count of an error begins anew with each outage, and after it grew old.
func TestRefusalsAreCountedByOutage(t *testing.T) {
	s := NewStore(oneTunnel(), epoch)
	count := func(now float64) uint64 { return findEvidence(s.Report(at(now), nil).Tunnels[0], EvidenceICMP).Count }
	s.Record(outage(refused(11, 3, 1, router), refused(21, 3, 1, router)))
	if got := count(45); got != 2 {
		t.Errorf("%d, want 2", got)
	}
	s.Record(join(recovery(), refused(61, 3, 1, router), secondOutage()))
	if got := count(95); got != 1 {
		t.Errorf("%d in the second outage, want 1", got)
	}
	s.Record([]probe.Event{refused(161, 3, 1, router), refused(262, 3, 1, router)})
	if got := count(262); got != 1 {
		t.Errorf("%d after 101 s of quiet, want 1", got)
	}
}

// A tunnel that is well has no evidence; one that misses an answer has, before
// it goes down; one that is lossy has the errors that some of its keepalives get.
func TestEvidenceOfATunnelThatIsUp(t *testing.T) {
	up := join(answeredAt(0, 1, 254), line(session.Pending, session.Up, at(0)))
	missing := []probe.Event{{Kind: probe.Sent, Seq: 2, At: at(10), Counter: 1}, {Kind: probe.Sent, Seq: 3, At: at(20), Counter: 2}}
	lossy := join(answeredAt(10, 2, 254), silence(3, 3), answeredAt(30, 4, 254))
	tests := []struct {
		name   string
		inv    *Inventory
		events []probe.Event
		want   string
	}{
		{"well", oneTunnel(), up, ""},
		{"forged errors", oneTunnel(), join(up, refused(5, 3, 13, router)), ""},
		{"the newest is in flight", oneTunnel(), join(up, missing[:1], refused(10, 3, 13, router)), ""},
		{"one is missing", oneTunnel(), join(up, missing, refused(10, 3, 13, router), asked(20)), "icmp echo"},
		{"lossy", oneTunnel(lossLimit(0.01)), join(up, lossy, refused(21, 3, 13, router)), "icmp"},
		{"lossless again", oneTunnel(lossLimit(0.01)), join(up, lossy, refused(21, 3, 13, router), answer(3, ms)), ""},
		{"a stranger's answers", oneTunnel(), join(up, altered(1, probe.AlteredIdentification), altered(2, probe.AlteredIdentification)), ""},
		{"damaged answers", oneTunnel(), join(up, altered(1, probe.AlteredChecksum)), "altered"},
	}
	for _, tt := range tests {
		row := reportOf(tt.inv, at(31), tt.events)
		var kinds []string
		for _, kind := range kindsOf(row) {
			kinds = append(kinds, string(kind))
		}
		if got := strings.Join(kinds, " "); got != tt.want || row.Reason != "" || row.Detail != "" {
			t.Errorf("%s: %s with evidence %q, want %q; reason %q, detail %q", tt.name, row.State, got, tt.want, row.Reason, row.Detail)
		}
	}
}
