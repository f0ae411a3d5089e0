package query

import (
	"net/netip"
	"slices"
	"strings"
)

// field is what can be compared by name. Exactly one of number, text and
// address is set.
type field struct {
	name, help, example string

	number func(*Row) (float64, bool) // false: it does not apply, or is not known
	unit   unit                       // of number
	// measured: it changes without a change of state.
	measured bool
	views    bool // it is about vantage points, of which there may be one

	text  func(row *Row, i int) (string, bool) // the i-th value; false: there is none
	words []string                             // the values that text can have; nil: any

	address func(*Row) netip.Addr // invalid: it does not apply
}

// value is a value of a term, ready to be compared.
type value struct {
	op      op
	number  float64
	pattern string   // lower case, with * and ?
	words   []string // those of the field's words that are meant
	prefix  netip.Prefix
}

func (f *field) isNumber() bool { return f.number != nil }

// sample is a term with the field.
func (f *field) sample() string {
	if f.unit == duration || f.unit == ratio {
		return f.name + ">" + f.example
	}
	return f.name + ":" + f.example
}

// parse reads a value of the field.
func (f *field) parse(text string, o op) (value, *Error) {
	switch {
	case f.number != nil:
		return f.parseNumber(text, o)
	case f.address != nil:
		return f.parseAddress(text)
	case f.words != nil:
		return f.parseWord(text)
	}
	return value{pattern: strings.ToLower(text)}, nil
}

// parseWord reads one of the field's words, or the beginning of some.
func (f *field) parseWord(text string) (value, *Error) {
	if text == "" {
		return value{words: []string{""}}, nil
	}
	v := value{}
	for _, w := range f.words {
		if len(text) <= len(w) && strings.EqualFold(text, w[:len(text)]) {
			v.words = append(v.words, w)
		}
	}
	if v.words == nil {
		return v, &Error{Message: "no " + f.name + " " + text, Hint: didYouMean(strings.ToLower(text), f.words)}
	}
	return v, nil
}

// parseAddress reads an address, a prefix, or digits and points with * and ?: a
// beginning.
func (f *field) parseAddress(text string) (value, *Error) {
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return value{prefix: prefix.Masked()}, nil
	}
	if addr, err := netip.ParseAddr(text); err == nil && addr.Zone() == "" {
		return value{prefix: netip.PrefixFrom(addr, addr.BitLen())}, nil
	}
	if strings.Trim(text, "0123456789.*?") == "" && text != "" {
		return value{pattern: strings.TrimSuffix(text, "*") + "*"}, nil
	}
	half := strings.HasSuffix(text, "/")
	return value{}, &Error{Message: text + " is no address", Hint: "write " + f.sample(), HalfTyped: half}
}

// holds tells whether the row's field has the value.
func (f *field) holds(row *Row, v *value) bool {
	switch {
	case f.number != nil:
		n, known := f.number(row)
		return known && compare(n, v.op, v.number)
	case f.address != nil:
		return v.holdsAddress(f.address(row))
	}
	for i := 0; ; i++ {
		s, ok := f.text(row, i)
		if !ok {
			return false
		}
		if v.holdsText(s) {
			return true
		}
	}
}

// holdsText tells whether s is meant. What is empty is meant by "" only.
func (v *value) holdsText(s string) bool {
	if v.words != nil {
		return slices.Contains(v.words, s)
	}
	return (s == "") == (v.pattern == "") && matchGlob(v.pattern, s)
}

func (v *value) holdsAddress(a netip.Addr) bool {
	if !a.IsValid() {
		return false
	}
	if v.prefix.IsValid() {
		return v.prefix.Contains(a)
	}
	var text [64]byte
	return matchGlob(v.pattern, string(a.AppendTo(text[:0])))
}
