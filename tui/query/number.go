package query

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// unit is what a number counts.
type unit uint8

const (
	plain    unit = iota // 3
	duration             // 100ms, 1h30m; held in ns
	ratio                // 1%; held as a ratio
	numbered             // 3, yes, no: a number from 1, or 0 for none
)

// units are those of durations. There is none that is the beginning of another
// and behind it.
var units = [...]struct {
	name string
	ns   float64
}{
	{"ns", 1}, {"µs", 1e3}, {"μs", 1e3}, {"us", 1e3}, {"ms", 1e6},
	{"s", 1e9}, {"m", float64(time.Minute)}, {"h", float64(time.Hour)},
	{"d", 24 * float64(time.Hour)}, {"w", 7 * 24 * float64(time.Hour)},
}

// parseNumber reads a number with the field's unit.
func (f *field) parseNumber(text string, o op) (value, *Error) {
	v := value{op: o}
	if o == unequal {
		v.op = equal // the term is negated
	}
	if w := strings.ToLower(text); f.unit == numbered && v.op == equal && (w == "yes" || w == "no") {
		if w == "yes" {
			v.op = greater
		}
		return v, nil
	}
	n, state := readNumber(strings.ToLower(text), f.unit)
	if v.number = n; state == complete {
		return v, nil
	}
	return v, &Error{
		Message:   strconv.Quote(text) + " is no " + unitNames[f.unit],
		Hint:      "write " + f.sample(),
		HalfTyped: state == beginning || f.unit == numbered && isBeginning(strings.ToLower(text), yesNo),
	}
}

var unitNames = [...]string{plain: "number", duration: "duration", ratio: "percentage", numbered: "number"}

func isBeginning(text string, of []string) bool {
	return slices.ContainsFunc(of, func(word string) bool { return strings.HasPrefix(word, text) })
}

// completeness says how much of a number a text is.
type completeness uint8

const (
	wrong completeness = iota
	beginning
	complete
)

// readNumber reads a number in that unit.
func readNumber(text string, u unit) (float64, completeness) {
	if text == "" {
		return 0, beginning
	}
	switch u {
	case duration:
		return readDuration(text)
	case ratio:
		n, rest := readDecimal(text)
		if rest == "%" {
			return n / 100, complete
		}
		return n, ifThen(rest == "" && !math.IsNaN(n), beginning)
	}
	n, rest := readDecimal(text)
	return n, ifThen(rest == "" && !math.IsNaN(n), complete)
}

func ifThen(condition bool, is completeness) completeness {
	if condition {
		return is
	}
	return wrong
}

// readDuration reads one or more decimals with their units.
func readDuration(text string) (ns float64, state completeness) {
	for text != "" {
		n, rest := readDecimal(text)
		if math.IsNaN(n) {
			return 0, wrong
		}
		scale, after, ok := readUnit(rest)
		if !ok {
			return 0, ifThen(isUnitBeginning(rest), beginning)
		}
		ns, text = ns+n*scale, after
	}
	return ns, complete
}

// isUnitBeginning tells whether text may yet become a unit.
func isUnitBeginning(text string) bool {
	for _, u := range units {
		if strings.HasPrefix(u.name, text) {
			return true
		}
	}
	return false
}

// readUnit reads the unit at the beginning of text.
func readUnit(text string) (ns float64, rest string, ok bool) {
	for _, u := range units {
		if rest, ok := strings.CutPrefix(text, u.name); ok {
			return u.ns, rest, true
		}
	}
	return 0, text, false
}

// readDecimal reads digits with at most one point; NaN where there are none, or
// too many.
func readDecimal(text string) (n float64, rest string) {
	digits := len(text) - len(strings.TrimLeft(text, "0123456789."))
	n, err := strconv.ParseFloat(text[:digits], 64)
	if err != nil {
		return math.NaN(), text
	}
	return n, text[digits:]
}

// compare compares a row's number with that of a term.
func compare(n float64, o op, with float64) bool {
	switch o {
	case less:
		return n < with
	case atMost:
		return n <= with
	case greater:
		return n > with
	case atLeast:
		return n >= with
	}
	return n == with
}
