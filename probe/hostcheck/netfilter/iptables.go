package netfilter

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

const iptablesTool = "iptables"

// ParseIptables reads what iptables-save prints. The error says where that is
// not the case.
func ParseIptables(text string) (*Ruleset, error) {
	r := iptablesReader{out: new(Ruleset)}
	number := 0
	for line := range strings.Lines(text) {
		number++
		if err := r.line(oneLine(line)); err != nil {
			return nil, fmt.Errorf("not what iptables-save prints, line %d: %w", number, err)
		}
	}
	r.out.sort()
	return r.out, nil
}

type iptablesReader struct {
	out   *Ruleset
	table string
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// priorities are those of the kernel's tables (NF_IP_PRI_*). The nat table is
// left out.
var priorities = map[string]int{"raw": -300, "mangle": -150, "filter": 0, "security": 50}

var iptablesHooks = map[string]string{
	"PREROUTING": "prerouting", "INPUT": "input", "OUTPUT": "output", "POSTROUTING": "postrouting",
}

func (r *iptablesReader) line(line string) error {
	switch {
	case line == "" || line == "COMMIT" || line[0] == '#':
		return nil
	case line[0] == '*':
		r.table = line[1:]
		return nil
	case r.table == "":
		return errors.New("a table's name must come first")
	case line[0] == ':':
		return r.chain(strings.Fields(line[1:]))
	}
	return r.rule(line)
}

// chain takes ":NAME POLICY [packets:bytes]".
func (r *iptablesReader) chain(words []string) error {
	if len(words) < 2 {
		return errors.New("a chain has a name and a policy")
	}
	c := &chain{chainID: r.id(words[0]), drops: words[1] == "DROP"}
	priority, filters := priorities[r.table]
	if c.priority = priority; filters {
		c.hook = iptablesHooks[words[0]]
	}
	r.out.add(c)
	return nil
}

func (r *iptablesReader) id(name string) chainID { return chainID{iptablesTool, "ip", r.table, name} }

// rule takes "-A CHAIN MATCHES -j TARGET OPTIONS".
func (r *iptablesReader) rule(line string) error {
	words := splitWords(line)
	if words[0] != "-A" || len(words) < 2 {
		return errors.New("a rule begins with -A and its chain")
	}
	c := r.out.chains[r.id(words[1])]
	if c == nil {
		return fmt.Errorf("chain %s was not declared", words[1])
	}
	o := iptablesOptions{words: words[2:]}
	made := rule{text: line}
	for len(o.words) > 0 && made.verdict.kind == goesOn && !o.ended {
		o.take(&made)
	}
	c.rules = append(c.rules, made)
	return nil
}

// splitWords cuts a line at its blanks, but for those between quotes.
func splitWords(line string) (words []string) {
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimLeft(line, " ") {
		end := strings.IndexByte(line, ' ')
		if line[0] == '"' {
			end = closingQuote(line)
		}
		if end < 0 {
			end = len(line)
		}
		words, line = append(words, line[:end]), line[end:]
	}
	return words
}

// closingQuote is where the word of a quote at the beginning ends, or -1.
func closingQuote(line string) int {
	for i := 1; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// iptablesOptions are what of a rule has not been read.
type iptablesOptions struct {
	words []string
	ended bool // the target has come: what follows is its own
}

func (o *iptablesOptions) next() (word string) {
	if len(o.words) > 0 {
		word, o.words = o.words[0], o.words[1:]
	}
	return word
}

// take reads one option with its values.
func (o *iptablesOptions) take(made *rule) {
	option, negated := o.next(), false
	if option == "!" {
		option, negated = o.next(), true
	}
	switch f, known := iptablesFields[option]; {
	case known:
		made.matches = append(made.matches, f.field.holds(f.spans(o.next()), negated))
	case option == "--icmp-type":
		made.matches = append(made.matches, icmpMatch(o.next(), negated))
	case option == "-j" || option == "-g":
		target := o.next()
		made.verdict, o.ended = iptablesVerdict(target, option == "-g"), true
		made.untracks = target == "NOTRACK" || target == "CT"
	case option == "-m":
		o.next() // its options say what it matches
	case option == "--comment":
		o.next()
	case strings.HasPrefix(option, "-"):
		made.matches = append(made.matches, unknown)
	}
}

// iptablesFields are the options that this package knows.
var iptablesFields = map[string]struct {
	field field
	spans func(value string) []span
}{
	"-p": {protocol, single}, "-s": {source, addresses}, "-d": {destination, addresses},
	"-i": {inDevice, devices}, "-o": {outDevice, devices},
	"--ctstate": {state, several}, "--state": {state, several},
}

func single(value string) []span {
	if value == "all" {
		return []span{{"0", "255"}}
	}
	return []span{{value, value}}
}

func addresses(value string) []span { return []span{prefixSpan(value)} }

// several are states. Those of NAT go with another.
func several(value string) (list []span) {
	for v := range strings.SplitSeq(value, ",") {
		if v == "SNAT" || v == "DNAT" {
			v = unread.low
		}
		list = append(list, span{v, v})
	}
	return list
}

// devices has a + for nft's *.
func devices(value string) []span {
	if stem, wild := strings.CutSuffix(value, "+"); wild {
		value = stem + "*"
	}
	return []span{{value, value}}
}

// icmpMatch reads a type, with a code or without.
func icmpMatch(value string, negated bool) match {
	if value == "any" {
		value = "0:255"
	}
	low, high, ranged := strings.Cut(value, ":")
	if !ranged {
		high = low
	}
	kind, code, coded := strings.Cut(low, "/")
	switch {
	case !coded:
		return icmpType.holds([]span{{low, high}}, negated)
	case negated:
		return unknown
	}
	is, has := icmpType.holds(single(kind), false), icmpCode.holds(single(code), false)
	return func(p *Packet) truth { return min(is(p), has(p)) }
}

// iptablesVerdict tells what a target does. One that is no chain and not known
// here lets the packet go on, as LOG and MARK do.
func iptablesVerdict(target string, leave bool) verdict {
	switch {
	case target == "ACCEPT":
		return verdict{kind: accepts}
	case target == "DROP" || target == "REJECT":
		return verdict{kind: drops}
	case target == "RETURN":
		return verdict{kind: returns}
	case slices.Contains(passing, target):
		return verdict{}
	case leave:
		return verdict{leaves, target}
	}
	return verdict{jumps, target}
}

// passing are the targets after which a packet goes on through the chain.
var passing = []string{
	"LOG", "NFLOG", "ULOG", "MARK", "CONNMARK", "CT", "NOTRACK", "TOS", "DSCP", "TTL", "TRACE", "AUDIT", "CHECKSUM",
	"CLASSIFY", "ECN", "SECMARK", "CONNSECMARK", "SET", "TCPMSS", "TEE", "HL", "TCPOPTSTRIP", "RATEEST", "LED",
}
