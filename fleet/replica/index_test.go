package replica

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"greylag/fleet"
	"greylag/fleet/stream"
)

func TestIndex(t *testing.T) {
	lines := []string{
		text(hello(0, "h")),                  // 0
		text(tunnel(0, "a", "up", 0)),        // 1: a full report
		text(tunnel(0, "b", "up", 0)),        // 2
		text(summary(0, 2, 0)),               // 3
		text(event(5, "a", "up", "down")),    // 4
		"\n",                                 // 5
		"rubbish\n",                          // 6
		text(tunnel(10, "a", "down", 5)),     // 7: a full report
		text(event(9, "b", "up", "down")),    // 8: told late
		text(summary(10, 2, 0)),              // 9
		`{"type":"incident","incident":1}`,   // 10: no time
		"\n",                                 // the same
		strings.Repeat("x", 3<<20) + "\n",    // 11
		text(tunnel(20, "a", "down", 5))[:9], // 12: torn
	}
	offsets := make([]int64, len(lines))
	for i := 1; i < len(lines); i++ {
		offsets[i] = offsets[i-1] + int64(len(lines[i-1]))
	}
	whole := strings.Join(lines, "")
	x := buildIndex(t.Context(), iotest.HalfReader(strings.NewReader(whole)))
	want := index{
		reports: []place{{offsets[1], at(0), 1}, {offsets[7], at(10), 7}}, stride: 1,
		told: []int64{0, offsets[4], offsets[8], offsets[10]}, events: []int64{offsets[4], offsets[8]},
		end: place{int64(len(whole)), at(10), 12},
	}
	if diff := cmp.Diff(want, *x, cmp.AllowUnexported(index{}, place{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestIndexCannotBeMade(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if x := buildIndex(ctx, strings.NewReader("a\n")); x != nil {
		t.Error("an index, though nobody waits for it")
	}
	if x := buildIndex(t.Context(), iotest.ErrReader(errors.New("broken disk"))); x != nil {
		t.Error("an index of what cannot be read")
	}
}

func TestIndexSearch(t *testing.T) {
	x := index{
		reports: []place{{100, at(10), 1}, {200, at(20), 2}, {300, at(20), 3}},
		told:    []int64{5, 110, 150, 250}, events: []int64{110, 250},
	}
	for seconds, want := range map[float64]int64{9: 0, 10: 100, 19: 100, 20: 300, 99: 300} {
		if got, found := x.before(at(seconds)); got.offset != want || found != (want > 0) {
			t.Errorf("before %v: %d, want %d", seconds, got.offset, want)
		}
	}
	for offset, want := range map[int64]int64{99: 0, 100: 100, 299: 200, 900: 300} {
		if got, _ := x.ahead(offset); got.offset != want {
			t.Errorf("ahead of %d: %d, want %d", offset, got.offset, want)
		}
	}
	for offset, want := range map[int64]int64{0: 110, 110: 110, 111: 250, 251: 0} {
		if got, found := x.nextEvent(offset); got != want || found != (want > 0) {
			t.Errorf("event from %d: %d, want %d", offset, got, want)
		}
	}
	if diff := cmp.Diff([]int64{110, 150}, x.between(110, 250)); diff != "" {
		t.Errorf("between (-want +got)\n%s", diff)
	}
	if got := x.between(300, 200); len(got) != 0 {
		t.Errorf("between the wrong way round: %v", got)
	}
}

// However long a recording is, the index is not; what it keeps lies evenly.
func TestIndexIsBounded(t *testing.T) {
	x := indexer{index: index{stride: 1}}
	for i := range int64(5*maxReports + 3) {
		x.addReport(place{offset: i})
		x.tell(i, true)
	}
	for range maxTold {
		x.tell(1, false)
	}
	if len(x.told) != maxTold || !x.full || len(x.reports) > maxReports || len(x.reports) < maxReports/2 {
		t.Fatalf("%d reports, %d told", len(x.reports), len(x.told))
	}
	for i, p := range x.reports {
		if want := int64(i * x.stride); p.offset != want {
			t.Fatalf("report %d is at %d, want %d", i, p.offset, want)
		}
	}
	last := x.reports[len(x.reports)-1].offset
	if int64(5*maxReports+3)-last > int64(x.stride) {
		t.Errorf("nothing after %d, stride %d", last, x.stride)
	}
}

func TestHeads(t *testing.T) {
	stamp := at(1.5).Format(time.RFC3339Nano)
	cases := []struct {
		line, kind string
		timed      bool
	}{
		{fmt.Sprintf(`{"type":"tunnel","time":"%s","name":"a"}`, stamp), "tunnel", true},
		{fmt.Sprintf(`{"type":"tunnel","time":"%s","name":"to`, stamp), "tunnel", true}, // torn: it is not decoded
		{fmt.Sprintf(`{"type":"hello","schema":1,"time":"%s"}`, stamp), "hello", true},
		{fmt.Sprintf(` { "time":"%s", "type" : "event" }`, stamp), "event", true},
		{`{"type":"event","time":"yesterday"}`, "event", false},
		{`{"type":"event"}`, "event", false},
		{`{"type":"weather","time":"` + stamp + `"}`, "weather", true},
		{`{"type":"`, "", false},
		{``, "", false},
		{`[]`, "", false},
	}
	var h heads
	for _, c := range cases {
		kind, when := h.of([]byte(c.line))
		if kind != c.kind || c.timed != when.Equal(at(1.5)) || !c.timed && !when.IsZero() {
			t.Errorf("%s: %q at %v", c.line, kind, when)
		}
	}
}

// What the quick look finds is what decoding finds.
func TestHeadsAgreeWithDecoder(t *testing.T) {
	h := newHistory(3, 5)
	h.writeReport(t)
	h.steps(200)
	h.writeEvents(t)
	var heads heads
	body := h.out.String()
	for line := range strings.Lines(body) {
		rec, err := stream.NewDecoder(strings.NewReader(line)).Next()
		if err != nil {
			t.Fatal(err)
		}
		if _, when := heads.of([]byte(line)); !when.Equal(timeOf(rec)) {
			t.Errorf("%v, want %v: %s", when, timeOf(rec), line)
		}
	}
}

// Lines picked out of a recording are read as they stand there.
func TestRecorded(t *testing.T) {
	long := event(2, "b", fleet.Up, fleet.Down)
	long.Event.Detail = strings.Repeat("y", 20_000)
	parts := []string{text(event(1, "a", "up", "down")), text(long), "rubbish\n", strings.TrimSpace(text(event(3, "c", "up", "down")))}
	whole := strings.Join(parts, "")
	offset := func(i int) int64 { return int64(len(strings.Join(parts[:i], ""))) }
	cases := []struct {
		name    string
		offsets []int64
		want    string
	}{
		{"none", nil, ""},
		{"each", []int64{offset(0), offset(1), offset(2), offset(3)}, "a b bad c"},
		{"some", []int64{offset(1), offset(3)}, "b c"},
		{"beyond the end", []int64{offset(0), int64(len(whole)) + 5}, "a"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for dec := newRecorded(strings.NewReader(whole), c.offsets); ; {
				rec, err := dec.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					got = append(got, "bad")
				} else {
					got = append(got, rec.Event.Tunnel)
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%v, want %s", got, c.want)
			}
		})
	}
}

func BenchmarkIndex(b *testing.B) {
	line := []byte(text(tunnel(1, "a-tunnel-of-some-name", "up", 0)))
	body := bytes.Repeat(line, 10_000)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if buildIndex(b.Context(), bytes.NewReader(body)) == nil {
			b.Fatal("none")
		}
	}
}
