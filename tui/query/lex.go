package query

import "strings"

// token is one term of the input as it is written.
type token struct {
	start, end int  // bytes of the input, sign included
	negate     bool // - or ! in front
	name       string
	op         op // none: a bare word
	values     []part
}

// part is one value, or a bare word.
type part struct {
	text       string // without quotes
	start, end int    // bytes of the input, quotes included
	quoted     bool
}

// op is how a field is compared.
type op uint8

const (
	none op = iota
	equal
	unequal
	less
	atMost
	greater
	atLeast
)

// operators are the ways to write them, longest first.
var operators = [...]struct {
	text string
	op   op
}{
	{":>=", atLeast}, {":<=", atMost}, {":>", greater}, {":<", less}, {":=", equal},
	{">=", atLeast}, {"<=", atMost}, {"!=", unequal}, {"==", equal},
	{":", equal}, {"=", equal}, {">", greater}, {"<", less},
}

// lex splits the input into tokens.
func lex(input string) []token {
	var tokens []token
	for at := skipSpaces(input, 0); at < len(input); at = skipSpaces(input, at) {
		t := token{start: at}
		if input[at] == '-' || input[at] == '!' {
			t.negate = true
			at++
		}
		t.name, t.op, at = lexName(input, at)
		t.values, at = lexValues(input, at, t.op != none)
		t.end = at
		tokens = append(tokens, t)
	}
	return tokens
}

// lexName reads the field and the operator, if there are any at offset at, and
// returns the offset behind them.
func lexName(input string, at int) (string, op, int) {
	end := at
	for end < len(input) && isNameByte(input[end]) {
		end++
	}
	if end == at {
		return "", none, at
	}
	for _, o := range operators {
		if strings.HasPrefix(input[end:], o.text) {
			return strings.ToLower(input[at:end]), o.op, end + len(o.text)
		}
	}
	return "", none, at
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// lexValues reads values up to a space, separated by commas if they are a list,
// and returns the offset behind them.
func lexValues(input string, at int, list bool) ([]part, int) {
	var parts []part
	p, text := part{start: at}, []byte(nil)
	inside := false // quotes
	for ; at < len(input) && (inside || !isSpace(input[at])); at++ {
		switch c := input[at]; {
		case c == '"':
			inside, p.quoted = !inside, true
		case c == ',' && list && !inside:
			p.text, p.end = string(text), at
			parts = append(parts, p)
			p, text = part{start: at + 1}, nil
		default:
			text = append(text, c)
		}
	}
	p.text, p.end = string(text), at
	return append(parts, p), at
}

func skipSpaces(input string, at int) int {
	for at < len(input) && isSpace(input[at]) {
		at++
	}
	return at
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
