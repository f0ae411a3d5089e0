package history

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"greylag/fleet"
)

// worlds is how many random worlds are tried; GREYLAG_WORLDS says otherwise.
const worlds = 15

// TestTruth: what history adds up is what happened, whatever the window, by an
// arithmetic of its own.
func TestTruth(t *testing.T) {
	n := worlds
	if text := os.Getenv("GREYLAG_WORLDS"); text != "" {
		n, _ = strconv.Atoi(text)
	}
	outages := 0
	for seed := range n {
		w := newWorld(uint64(seed))
		w.live()
		outages += checkWorld(t, w, Options{})
		from := w.random.Int64N(w.at.Sub(epoch).Milliseconds())
		length := 1 + w.random.Int64N(w.at.Sub(epoch).Milliseconds())
		since := epoch.Add(time.Duration(from) * time.Millisecond)
		checkWorld(t, w, Options{Since: since, Until: since.Add(time.Duration(length) * time.Millisecond)})
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if outages < 10*n {
		t.Errorf("only %d outages in %d worlds", outages, n)
	}
}

// checkWorld holds history against the truth, and returns how many outages there were.
func checkWorld(t *testing.T, w *world, o Options) int {
	t.Helper()
	var told []string
	o.Outage = func(o *Outage) error {
		told = append(told, describe(o.Of, o.Name, o.Start.UnixMilli(), msOf(o.End), int64(o.Down)))
		return nil
	}
	o.Problem = func(p Problem) { t.Error(p) }
	h := New(o)
	for i, f := range w.files {
		must(h.Read(fmt.Sprint("file ", i), bytes.NewReader(f.Bytes())))
	}
	r, err := h.Report()
	must(err)
	if r.Unwritten != 0 || r.Runs != len(w.runs) {
		t.Errorf("%d runs of %d, %d changes were not told", r.Runs, len(w.runs), r.Unwritten)
	}
	span := window{r.Since.UnixMilli(), r.Until.UnixMilli()}
	checkNotObserved(t, w, r, span)
	var want []string
	within := !o.Until.IsZero() && !r.Until.After(r.Last)
	for i := range r.Tunnels {
		a := &r.Tunnels[i]
		checkState(t, a, w.truth[a.Name], span.to, within)
		want = append(want, checkRow(t, a, w.truth[a.Name], span)...)
	}
	for i := range r.Spokes {
		a := &r.Spokes[i]
		checkState(t, a, w.spokeTruth(a.Name), span.to, within)
		want = append(want, checkRow(t, a, w.spokeTruth(a.Name), span)...)
		checkWays(t, w, a, span)
	}
	slices.Sort(want)
	slices.Sort(told)
	if diff := gocmp.Diff(want, told); diff != "" {
		t.Errorf("outages (-truth +told):\n%s", diff)
	}
	checkSums(t, r)
	return len(told)
}

func describe(of, name string, start, end, down int64) string {
	return fmt.Sprintf("%s %s from %d to %d: %d down", of, name, start, end, down)
}

// checkNotObserved: what is not in a run was not observed.
func checkNotObserved(t *testing.T, w *world, r *Report, span window) {
	t.Helper()
	var observed int64
	for _, run := range w.runs {
		observed += span.clip(run[0].UnixMilli(), run[1].UnixMilli())
	}
	if want := span.to - span.from - observed; int64(r.NotObserved) != want {
		t.Errorf("not observed %v, want %d ms", r.NotObserved, want)
	}
}

// checkState: the state is that of the moment before the window's end, where that was
// observed.
func checkState(t *testing.T, a *Availability, truth []span, end int64, within bool) {
	t.Helper()
	want := ""
	for _, s := range truth {
		if s.from < end && s.to >= end {
			want = stateNames[s.state]
		}
	}
	if within && a.State != want {
		t.Errorf("%s %s: %q at the end, want %q", a.Of, a.Name, a.State, want)
	}
}

// checkRow holds a row against what happened, and returns the outages that did.
func checkRow(t *testing.T, a *Availability, truth []span, w window) (outages []string) {
	t.Helper()
	var times [states]int64
	for _, s := range truth {
		times[s.state] += w.clip(s.from, s.to)
	}
	got := [...]Millis{a.Up, a.Degraded, a.Down, a.Pending, a.Disabled}
	want := [...]Millis{Millis(times[up] + times[degraded]), Millis(times[degraded]), Millis(times[down]), Millis(times[pending]), Millis(times[disabled])}
	if got != want {
		t.Errorf("%s %s: up, degraded, down, pending, disabled: %v, want %v", a.Of, a.Name, got, want)
	}
	if a.Observed+a.NotObserved != Millis(w.to-w.from) {
		t.Errorf("%s %s: %v observed and %v not are no %v", a.Of, a.Name, a.Observed, a.NotObserved, Millis(w.to-w.from))
	}
	flaps, ended, repairing := 0, 0, int64(0)
	list := outagesOf(truth)
	for _, o := range list {
		if o.in(w) {
			end := o.end
			if end > w.to {
				end = never
			}
			outages = append(outages, describe(a.Of, a.Name, o.start, end, o.down(truth, w)))
		}
		if o.flap && w.holds(o.start) {
			flaps++
		}
		if o.repaired && o.end > w.from && o.end <= w.to {
			ended, repairing = ended+1, repairing+o.end-o.start
		}
	}
	if a.Flaps != flaps || a.Outages != len(outages) || a.Ended != ended {
		t.Errorf("%s %s: %d flaps of %d outages, %d ended, want %d of %d, %d", a.Of, a.Name, a.Flaps, a.Outages, a.Ended, flaps, len(outages), ended)
	}
	if ended > 0 && a.MTTR != Millis(repairing)/Millis(ended) {
		t.Errorf("%s %s: MTTR %v, want %d ms in %d", a.Of, a.Name, a.MTTR, repairing, ended)
	}
	return outages
}

// trueOutage is an outage that happened; end: never, while it goes on.
type trueOutage struct {
	start, end     int64
	flap, repaired bool
}

func (o *trueOutage) in(w window) bool {
	return (&outage{start: o.start, end: o.end}).in(w)
}

// down is how much of the truth is of this outage, in the window.
func (o *trueOutage) down(truth []span, w window) (sum int64) {
	for _, s := range truth {
		if s.state == down && s.from >= o.start && (o.end == never || s.to <= o.end) {
			sum += w.clip(s.from, s.to)
		}
	}
	return sum
}

// outagesOf finds the outages: from down to up or disabled, with whatever was pending
// or not observed in between.
func outagesOf(truth []span) (list []trueOutage) {
	var open *trueOutage
	var before span
	for _, s := range truth {
		seen := before.to == s.from // else there is a time between them
		switch {
		case s.state == down && open == nil:
			list = append(list, trueOutage{start: s.from, end: never, flap: seen && before.state.reaches()})
			open = &list[len(list)-1]
			open.repaired = seen && before.state != pending
		case s.state == down, s.state == pending, open == nil:
		default:
			open.end = s.from
			open.repaired = open.repaired && seen && before.state == down && s.state.reaches()
			open = nil
		}
		before = s
	}
	return list
}

// checkSums: hubs, tags and the fleet are their tunnels together.
func checkSums(t *testing.T, r *Report) {
	t.Helper()
	groups := map[string]*Availability{}
	var fleet Availability
	sum := func(into *Availability, a *Availability) {
		into.Up, into.Down, into.Observed = into.Up+a.Up, into.Down+a.Down, into.Observed+a.Observed
		into.Outages, into.Flaps, into.Longest = into.Outages+a.Outages, into.Flaps+a.Flaps, max(into.Longest, a.Longest)
	}
	for i := range r.Tunnels {
		a := &r.Tunnels[i]
		sum(&fleet, a)
		for _, group := range append([]string{"hub " + a.Hub}, prefixed("tag ", a.Tags)...) {
			if groups[group] == nil {
				groups[group] = &Availability{}
			}
			sum(groups[group], a)
		}
	}
	delete(groups, "hub ")
	for _, a := range slices.Concat(r.Hubs, r.Tags, []Availability{r.Fleet}) {
		want := groups[a.Of+" "+a.Name]
		if a.Of == "fleet" {
			want = &fleet
		}
		if a.Up != want.Up || a.Down != want.Down || a.Observed != want.Observed || a.Outages != want.Outages || a.Flaps != want.Flaps || a.Longest != want.Longest {
			t.Errorf("%s %s: %+v, its tunnels %+v", a.Of, a.Name, a, want)
		}
		if known := a.Up + a.Down; known > 0 && a.Ratio != float64(a.Up)/float64(known) || known == 0 && a.Ratio >= 0 {
			t.Errorf("%s %s: availability %v", a.Of, a.Name, a.Ratio)
		}
	}
	if len(groups) != len(r.Hubs)+len(r.Tags) {
		t.Errorf("%d groups, want %d", len(r.Hubs)+len(r.Tags), len(groups))
	}
}

func prefixed(prefix string, list []string) (out []string) {
	for _, s := range list {
		out = append(out, prefix+s)
	}
	return out
}

// membersOf are the tunnels of a spoke.
func (w *world) membersOf(spoke string) (list []*fleet.Tunnel) {
	for i := range w.inv.Tunnels {
		if w.inv.Tunnels[i].Spoke == spoke {
			list = append(list, &w.inv.Tunnels[i])
		}
	}
	return list
}

// moments are when any tunnel of a spoke changed, or a run began or ended.
func (w *world) moments(spoke string) []int64 {
	var list []int64
	for _, t := range w.membersOf(spoke) {
		for _, s := range w.truth[t.Name] {
			list = append(list, s.from, s.to)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// stateAt is the state of a tunnel from a moment on.
func (w *world) stateAt(tunnel string, at int64) state {
	for _, s := range w.truth[tunnel] {
		if s.from <= at && at < s.to {
			return s.state
		}
	}
	return absent
}

// reached is how a spoke is reached from a moment on, by its tunnels' states.
func (w *world) reached(spoke string, at int64) (is state, backup, unprotected bool) {
	members := w.membersOf(spoke)
	lowest := slices.MinFunc(members, func(a, b *fleet.Tunnel) int { return cmp.Compare(a.Rank, b.Rank) }).Rank
	best, awaited, ups, probed := 99, 99, 0, 0
	for _, t := range members {
		switch w.stateAt(t.Name, at) {
		case up, degraded:
			best, ups, probed = min(best, t.Rank), ups+1, probed+1
		case pending:
			awaited, probed = min(awaited, t.Rank), probed+1
		case down:
			probed++
		case absent:
			return absent, false, false
		}
	}
	switch {
	case probed == 0:
		return disabled, false, false
	case awaited < best:
		return pending, false, false
	case ups == 0:
		return down, false, false
	}
	return up, best > lowest, len(members) > 1 && ups == 1
}

// spokeTruth is a spoke's states, by its tunnels'.
func (w *world) spokeTruth(spoke string) (list []span) {
	moments := w.moments(spoke)
	for i := range moments[1:] {
		from, to := moments[i], moments[i+1]
		s, _, _ := w.reached(spoke, from)
		if n := len(list); n > 0 && list[n-1].state == s && list[n-1].to == from {
			list[n-1].to = to
		} else if s != absent {
			list = append(list, span{s, from, to})
		}
	}
	return list
}

// checkWays holds the times on backup and unprotected against the tunnels' states.
func checkWays(t *testing.T, w *world, a *Availability, span window) {
	t.Helper()
	var backup, unprotected int64
	moments := w.moments(a.Name)
	for i := range moments[1:] {
		_, b, u := w.reached(a.Name, moments[i])
		d := span.clip(moments[i], moments[i+1])
		backup += d * int64(one(b))
		unprotected += d * int64(one(u))
	}
	if a.OnBackup != Millis(backup) || a.Unprotected != Millis(unprotected) {
		t.Errorf("spoke %s: %v on backup, %v unprotected, want %d and %d ms", a.Name, a.OnBackup, a.Unprotected, backup, unprotected)
	}
}
