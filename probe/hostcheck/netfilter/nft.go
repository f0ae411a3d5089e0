package netfilter

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const nftTool = "nft"

// ParseNft reads what `nft -j list ruleset` prints. What `nft -a list ruleset`
// prints adds the rules' own texts; it may be empty. The error says that the
// first is not what nft prints.
func ParseNft(document []byte, listing string) (*Ruleset, error) {
	var d struct{ Nftables []nftObject }
	if err := json.Unmarshal(document, &d); err != nil {
		return nil, fmt.Errorf("not what `nft -j list ruleset` prints: %w", err)
	}
	r := nftReader{texts: ruleTexts(listing), sets: map[chainID]json.RawMessage{}}
	for _, o := range d.Nftables {
		r.declare(&o)
	}
	for _, o := range d.Nftables {
		r.addRule(o.Rule)
	}
	r.out.sort()
	return &r.out, nil
}

// nftObject is one of libnftables-json(5)'s objects: one of its fields is there.
type nftObject struct {
	Chain    *nftChain
	Set, Map *nftSet
	Rule     *nftRule
}

type nftChain struct {
	Family, Table, Name, Type, Hook, Policy string
	Prio                                    int
	Dev                                     json.RawMessage // a name, or a list of names
}

type nftSet struct {
	Family, Table, Name string
	Elem                json.RawMessage
}

type nftRule struct {
	Family, Table, Chain string
	Handle               int
	Expr                 []map[string]json.RawMessage
}

type nftReader struct {
	out   Ruleset
	sets  map[chainID]json.RawMessage
	texts map[ruleID]string
}

// declare takes what rules refer to.
func (r *nftReader) declare(o *nftObject) {
	for _, s := range []*nftSet{o.Set, o.Map} {
		if s != nil {
			r.sets[nftID(s.Family, s.Table, s.Name)] = s.Elem
		}
	}
	if c := o.Chain; c != nil && slices.Contains([]string{"ip", "inet", "netdev"}, c.Family) {
		made := &chain{chainID: nftID(c.Family, c.Table, c.Name), priority: c.Prio, drops: c.Policy == "drop"}
		if c.Type != "nat" {
			made.hook = c.Hook
		}
		for _, s := range (&nftReader{}).spans(made.chainID, c.Dev) {
			made.devices = append(made.devices, s.low)
		}
		r.out.add(made)
	}
}

func nftID(family, table, name string) chainID { return chainID{nftTool, family, table, name} }

// addRule adds a rule to its chain: several where it has a verdict map, one for
// each of the map's elements, which exclude each other.
func (r *nftReader) addRule(n *nftRule) {
	if n == nil {
		return
	}
	c := r.out.chains[nftID(n.Family, n.Table, n.Chain)]
	if c == nil {
		return
	}
	made := rule{handle: n.Handle, text: r.texts[ruleID{n.Family, n.Table, n.Handle}]}
	for _, statement := range n.Expr {
		for kind, body := range statement {
			if kind == "vmap" {
				c.rules = append(c.rules, r.arms(made, c.chainID, body)...)
				return // a verdict map is the last statement
			}
			r.statement(&made, c.chainID, kind, body)
		}
	}
	c.rules = append(c.rules, made)
}

// statement adds what one statement says to a rule.
func (r *nftReader) statement(made *rule, at chainID, kind string, body json.RawMessage) {
	if v, is := nftVerdict(kind, body); is {
		made.verdict = v
		return
	}
	switch {
	case kind == "match":
		made.matches = append(made.matches, r.match(at, body))
	case kind == "xt":
		r.extension(made, body)
	case kind == "notrack":
		made.untracks = true
	case slices.Contains(limits, kind):
		made.matches = append(made.matches, unknown)
	case !slices.Contains(harmless, kind): // a queue, a proxy: others decide
		made.matches, made.verdict.kind = append(made.matches, unknown), accepts
	}
}

// limits are the statements after which a rule goes on or not.
var limits = []string{"limit", "quota", "ct count", "last"}

// harmless are the statements after which a rule always goes on.
var harmless = []string{
	"counter", "log", "mangle", "comment", "snat", "dnat", "masquerade", "redirect",
	"dup", "secmark", "ct helper", "ct timeout", "ct expectation", "set", "map", "flow",
}

// nftVerdict reads a verdict.
func nftVerdict(kind string, body json.RawMessage) (v verdict, is bool) {
	switch kind {
	case "accept":
		v.kind = accepts
	case "drop", "reject":
		v.kind = drops
	case "return":
		v.kind = returns
	case "jump", "goto":
		var to struct{ Target string }
		_ = json.Unmarshal(body, &to) // a chain of no name is not there
		v = verdict{jumps, to.Target}
		if kind == "goto" {
			v.kind = leaves
		}
	case "continue":
	default:
		return v, false
	}
	return v, true
}

// extension reads an extension of iptables, of which nft knows only the name.
func (r *nftReader) extension(made *rule, body json.RawMessage) {
	r.out.extended = true
	var x struct{ Type, Name string }
	_ = json.Unmarshal(body, &x) // some versions print null
	switch {
	case x.Type == "target" && (x.Name == "REJECT" || x.Name == "DROP"):
		made.verdict.kind = drops
	case x.Type == "target" && (x.Name == "CT" || x.Name == "NOTRACK"):
		made.untracks = true
	case x.Type != "target":
		made.matches = append(made.matches, unknown)
	}
}

// arms are the rules that a verdict map stands for.
func (r *nftReader) arms(base rule, at chainID, body json.RawMessage) []rule {
	var v struct{ Key, Data json.RawMessage }
	_ = json.Unmarshal(body, &v)
	var pairs [][2]json.RawMessage
	_ = json.Unmarshal(r.elements(at, v.Data), &pairs)
	f, known := nftField(v.Key)
	var list []rule
	for _, pair := range pairs {
		var does map[string]json.RawMessage
		_ = json.Unmarshal(pair[1], &does)
		arm := base
		arm.matches = append(slices.Clone(base.matches), r.holds(f, known, at, pair[0], false))
		for kind, body := range does {
			arm.verdict, _ = nftVerdict(kind, body)
		}
		list = append(list, arm)
	}
	if list == nil { // a map that could not be read may do anything
		base.matches, base.verdict.kind = append(slices.Clone(base.matches), unknown), drops
		list = []rule{base}
	}
	return list
}

type ruleID struct {
	family, table string
	handle        int
}

// ruleTexts takes the rules' own texts from a listing with handles, which are
// unique within a table.
func ruleTexts(listing string) map[ruleID]string {
	texts := map[ruleID]string{}
	var at ruleID
	for line := range strings.Lines(listing) {
		text, handle, numbered := strings.Cut(strings.TrimSpace(line), " # handle ")
		if !numbered {
			continue
		}
		if f := strings.Fields(text); len(f) == 4 && f[0] == "table" && f[3] == "{" {
			at.family, at.table = f[1], f[2]
			continue
		}
		if n, err := strconv.Atoi(handle); err == nil {
			at.handle = n
			texts[at] = text
		}
	}
	return texts
}
