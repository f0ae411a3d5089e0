package history

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Report is what all the records come to.
type Report struct {
	Host         string    // of the last run
	Since, Until time.Time // the window; where it was not given, from the first record to the last
	First, Last  time.Time // records of all
	Runs         int       // of greylag

	// NotObserved is how much of the window nothing is known of: Before the first
	// record, After the last, and in so many Gaps between.
	NotObserved, Before, After Millis
	Gaps                       int

	Problems  int // lines that could not be read as they stand
	Unwritten int // changes that no event tells, only a report or a later event

	Fleet                       Availability   // all tunnels
	Spoked                      Availability   // all spokes
	Tunnels, Spokes, Hubs, Tags []Availability // the worst first
	Incidents                   []Incident     // in the window, by their start

	found []*Incident // of which any outage was told
}

// Availability is how a tunnel, a spoke, or several tunnels together did in the
// window.
type Availability struct {
	Identity
	Count int // tunnels, or spokes, of which it is the sum; 1 for one alone

	Observed, NotObserved       Millis
	Up, Down, Pending, Disabled Millis  // Observed in all
	Degraded                    Millis  // of Up
	Ratio                       float64 // Up / (Up + Down); negative: not known

	Outages int    // any part of which is in the window
	Flaps   int    // changes from up to down in it
	Longest Millis // of an outage's Down
	Ended   int    // outages of which MTTR is the mean
	MTTR    Millis // 0: not known
	MTBF    Millis // 0: not known

	// OnBackup and Unprotected are a spoke's, and of sums those of the spokes that
	// their tunnels lead to.
	OnBackup, Unprotected Millis
	HasSpoke              bool // those two are known
	// State is that at Until, or after the last record before it; "" where it was not
	// observed then.
	State string

	repairing Millis // of those Ended
}

// Report ends the reading and returns what it came to. Outages that go on are told.
func (h *History) Report() (*Report, error) {
	r := &h.report
	if err := h.welcome(false); err != nil {
		return nil, err
	}
	if h.first == never {
		return r, nil
	}
	end := min(h.run.last, h.window.to)
	h.finish(end)
	if err := h.tellEnded(always); err != nil {
		return nil, err
	}
	if err := h.tellOpen(); err != nil {
		return nil, err
	}
	h.frame(r)
	h.sum(r)
	r.gatherIncidents()
	return r, nil
}

// finish adds the time up to the last record.
func (h *History) finish(at int64) {
	for _, t := range h.tunnels {
		h.believe(t)
		t.spend(h.window, at)
	}
	for _, s := range h.spokes {
		h.believeSpoke(s)
		s.spend(h.window, at)
	}
}

// tellOpen tells of the outages that go on, the one that began first first.
func (h *History) tellOpen() error {
	var open []*outage
	for _, t := range h.tunnels {
		open = gatherOpen(open, &t.course, h.window)
	}
	for _, s := range h.spokes {
		open = gatherOpen(open, &s.course, h.window)
	}
	slices.SortStableFunc(open, func(a, b *outage) int { return cmp.Compare(a.start, b.start) })
	for _, o := range open {
		if err := h.tell(o); err != nil {
			return err
		}
	}
	return nil
}

func gatherOpen(open []*outage, c *course, w window) []*outage {
	if c.open == nil {
		return open
	}
	c.count(w, c.open)
	return append(open, c.open)
}

// frame fills in the window, and what of it was not observed.
func (h *History) frame(r *Report) {
	w, last := h.window, h.run.last
	if h.options.Since.IsZero() {
		w.from = h.first
	}
	if h.options.Until.IsZero() {
		w.to = max(last, w.from)
	}
	r.Since, r.Until = timeOf(w.from), timeOf(w.to)
	r.First, r.Last = timeOf(h.first), timeOf(last)
	r.Before = Millis(w.clip(w.from, h.first))
	r.After = Millis(w.clip(last, w.to))
	r.NotObserved = r.Before + Millis(h.missing) + r.After
}

