package fleet

import (
	"strings"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/session"
)

// ttls is a history of answers with these TTLs, one each interval of 10 s from
// 0 s on.
func ttls(list ...uint8) []probe.Event {
	events := []probe.Event{line(session.Pending, session.Up, at(0))}
	for i, ttl := range list {
		events = append(events, answeredAt(float64(10*i), uint32(i+1), ttl)...)
	}
	return events
}

// repeat is n times the list.
func repeat(n int, list ...uint8) (all []uint8) {
	for range n {
		all = append(all, list...)
	}
	return all
}

func TestTTLChange(t *testing.T) {
	tests := []struct {
		name   string
		events []probe.Event
		now    float64
		text   string // "": no evidence
		count  uint64
	}{
		{"never", ttls(254, 254, 254), 30, "", 0},
		{"the first is no change", ttls(250), 30, "", 0},
		{"once", ttls(254, 250, 250), 30, "from 254 to 250", 1},
		{"there and back", ttls(254, 250, 254), 30, "from 250 to 254", 2},
		{"three times in a row", ttls(254, 250, 254, 250), 30, "from 254 to 250", 3},
		{"four times in a row", ttls(254, 250, 254, 250, 254), 40, "", 0},
		{"an hour ago", ttls(254, 250), 10 + 3600, "from 254 to 250", 1},
		{"over an hour ago", ttls(254, 250), 10 + 3600.1, "", 0},
		{"alternating", ttls(repeat(30, 254, 253)...), 600, "", 0},
		{"three ways", ttls(repeat(30, 254, 253, 252)...), 900, "", 0},
		{"alternating, with quiet of 20 minutes", join(ttls(repeat(30, 254, 253)...), answeredAt(1800, 99, 254)), 1800, "", 0},
		{"alternated, an hour of quiet, and moved", join(ttls(repeat(30, 254, 253)...), answeredAt(4300, 99, 240)), 4300, "from 253 to 240", 1},
		{"changes that are far apart are counted singly", join(ttls(254, 250), answeredAt(500, 3, 254), answeredAt(1000, 4, 250)), 1000, "from 254 to 250", 1},
		{"over an outage", join(outage(), answeredAt(50, 6, 240), line(session.Down, session.Up, at(50))), 51, "from 254 to 240", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := findEvidence(reportOf(oneTunnel(), at(tt.now), tt.events), EvidenceTTL)
			if !strings.Contains(e.Text, tt.text) || (e.Text == "") != (tt.text == "") || e.Count != tt.count {
				t.Errorf("got %q, %d times; want %q, %d times", e.Text, e.Count, tt.text, tt.count)
			}
		})
	}
}

func TestAlteredAnswers(t *testing.T) {
	up := join(answeredAt(0, 1, 254), line(session.Pending, session.Up, at(0)))
	checksum := probe.AlteredChecksum
	tests := []struct {
		name   string
		events []probe.Event
		now    float64
		count  uint64 // 0: no evidence
	}{
		{"once", join(up, altered(1, checksum)), 5, 1},
		{"three times", join(up, altered(1, checksum), altered(2, checksum), altered(3, checksum)), 5, 3},
		{"in another way since", join(up, altered(1, checksum), altered(2, checksum), altered(3, probe.AlteredKey)), 5, 1},
		{"an hour ago", join(up, altered(1, checksum)), 3601, 1},
		{"over an hour ago", join(up, altered(1, checksum)), 3601.1, 0},
		{"long after the one before", join(up, altered(1, checksum), altered(102, checksum)), 103, 1},
		{"in a way that nobody knows", join(up, altered(1, 200)), 5, 0},
		{"before the outage", outage(altered(-3, checksum), altered(-2, checksum)), 45, 0},
		{"down, grown old", outage(altered(20, checksum), altered(30, checksum)), 131, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := findEvidence(reportOf(oneTunnel(), at(tt.now), tt.events), EvidenceAltered)
			if e.Count != tt.count || (e.Text == "") != (tt.count == 0) {
				t.Errorf("%+v, want count %d", e, tt.count)
			}
		})
	}
}

// Every alteration has its own words, and says what to do.
func TestAlterationsAreToldApart(t *testing.T) {
	want := map[probe.Alteration][2]string{
		probe.AlteredChecksum:       {"checksum", "interface errors"},
		probe.AlteredKey:            {"key", "tunnel key"},
		probe.AlteredIdentification: {"identification", `match = "address"`},
	}
	for what, says := range want {
		e := findEvidence(reportOf(oneTunnel(), at(45), outage(altered(30, what), altered(40, what))), EvidenceAltered)
		if !strings.Contains(e.Text, says[0]) || !strings.Contains(e.Fix, says[1]) || e.Time.IsZero() {
			t.Errorf("%d: %+v", what, e)
		}
	}
}

// Local errors are counted in a row.
func TestUnsentAreCounted(t *testing.T) {
	s := NewStore(oneTunnel(), epoch)
	s.Record(join(exchange(1, 2, ms), failures(3, 9)))
	got := findEvidence(s.Report(at(1), nil).Tunnels[0], EvidenceLocal)
	if got.Count != 7 || !got.Time.Equal(epoch) || got.Text != "ENETUNREACH: network is unreachable" ||
		got.Fix != "look at `ip route get 198.51.100.17`" {
		t.Errorf("%+v", got)
	}
	s.Record(join(exchange(10, 11, ms)))
	if row := s.Report(at(1).Add(time.Hour), nil).Tunnels[0]; len(row.Evidence) != 0 {
		t.Errorf("sending works again: %+v", row.Evidence)
	}
	s.Record(failures(12, 13))
	if got := findEvidence(s.Report(at(1), nil).Tunnels[0], EvidenceLocal).Count; got != 2 {
		t.Errorf("%d, want 2 since it began anew", got)
	}
}
