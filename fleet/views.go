package fleet

import "slices"

// View is how one vantage point sees a tunnel or a spoke. V is a [State] or a
// [Path].
type View[V State | Path] struct {
	Verdict V    // the last that it told; "": it does not know it
	Stale   bool // that is old: nothing new comes from there
}

// Views are how several vantage points see a tunnel or a spoke. They do not change,
// and rows that are seen alike may share them.
type Views[V State | Path] struct {
	Hosts []string  // the vantage points' names, in the order in which they were given
	List  []View[V] // as in Hosts
	// Disagree: what two of them tell contradicts each other, and neither is old.
	Disagree bool
	// Words are "HOST=VERDICT" for each, and "HOST=stale" where that is old: what a
	// filter is held against.
	Words []string
}

// The words of a view that has no verdict, or an old one.
const (
	Unseen State = "unseen" // of no tunnel: this vantage point does not know it
	stale        = "stale"
)

// TunnelViews are the views of a tunnel. They disagree where it carries traffic from
// one point, and is down from another.
func TunnelViews(hosts []string, list []View[State]) *Views[State] {
	is := func(alike func(State) bool) bool {
		return slices.ContainsFunc(list, func(v View[State]) bool { return !v.Stale && alike(v.Verdict) })
	}
	return newViews(hosts, list, is(reaches) && is(func(s State) bool { return s == Down }))
}

// SpokeViews are the views of a spoke. They disagree where it is reached by one path
// from one point, and by another or none from another.
func SpokeViews(hosts []string, list []View[Path]) *Views[Path] {
	var first Path
	disagree := false
	for _, v := range list {
		switch {
		case v.Stale || v.Verdict == "" || v.Verdict == PathPending:
		case first == "":
			first = v.Verdict
		default:
			disagree = disagree || v.Verdict != first
		}
	}
	return newViews(hosts, list, disagree)
}

func newViews[V State | Path](hosts []string, list []View[V], disagree bool) *Views[V] {
	v := &Views[V]{Hosts: hosts, List: list, Disagree: disagree}
	for i, view := range list {
		verdict := string(view.Verdict)
		if verdict == "" {
			verdict = string(Unseen)
		}
		v.Words = append(v.Words, hosts[i]+"="+verdict)
		if view.Stale {
			v.Words = append(v.Words, hosts[i]+"="+stale)
		}
	}
	return v
}

// Differ tells whether the views of a tunnel disagree.
func (t *TunnelReport) Differ() bool { return t.Views != nil && t.Views.Disagree }

// Differ tells whether the views of a spoke disagree.
func (s *SpokeReport) Differ() bool { return s.Views != nil && s.Views.Disagree }