// sum makes the rows of all that is kept.
func (h *History) sum(r *Report) {
	hubs, tags := newSums("hub"), newSums("tag")
	r.Fleet, r.Spoked = newSum("fleet", ""), newSum("spokes", "")
	length := Millis(msOf(r.Until) - msOf(r.Since))
	for _, t := range h.tunnels {
		if !t.keep {
			continue
		}
		a := t.course.availability(t.Identity, length)
		r.Tunnels = append(r.Tunnels, a)
		r.Fleet.add(&a)
		hubs.add(t, &a, t.Hub)
		tags.add(t, &a, t.Tags...)
	}
	for _, s := range h.spokes {
		if !s.keep {
			continue
		}
		a := s.course.availability(s.Identity, length)
		a.OnBackup, a.Unprotected, a.HasSpoke = Millis(s.onBackup), Millis(s.unprotected), true
		r.Spokes = append(r.Spokes, a)
		r.Spoked.add(&a)
	}
	r.Fleet.OnBackup, r.Fleet.Unprotected, r.Fleet.HasSpoke = r.Spoked.OnBackup, r.Spoked.Unprotected, len(r.Spokes) > 0
	r.Fleet.settle()
	r.Spoked.settle()
	r.Hubs, r.Tags = hubs.rows(), tags.rows()
	for _, list := range [][]Availability{r.Tunnels, r.Spokes, r.Hubs, r.Tags} {
		slices.SortFunc(list, worstFirst)
	}
}

// availability is the row of one.
func (c *course) availability(i Identity, length Millis) Availability {
	a := Availability{
		Identity: i, Count: 1,
		Up: Millis(c.times[up] + c.times[degraded]), Degraded: Millis(c.times[degraded]),
		Down: Millis(c.times[down]), Pending: Millis(c.times[pending]), Disabled: Millis(c.times[disabled]),
		Outages: c.outages, Flaps: c.flaps, Longest: Millis(c.longest),
		Ended: c.repaired, repairing: Millis(c.repairing), State: stateNames[c.atEnd()],
	}
	a.Observed = a.Up + a.Down + a.Pending + a.Disabled
	a.NotObserved = max(length-a.Observed, 0)
	a.settle()
	return a
}

// settle fills in what is derived of the sums.
func (a *Availability) settle() {
	a.Ratio = -1
	if known := a.Up + a.Down; known > 0 {
		a.Ratio = float64(a.Up) / float64(known)
	}
	if a.Ended > 0 {
		a.MTTR = a.repairing / Millis(a.Ended)
	}
	if a.Flaps > 0 {
		a.MTBF = a.Up / Millis(a.Flaps)
	}
}

// worstFirst orders rows: the least available first, what is not known last.
func worstFirst(a, b Availability) int {
	return cmp.Or(
		cmp.Compare(one(a.Ratio < 0), one(b.Ratio < 0)),
		cmp.Compare(a.Ratio, b.Ratio),
		cmp.Compare(b.Down, a.Down),
		cmp.Compare(b.Outages, a.Outages),
		cmp.Compare(a.Name, b.Name),
	)
}

func newSum(of, name string) Availability {
	return Availability{Identity: Identity{Of: of, Name: name}}
}

// add adds a row to a sum.
func (a *Availability) add(b *Availability) {
	a.Count += b.Count
	a.Observed += b.Observed
	a.NotObserved += b.NotObserved
	a.Up += b.Up
	a.Degraded += b.Degraded
	a.Down += b.Down
	a.Pending += b.Pending
	a.Disabled += b.Disabled
	a.Outages += b.Outages
	a.Flaps += b.Flaps
	a.Ended += b.Ended
	a.repairing += b.repairing
	a.Longest = max(a.Longest, b.Longest)
	a.OnBackup += b.OnBackup
	a.Unprotected += b.Unprotected
	a.HasSpoke = a.HasSpoke || b.HasSpoke
}

// sums are those of hubs or tags, by their names.
type sums struct {
	of   string
	list map[string]*Availability
	seen map[string]map[*spoke]bool // spokes whose times are in a sum
}

func newSums(of string) sums {
	return sums{of: of, list: map[string]*Availability{}, seen: map[string]map[*spoke]bool{}}
}

// add adds a tunnel to the sums of those names, and its spoke if it is new there.
func (s sums) add(t *tunnel, a *Availability, names ...string) {
	for _, name := range names {
		if name == "" {
			continue
		}
		sum := s.list[name]
		if sum == nil {
			fresh := newSum(s.of, name)
			sum = &fresh
			s.list[name], s.seen[name] = sum, map[*spoke]bool{}
		}
		sum.add(a)
		if t.of != nil && !s.seen[name][t.of] {
			s.seen[name][t.of] = true
			sum.OnBackup += Millis(t.of.onBackup)
			sum.Unprotected += Millis(t.of.unprotected)
			sum.HasSpoke = true
		}
	}
}

func (s sums) rows() (list []Availability) {
	for _, name := range slices.Sorted(maps.Keys(s.list)) {
		s.list[name].settle()
		list = append(list, *s.list[name])
	}
	return list
}
