package query

import (
	"testing"
	"time"

	"greylag/fleet"
)

// matches are filters, and whether they match seoul and fresh.
var matches = []struct {
	filter       string
	seoul, fresh bool
}{
	{"", true, true},
	{"   ", true, true},

	// Words: parts of the names, and fuzzily beginnings of their parts.
	{"seo", true, false},
	{"SEOUL", true, false},
	{"ra1-s", true, false},
	{"frseo", true, false},
	{"f1s", true, false},
	{"fseoul", true, false},
	{"fraeoul", false, false}, // eoul begins nowhere
	{"sfra", false, false},    // not in this order
	{"fra seo", true, false},
	{"fra t1", false, false},
	{`"fra seo"`, false, false},
	{`"lte backup"`, true, false},
	{"ltba", true, false},
	{"apac", true, false},
	{"apseo", false, false}, // from two names
	{"198.51.100", true, false},
	{"113.1", false, true},
	{"19817", false, false}, // no fuzzy addresses
	{"black", true, false},
	{"1", true, true},
	{"-seo", false, true},
	{"!seo", false, true},
	{"-seo -t1", false, false},

	// Words of a field, and their beginnings.
	{"state:down", true, false},
	{"state:Down", true, false},
	{"STATE:down", true, false},
	{"state=down", true, false},
	{"state!=down", false, true},
	{"state:d", true, false},
	{"state:up", false, false},
	{"state:pending,down", true, true},
	{"state:up,", false, false},
	{"-state:down", false, true},
	{"-state!=down", true, false},
	{"!state:up", true, true},
	{"path:backup", true, false},
	{"path:primary,none", false, false},
	{"-path:backup", false, true}, // it has no path
	{"reason:black-hole", true, false},
	{"reason:silent", false, false},
	{`reason:""`, false, true},
	{"probe:icmp", false, true},
	{"probe:keepalive", true, false},
	{"muted:no", true, true},
	{"muted:yes", false, false},
	{"new:n", true, true},

	// Texts, with wildcards.
	{"hub:fra1", true, false},
	{"hub:FRA1", true, false},
	{"hub:fra", false, false},
	{"hub:fra*", true, false},
	{"hub:*", true, false},
	{"hub:f?a1", true, false},
	{`hub:""`, false, true},
	{"-hub:fra1", false, true},
	{"name:fra1-seoul", true, false},
	{"name:*seo*", true, false},
	{"name:t1,fra*", true, true},
	{"spoke:seo*", true, false},
	{"tag:apac", true, false},
	{"tag:lte*", true, false},
	{`tag:"LTE backup"`, true, false},
	{`tag:x,"lte backup"`, true, false},
	{`tag:""`, false, true},
	{"-tag:apac", false, true},

	// Addresses.
	{"source:192.0.2.10", true, true},
	{"source:192.0.2.1", false, false},
	{"source:192.0.2.0/24", true, true},
	{"source:192.0.2.99/24", true, true},
	{"source:192.0.3.0/24", false, false},
	{"destination:198.51.", true, false},
	{"destination:198.51.*", true, false},
	{"destination:198.51.100.?7", true, false},
	{"destination:203.0.113.1,198.51.100.17", true, true},

	// Numbers.
	{"rank:2", true, false},
	{"rank:1,2", true, true},
	{"rank>1", true, false},
	{"rank:>1", true, false},
	{"rank>=1", true, true},
	{"rank<2", false, true},
	{"rank<=2", true, true},
	{"rank!=2", false, true},
	{"counter>0", true, false},
	{"counter:0", false, true},
	{"flaps>3", false, false},
	{"flaps>=3", true, false},
	{"incident:7", true, false},
	{"incident:yes", true, false},
	{"incident:no", false, true},
	{"incident>6", true, false},
	{"-incident:yes", false, true},

	// Durations: the last round trip time is 120 ms; fresh has none.
	{"rtt>100ms", true, false},
	{"rtt>0.12s", false, false},
	{"rtt>=0.12s", true, false},
	{"rtt<1s", true, false},
	{"-rtt>100ms", false, true},
	{"rtt=120ms", true, false},
	{"rtt>119999µs", true, false},
	{"rtt>119999μs", true, false}, // the Greek letter
	{"rtt>119999us", true, false},
	{"rtt>120000001ns", false, false},
	{"p99>250ms", true, false},
	{"jitter<1ms", true, false},
	{"jitter>0.8ms", false, false},
	{"since<10m", false, false},
	{"since<=10m", true, false},
	{"since<601s", true, false},
	{"since<10m1s", true, false},
	{"since>1h", false, false},
	{"since<1h30m", true, false},
	{"since<1d", true, false},
	{"since<1w", true, false},

	// Ratios: loss 5 %, availability 99.9 %.
	{"loss>1%", true, false},
	{"loss>5%", false, false},
	{"loss>4.9%", true, false},
	{"loss:5%", true, false},
	{"loss<50%", true, false},
	{"availability<99.95%", true, false},
	{"availability>99%", true, false},

	{"seo state:down,degraded hub:fra* rtt>100ms loss>1% -tag:test since<15m", true, false},
	{"seo state:down hub:ams1", false, false},
}

