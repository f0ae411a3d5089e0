package metrics

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"greylag/fleet"
	"greylag/probe"
	"greylag/probe/session"
)

// mixed is a fleet with a tunnel in each state, and names of all kinds.
func mixed() *fleet.Store {
	inv := fleetOf(6)
	inv.Tunnels[1].Name = `a "quoted\" ` + "name\nof two lines, 서울"
	inv.Tunnels[2].Tags = nil
	inv.Tunnels[3].DegradedRTT = 1
	inv.Tunnels[5].Enabled = false
	store := fleet.NewStore(inv, start)
	for i := range 4 {
		store.Record(comesUp(i, 100, 20+i))
	}
	for seq := uint32(101); seq <= 103; seq++ {
		store.Record([]probe.Event{{At: at(int(seq)), Kind: probe.Sent, Tunnel: 0, Seq: seq, Counter: seq - 100}})
	}
	store.Record([]probe.Event{line(0, session.Up, session.Down, 104), {At: at(105), Kind: probe.Late, Tunnel: 1, Seq: 3}})
	return store
}

// TestTextIsTheirs: what is written by hand is what client_golang's parser reads, and
// its encoder then writes.
func TestTextIsTheirs(t *testing.T) {
	text := ours(scraped(t, mixed()))
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	for l := range strings.Lines(text) {
		if name, is := strings.CutPrefix(l, "# HELP "); is {
			name, _, _ = strings.Cut(name, " ")
			if _, err := expfmt.MetricFamilyToText(&again, families[name]); err != nil {
				t.Fatal(err)
			}
		}
	}
	if diff := cmp.Diff(text, again.String()); diff != "" {
		t.Errorf("-ours +theirs\n%s", diff)
	}
}

// TestLint holds names, units and help against the rules of promtool check metrics.
func TestLint(t *testing.T) {
	problems, err := promlint.New(strings.NewReader(scraped(t, mixed()))).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
}

func TestValues(t *testing.T) {
	text := scraped(t, mixed())
	for _, want := range []string{
		`greylag_build_info{goversion="go`,
		`greylag_tunnel_up{tunnel="fra1-site00000",hub="fra1",spoke="site00000"} 0`,
		`greylag_tunnel_state{tunnel="fra1-site00000",hub="fra1",spoke="site00000",state="down"} 1`,
		`greylag_tunnel_state{tunnel="fra1-site00000",hub="fra1",spoke="site00000",state="up"} 0`,
		`greylag_tunnel_state{tunnel="lon1-site00001",hub="lon1",spoke="site00001",state="degraded"} 1`,
		`greylag_tunnel_up{tunnel="lon1-site00001",hub="lon1",spoke="site00001"} 1`,
		`greylag_tunnel_state{tunnel="fra1-site00002",hub="fra1",spoke="site00002",state="pending"} 1`,
		`greylag_tunnel_state{tunnel="lon1-site00002",hub="lon1",spoke="site00002",state="disabled"} 1`,
		`greylag_tunnel_keepalives_sent_total{tunnel="fra1-site00000",hub="fra1",spoke="site00000"} 103`,
		`greylag_tunnel_keepalives_received_total{tunnel="fra1-site00000",hub="fra1",spoke="site00000"} 100`,
		`greylag_tunnel_keepalives_unanswered{tunnel="lon1-site00001",hub="lon1",spoke="site00001"} 0`,
		`greylag_tunnel_flaps_total{tunnel="fra1-site00000",hub="fra1",spoke="site00000"} 1`,
		`greylag_tunnel_rtt_seconds{tunnel="lon1-site00001",hub="lon1",spoke="site00001",quantile="0.5"} 0.023`,
		`greylag_tunnel_rtt_seconds_sum{tunnel="lon1-site00001",hub="lon1",spoke="site00001"} 2.3`,
		`greylag_tunnel_rtt_seconds_count{tunnel="lon1-site00001",hub="lon1",spoke="site00001"} 100`,
		`greylag_tunnel_answers_discarded_total{tunnel="a \"quoted\\\" name\nof two lines, 서울",hub="lon1",spoke="site00000",kind="late"} 1`,
		`greylag_tunnel_info{tunnel="lon1-site00001",hub="lon1",spoke="site00001",source="192.0.2.1",destination="10.0.0.3",rank="2",probe="keepalive",tags=",apac,"} 1`,
		`greylag_spoke_path{spoke="site00000",path="backup"} 1`,
		`greylag_spoke_path{spoke="site00000",path="primary"} 0`,
		`greylag_spoke_unprotected{spoke="site00000"} 1`,
		`greylag_spoke_protected{spoke="site00001"} 1`,
		`greylag_tunnels{state="down"} 1`,
		`greylag_tunnels_down{reason="unknown"} 1`,
		`greylag_tunnels_down{reason="black-hole"} 0`,
		`greylag_spokes_unprotected 1`,
		`greylag_incidents_open 0`,
		`greylag_engine_send_lateness_seconds_bucket{le="0.1"} 9`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("not there: %s", want)
		}
	}
	for _, not := range []string{
		`greylag_tunnel_up{tunnel="fra1-site00002"`, `greylag_tunnel_up{tunnel="lon1-site00002"`,
		`greylag_tunnel_keepalives_sent_total{tunnel="lon1-site00002"`, `greylag_tunnel_loss_ratio{tunnel="fra1-site00002"`,
		`greylag_tunnel_rtt_seconds_count{tunnel="fra1-site00002"`, "greylag_tunnel_peer_", "greylag_spoke_black_hole{",
	} {
		if strings.Contains(text, not) {
			t.Errorf("not known, and there: %s", not)
		}
	}
}

var value = regexp.MustCompile(` [^ ]+$`)

// series are the names and labels of ours.
func series(text string) []string {
	var all []string
	for l := range strings.Lines(ours(text)) {
		if !strings.HasPrefix(l, "#") {
			all = append(all, value.ReplaceAllString(strings.TrimSpace(l), ""))
		}
	}
	slices.Sort(all)
	return all
}

// TestFlapMakesNoSeries: a tunnel that goes down and comes up again has the series
// that it had before.
func TestFlapMakesNoSeries(t *testing.T) {
	store := running(4)
	before := series(scraped(t, store))
	if len(before) < 4*20 {
		t.Fatalf("%d series of 4 tunnels", len(before))
	}
	for _, e := range []probe.Event{line(0, session.Up, session.Down, 200), line(0, session.Down, session.Up, 300)} {
		store.Record([]probe.Event{e})
		if diff := cmp.Diff(before, series(scraped(t, store))); diff != "" {
			t.Errorf("after %v to %v:\n%s", e.From, e.To, diff)
		}
	}
}

// TestSeriesAreOnce: no series comes twice in a scrape.
func TestSeriesAreOnce(t *testing.T) {
	all := series(scraped(t, mixed()))
	if n := len(slices.Compact(slices.Clone(all))); n != len(all) {
		t.Errorf("%d series, %d of them different", len(all), n)
	}
}
