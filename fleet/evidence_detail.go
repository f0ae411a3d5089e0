package fleet

import (
	"fmt"
	"strings"
	"time"
)

// tell fills what explains the state of t, which is r as it was at t.Time: its
// evidence, appended to list and returned, its reason and detail. What others
// know of it (advice, the far end's own keepalives since watched) is in t already.
func (r *row) tell(t *TunnelReport, watched time.Time, list []Evidence) []Evidence {
	var fs findings
	fs.reason, fs.list = r.explain(t.Time, list)
	t.Reason, t.Detail = fs.reason, r.detail(fs.reason, fs.list, t.Time)
	peer := peerView{t, watched}.finding()
	fs.add(peer)
	fs.add(r.ttlFinding(t.Time))
	if isUnexplained(fs.reason) {
		fs.list = appendRules(fs.list, t.Advice)
	}
	if len(fs.list) > 0 {
		t.Evidence = fs.list
	}
	if t.Reason != "" && t.Reason != ReasonLocal {
		t.addDetail(peer.Text)
		t.addDetail(t.remedyDetail(peer.Fix))
	}
	return fs.list
}

// isUnexplained tells whether a reason leaves open what eats the keepalives, so
// that a rule over what is declared may explain it.
func isUnexplained(reason Reason) bool { return reason == ReasonBlackHole || reason == ReasonSilent }

// detail is the finding that gave the reason, in one line, with its age where
// that is over two intervals.
func (r *row) detail(reason Reason, list []Evidence, now time.Time) string {
	if reason == "" {
		return ""
	}
	e := &list[0]
	if age := now.Sub(e.Time); !e.Time.IsZero() && age > 2*r.tunnel.Interval {
		return fmt.Sprintf("%s, %s ago", e.Text, spanText(age))
	}
	return e.Text
}

func (t *TunnelReport) addDetail(text string) {
	if text != "" {
		t.Detail += "; " + text
	}
}

// appendRules appends the rules that are broken by what is declared.
func appendRules(list []Evidence, advice []Advice) []Evidence {
	for i := range advice {
		list = append(list, Evidence{
			Kind: EvidenceRule, Text: advice[i].Rule + ": " + advice[i].Message, Fix: advice[i].remedy(),
		})
	}
	return list
}

// remedyDetail is what to do where the reason leaves it open: the first rule
// that would explain it, with the numbers of the others; without one, where R15
// to R19 leave to look at, if something shows that the far end is alive. otherwise
// is what to do by the far end's own keepalives.
func (t *TunnelReport) remedyDetail(otherwise string) string {
	switch {
	case !isUnexplained(t.Reason):
		return ""
	case t.Evidence[0].Kind == EvidenceAltered:
		return t.Evidence[0].Fix
	case len(t.Advice) > 0:
		return t.Advice[0].line() + alsoText(t.Advice[1:])
	case t.Reason == ReasonBlackHole:
		return lookAround
	}
	return otherwise
}

// line is the rule, what happens and what to do.
func (a *Advice) line() string {
	text := a.Rule
	if a.Message != "" {
		text += ": " + a.Message
	}
	if remedy := a.remedy(); remedy != "" {
		text += "; " + remedy
	}
	return text
}

// remedy is what to do. That R17 is what happens can be seen on the router.
func (a *Advice) remedy() string {
	if a.Rule != "R17" {
		return a.Fix
	}
	const look = "look at `show ip traffic | section Drop` on the router"
	if a.Fix == "" {
		return look
	}
	return look + ", and " + a.Fix
}

func alsoText(others []Advice) string {
	var b strings.Builder
	for i := range others {
		b.WriteString([]string{"; or ", ", "}[min(i, 1)])
		b.WriteString(others[i].Rule)
	}
	return b.String()
}

// spanText is a time span as one reads it, in one unit: "100 ms", "5 s", "3 min".
func spanText(d time.Duration) string {
	units := [...]struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}}
	for _, u := range units {
		if d >= 2*u.unit || u.unit == time.Second && d >= time.Second {
			return fmt.Sprintf("%d %s", d/u.unit, u.name)
		}
	}
	return fmt.Sprintf("%d ms", max(d, 0)/time.Millisecond)
}
