package tui

import (
	"slices"
	"strings"

	"greylag/fleet"
	"greylag/tui/text"
)

// reasons are the reasons in plain words.
var reasons = map[fleet.Reason]string{
	fleet.ReasonLocal:       "this host could not send",
	fleet.ReasonProhibited:  "an access list or a firewall does not let it through, and says so (R18)",
	fleet.ReasonNoGRE:       "the far end is alive, and has no such tunnel",
	fleet.ReasonUnreachable: "a router says that the far end cannot be reached",
	fleet.ReasonBlackHole:   "the far end is alive, and what is sent through the tunnel does not come back (R2)",
	fleet.ReasonSilent:      "neither keepalives nor ICMP echo come back",
}

// why says why the tunnel is as it is, what shows it, and what to do about it.
func (d *detail) why() {
	switch t := d.report; t.State {
	case fleet.Down:
		d.whyDown()
	case fleet.Degraded:
		d.because(degraded, degradedWhy(d.charset, t))
	case fleet.Pending:
		d.because(plain, "no answer yet")
	case fleet.Unseen:
		d.because(plain, "this vantage point does not know the tunnel")
	case fleet.Disabled:
		d.because(plain, "administratively down: it is not probed")
	}
	for i := range d.report.Evidence {
		d.evidence(&d.report.Evidence[i])
	}
	unused := d.unusedAdvice()
	for i := range unused {
		d.para("rule")
		d.words(plain, ruleText(&unused[i]))
		d.close()
	}
	d.remedies(unused)
}

func (d *detail) because(s style, why string) {
	d.para("why")
	d.words(s, why)
	d.close()
}

// whyDown writes the reason. The detail is the evidence in one line: it is left
// out where the evidence itself follows.
func (d *detail) whyDown() {
	t := d.report
	d.para("why")
	if t.Reason == "" {
		d.words(plain, "not known: answers are missing, and nothing else was observed")
	} else {
		d.words(down, string(t.Reason)+":")
		d.words(plain, reasons[t.Reason])
	}
	d.close()
	told := len(t.Evidence) > 0 && strings.HasPrefix(t.Detail, t.Evidence[0].Text)
	if t.Detail != "" && !told {
		d.para("detail")
		d.words(plain, t.Detail)
		d.close()
	}
}

// evidence writes what was observed, how often, when and by whom.
func (d *detail) evidence(e *fleet.Evidence) {
	d.para(string(e.Kind))
	d.words(plain, e.Text)
	var facts []string
	if e.Count > 1 {
		facts = append(facts, text.Count(e.Count)+" times")
	}
	if !e.Time.IsZero() {
		facts = append(facts, "last "+d.ago(e.Time))
	}
	if from := e.From.String(); e.From.IsValid() && !strings.Contains(e.Text, from) {
		facts = append(facts, "from "+from)
	}
	if len(facts) > 0 {
		d.words(dim, "("+strings.Join(facts, ", ")+")")
	}
	d.close()
}

// unusedAdvice are the rules by which what is declared would explain the state,
// and which are not among the evidence.
func (d *detail) unusedAdvice() []fleet.Advice {
	t := d.report
	if t.State != fleet.Down && t.State != fleet.Pending {
		return nil
	}
	var list []fleet.Advice
	for _, a := range t.Advice {
		used := slices.ContainsFunc(t.Evidence, func(e fleet.Evidence) bool {
			return e.Kind == fleet.EvidenceRule && (e.Text == a.Rule || strings.HasPrefix(e.Text, a.Rule+":"))
		})
		if !used {
			list = append(list, a)
		}
	}
	return list
}

// rules are what the rules are about, for where only their numbers are known.
var rules = map[string]string{
	"R13": "the far end sends no keepalives of its own",
	"R15": "the far end is multipoint GRE",
	"R16": "the far end's two VRFs differ",
	"R17": "unicast RPF on the far end's tunnel interface",
	"R18": "the access list of the far end's tunnel interface",
	"R19": "the two ends' IPsec",
}

func ruleText(a *fleet.Advice) string {
	what := a.Message
	if what == "" {
		what = rules[a.Rule]
	}
	if what == "" {
		return a.Rule + ", by what is declared"
	}
	return a.Rule + ": " + what
}

// remedies writes what to do, each once.
func (d *detail) remedies(unused []fleet.Advice) {
	for _, fix := range d.fixes(unused) {
		d.para("do")
		d.words(strong, fix)
		d.close()
	}
}

// fixes are what to do, the most exact first. What an echo or the far end's own
// keepalives leave to look at in a black hole is what the rules say more exactly.
func (d *detail) fixes(unused []fleet.Advice) []string {
	var exact, vague []string
	for i := range d.report.Evidence {
		switch e := &d.report.Evidence[i]; e.Kind {
		case fleet.EvidenceEcho, fleet.EvidencePeer:
			vague = addFix(vague, e.Fix)
		default:
			exact = addFix(exact, e.Fix)
		}
	}
	for i := range unused {
		exact = addFix(exact, unused[i].Fix)
	}
	if d.report.Reason == fleet.ReasonBlackHole && len(exact) > 0 {
		return exact
	}
	for _, fix := range vague {
		exact = addFix(exact, fix)
	}
	return exact
}

func addFix(list []string, fix string) []string {
	if fix == "" || slices.Contains(list, fix) {
		return list
	}
	return append(list, fix)
}