func TestMatch(t *testing.T) {
	for _, c := range matches {
		q := mustParse(t, c.filter)
		if got := q.Match(seoul()); got != c.seoul {
			t.Errorf("%q and seoul: %v", c.filter, got)
		}
		if got := q.Match(fresh()); got != c.fresh {
			t.Errorf("%q and a fresh tunnel: %v", c.filter, got)
		}
	}
}

// TestNegation: a term and its negation part the rows among them.
func TestNegation(t *testing.T) {
	for _, c := range matches {
		if q := mustParse(t, c.filter); len(q.terms) != 1 || c.filter[0] == '-' || c.filter[0] == '!' {
			continue
		}
		q := mustParse(t, "-"+c.filter)
		if q.Match(seoul()) == c.seoul || q.Match(fresh()) == c.fresh {
			t.Errorf("%q is not the contrary", "-"+c.filter)
		}
	}
}

func TestMutedAndNew(t *testing.T) {
	row := seoul(func(r *Row) { r.Muted, r.New = true, true })
	for filter, want := range map[string]bool{
		"muted:yes": true, "muted:no": false, "new:yes": true, "new:no": false, "-muted:yes": false, "new:yes muted:no": false,
	} {
		if got := mustParse(t, filter).Match(row); got != want {
			t.Errorf("%q: %v", filter, got)
		}
	}
}

// TestEvents: an event has its own state, reason, counter and age; nothing of
// what was measured since is taken for its own.
func TestEvents(t *testing.T) {
	change := seoul(func(r *Row) {
		r.Time = now
		r.Event = &fleet.Event{Time: now.Add(-time.Hour), Tunnel: "fra1-Seoul", From: fleet.Down, To: fleet.Up, Counter: 0}
	})
	switched := &Row{Time: now, Event: &fleet.Event{
		Time: now.Add(-time.Second), Spoke: "seoul", FromPath: fleet.PathPrimary, ToPath: fleet.PathNone, Active: "ams1-seoul",
	}}
	for _, c := range []struct {
		filter           string
		change, switched bool
	}{
		{"state:up", true, false}, {"state:down", false, false}, {"reason:black-hole", false, false},
		{"counter:0", true, false}, {"since>10m", true, false}, {"since<10m", false, true},
		{"hub:fra1", true, false}, {"spoke:seoul", true, true}, {"tag:apac", true, false}, {"name:fra*", true, false},
		{"path:none", false, true}, {"rtt>1ms", false, false}, {"loss>0%", false, false}, {"flaps>0", false, false},
		{"incident:yes", false, false}, {"source:192.0.2.10", true, false}, {"seoul", true, true}, {"ams1", false, true},
		{"black", false, false}, {"apac", true, false},
	} {
		q := mustParse(t, c.filter)
		if got := q.Match(change); got != c.change {
			t.Errorf("%q and a change of state: %v", c.filter, got)
		}
		if got := q.Match(switched); got != c.switched {
			t.Errorf("%q and a change of path: %v", c.filter, got)
		}
	}
}

// TestSpokes: a spoke has its own path and age, and for the rest its active
// tunnel's.
func TestSpokes(t *testing.T) {
	report := &fleet.SpokeReport{Spoke: &fleet.Spoke{Name: "busan"}, Time: now, Since: now.Add(-time.Minute), Path: fleet.PathNone}
	alone := &Row{Spoke: report}
	carried := seoul(func(r *Row) { r.Spoke = report })
	for _, c := range []struct {
		filter         string
		alone, carried bool
	}{
		{"spoke:busan", true, true}, {"spoke:seoul", false, false}, {"path:none", true, true}, {"path:backup", false, false},
		{"since<2m", true, true}, {"busan", true, true}, {"fra1", false, true}, {"hub:fra1", false, true},
		{"state:down", false, true}, {"rtt>1ms", false, true}, {"-hub:fra1", true, false}, {"source:192.0.2.10", false, true},
		{"name:*", false, true}, {"tag:apac", false, true}, {"rank:2", false, true}, {"counter>0", false, true},
		{"incident:yes", false, true}, {"availability>0%", false, true}, {"flaps>0", false, true}, {`reason:""`, false, false},
	} {
		q := mustParse(t, c.filter)
		if got := q.Match(alone); got != c.alone {
			t.Errorf("%q and a spoke alone: %v", c.filter, got)
		}
		if got := q.Match(carried); got != c.carried {
			t.Errorf("%q and a spoke with its tunnel: %v", c.filter, got)
		}
	}
}

func TestEmptyRow(t *testing.T) {
	for _, c := range matches {
		mustParse(t, c.filter).Match(&Row{}) // must not panic
	}
	if mustParse(t, "since<1h").Match(&Row{}) || mustParse(t, "x").Match(&Row{}) || !mustParse(t, "-x").Match(&Row{}) {
		t.Error("nothing is known of an empty row")
	}
}

func TestKeptText(t *testing.T) {
	row := seoul()
	row.Text = SearchText(row.Tunnel.Tunnel)
	if want := "fra1-seoul\nfra1\nseoul\napac\nlte backup\n\x00192.0.2.10\n198.51.100.17"; row.Text != want {
		t.Errorf("%q, want %q", row.Text, want)
	}
	q := mustParse(t, "frseo apac 198.51 name:*seoul rtt>1ms")
	if n := testing.AllocsPerRun(10, func() {
		if !q.Match(row) {
			t.Error("no match")
		}
	}); n != 0 {
		t.Errorf("%v allocations a row", n)
	}
}
