package query

import "unicode/utf8"

// Parse reads a filter. The error, if any, is an [*Error]: of the first term
// that is wrong, or else of the first that is half typed. The query is usable
// all the same: it has the terms that are right.
func Parse(input string) (Query, error) {
	var q Query
	var first *Error
	for _, t := range lex(input) {
		parsed, err := t.parse(input)
		if err == nil {
			q.terms = append(q.terms, parsed)
			continue
		}
		err.Start, err.End = t.start, t.end
		err.Column = 1 + utf8.RuneCountInString(input[:t.start])
		if first == nil || first.HalfTyped && !err.HalfTyped {
			first = err
		}
	}
	if first == nil {
		return q, nil
	}
	return q, first
}

// parse is the term that the token stands for.
func (t *token) parse(input string) (term, *Error) {
	if t.op == none {
		text := t.values[0].text
		if text == "" {
			return term{}, &Error{Message: "nothing to look for", Hint: "write a word or FIELD:VALUE", HalfTyped: true}
		}
		return term{negate: t.negate, word: newWord(text)}, nil
	}
	f := fieldNamed(t.name)
	if f == nil {
		return term{}, &Error{Message: "no field " + t.name, Hint: didYouMean(t.name, fieldNames())}
	}
	result := term{negate: t.negate != (t.op == unequal), field: f}
	if t.op > unequal && !f.isNumber() {
		return result, &Error{Message: f.name + " has no greater and less", Hint: "write " + f.sample()}
	}
	for _, p := range t.values {
		if p.text == "" && !p.quoted {
			continue // a comma, and no value yet
		}
		v, err := f.parse(p.text, t.op)
		if err != nil {
			err.HalfTyped = err.HalfTyped && p.end == len(input) && !p.quoted
			return result, err
		}
		result.values = append(result.values, v)
	}
	if len(result.values) == 0 {
		return result, &Error{Message: f.name + " has no value", Hint: "write " + f.sample(), HalfTyped: true}
	}
	return result, nil
}
