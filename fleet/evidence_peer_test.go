package fleet

import (
	"strings"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/session"
)

// declares is an inventory whose far end sends keepalives at that interval; 0:
// none.
func declares(interval time.Duration) func(*Tunnel) {
	return func(t *Tunnel) { t.Peer = &Peer{KeepaliveInterval: interval} }
}

// hears is a far end of which so many keepalives came, the last at that moment
// and at that interval.
func hears(count uint64, last float64, interval time.Duration) PeerSource {
	return func(int) (uint64, time.Time, time.Duration) {
		if count == 0 {
			return 0, time.Time{}, 0
		}
		return count, at(last), interval
	}
}

func TestPeerEvidence(t *testing.T) {
	up := join(answeredAt(0, 1, 254), line(session.Pending, session.Up, at(0)))
	silent := outage(asked(20), asked(30))
	const sec = time.Second
	tests := []struct {
		name   string
		inv    *Inventory
		events []probe.Event
		peers  PeerSource // nil: this host answers none
		now    float64
		text   string // "": no evidence
		inLine bool   // it is in the detail
	}{
		{"up, nothing declared, none", oneTunnel(), up, hears(0, 0, 0), 45, "", false},
		{"up, they arrive", oneTunnel(), up, hears(9, 42, 5*sec), 45, "", false},
		{"up, three missing and a half", oneTunnel(), up, hears(9, 27.5, 5*sec), 45, "", false},
		{"up, over that", oneTunnel(), up, hears(9, 27.4, 5*sec), 45, "the far end's own keepalives, every 5 s before, stopped 17 s ago, though ours come back", false},
		{"up, one ever, of no known interval", oneTunnel(), up, hears(1, 1, 0), 4000, "", false},
		{"up, one ever, declared every 5 s", oneTunnel(declares(5 * sec)), up, hears(1, 1, 0), 45, "stopped 44 s ago", false},
		{"up, declared, none yet", oneTunnel(declares(5 * sec)), up, hears(0, 0, 0), 17.5, "", false},
		{"up, declared, none", oneTunnel(declares(5 * sec)), up, hears(0, 0, 0), 17.6, "declared every 5 s, do not arrive, though ours come back", false},
		{"up, declared, but nobody answers them here", oneTunnel(declares(5 * sec)), up, nil, 45, "", false},
		{"up, one-sided", oneTunnel(declares(0)), up, hears(0, 0, 0), 45, "R13: ", false},
		{"up, one-sided, whoever answers", oneTunnel(declares(0)), up, nil, 45, "R13: ", false},
		{"up, declared one-sided, and they arrive", oneTunnel(declares(0)), up, hears(9, 42, 5*sec), 45, "", false},
		{"up, icmp", oneTunnel(declares(0), byEcho), up, nil, 45, "", false},

		{"down, nothing declared, none", oneTunnel(), silent, hears(0, 0, 0), 45, "", false},
		{"down, they arrive", oneTunnel(), silent, hears(9, 42, 5*sec), 45,
			"the far end's own keepalives arrive every 5 s: its way here works, so ours to it, its decapsulation, or the forwarding of the answer does not", true},
		{"down, they stopped", oneTunnel(), silent, hears(9, 20, 5*sec), 45, "the far end's own keepalives, every 5 s before, stopped 25 s ago", true},
		{"down, declared, none", oneTunnel(declares(5 * sec)), silent, hears(0, 0, 0), 45, "the far end's own keepalives, declared every 5 s, do not arrive either", true},
		{"down, one-sided", oneTunnel(declares(0)), silent, hears(0, 0, 0), 45, "", false},
		{"down, cannot send", oneTunnel(), join(outage(), failures(6, 7)), hears(9, 42, 5*sec), 45, "the far end's own keepalives arrive", false},
		{"down, nothing known", oneTunnel(), outage(), hears(9, 42, 5*sec), 45, "the far end's own keepalives arrive", false},

		{"pending", oneTunnel(declares(0)), nil, hears(9, 1, 5*sec), 45, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := NewStore(tt.inv, epoch)
			s.SetPeers(tt.peers)
			s.Record(tt.events)
			row := s.Report(at(tt.now), nil).Tunnels[0]
			e := findEvidence(row, EvidencePeer)
			if !strings.Contains(e.Text, tt.text) || (e.Text == "") != (tt.text == "") {
				t.Errorf("got %q, want %q", e.Text, tt.text)
			}
			if got := tt.text != "" && strings.Contains(row.Detail, "; "+e.Text); got != tt.inLine {
				t.Errorf("in the detail: %v, want %v: %q", got, tt.inLine, row.Detail)
			}
			if e.Count > 0 && (e.Time.IsZero() || e.From.String() != there) {
				t.Errorf("%+v", e)
			}
		})
	}
}
