package inventory

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// A decoder takes a value of the file as one of Go; where that cannot be, it
// records why and returns false.
type decoder[V any] func(r *reader, v value) (V, bool)

func boolean(r *reader, v value) (bool, bool) {
	b, ok := v.raw.(bool)
	if !ok {
		hint := "write true or false"
		if s := fmt.Sprint(v.raw); s == "true" || s == "false" {
			hint = "write " + s
		}
		r.wrongValue(v, hint, "is %s, not true or false", describe(v.raw))
	}
	return b, ok
}

// within takes an integer from min to max.
func within[N int | uint8 | uint32](min, max int64) decoder[N] {
	return func(r *reader, v value) (N, bool) {
		n, ok := v.raw.(int64)
		switch {
		case !ok:
			r.wrongValue(v, integerHint(v.raw), "is %s, not an integer", describe(v.raw))
		case n < min || n > max:
			r.wrongValue(v, fmt.Sprintf("write %d to %d", min, max), "%d is out of range", n)
		}
		return N(n), ok && n >= min && n <= max
	}
}

func integerHint(raw any) string {
	if s, ok := raw.(string); ok {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return fmt.Sprintf("write %d", n)
		}
	}
	return "write a whole number without quotes"
}

// tos takes a byte whose ECN bits are 0: where the outer header comes marked
// out of the network and the inner one says not-ECT, decapsulation drops the
// packet (RFC 6040).
func tos(r *reader, v value) (uint8, bool) {
	n, ok := within[uint8](0, 255)(r, v)
	if ok && n&3 != 0 {
		near := n &^ 3
		if n&3 == 3 && n != 255 {
			near += 4
		}
		r.wrongValue(v, fmt.Sprintf("write %d", near), "%d sets an ECN bit, the two lowest, which must be 0", n)
		return 0, false
	}
	return n, ok
}

// ratio takes a number from 0 to 1.
func ratio(r *reader, v value) (float64, bool) {
	f, ok := v.raw.(float64)
	if n, isInt := v.raw.(int64); isInt {
		f, ok = float64(n), true
	}
	inRange := f >= 0 && f <= 1 // false for NaN
	switch {
	case !ok:
		r.wrongValue(v, "write 0.05 for 5 %", "is %s, not a ratio", describe(v.raw))
	case !inRange:
		r.wrongValue(v, ratioHint(f), "%v is out of range", f)
	}
	return f, ok && inRange
}

func ratioHint(f float64) string {
	if f > 1 && f <= 100 {
		return fmt.Sprintf("write 0 to 1; %v for %v %%", f/100, f)
	}
	return "write 0 to 1"
}

// maxInterval is R8's.
const maxInterval = 32767 * time.Second

// between takes a string such as "5s", from min to max.
func between(min, max time.Duration) decoder[time.Duration] {
	return func(r *reader, v value) (time.Duration, bool) {
		s, ok := v.raw.(string)
		if !ok {
			r.wrongValue(v, durationHint(v.raw), "is %s, not a duration", describe(v.raw))
			return 0, false
		}
		d, err := time.ParseDuration(s)
		if err != nil {
			r.wrongValue(v, durationHint(s), "%s is no duration", clip(s))
			return 0, false
		}
		if d < min || d > max {
			r.wrongValue(v, fmt.Sprintf(`write "%s" to "%s"`, short(min), short(max)), "%q is out of range", s)
			return 0, false
		}
		return d, true
	}
}

// durationHint takes a number without a unit for seconds.
func durationHint(raw any) string {
	seconds, err := strconv.ParseFloat(fmt.Sprint(raw), 64)
	if _, isBool := raw.(bool); isBool || err != nil || seconds <= 0 || seconds > maxInterval.Seconds() {
		return `write a number with its unit, as in "5s" or "250ms"`
	}
	return fmt.Sprintf("write %q", short(time.Duration(math.Round(seconds*1e3))*time.Millisecond))
}

// short is d in one unit where that is exact, such as 32767s: people do not
// configure "9h6m7s".
func short(d time.Duration) string {
	if d%time.Second == 0 {
		return fmt.Sprintf("%ds", d/time.Second)
	}
	return d.String()
}

// label takes a string that prints, which may be empty.
func label(r *reader, v value) (string, bool) {
	s, ok := v.raw.(string)
	if !ok {
		r.wrongValue(v, fmt.Sprintf("write %q", fmt.Sprint(plain(v.raw))), "is %s, not a string", describe(v.raw))
		return "", false
	}
	for _, c := range s {
		if !unicode.IsPrint(c) {
			r.wrongValue(v, "use letters, digits and signs", "has a control character, %U", c)
			return "", false
		}
	}
	return s, true
}

// name takes a label that is not empty.
func name(r *reader, v value) (string, bool) {
	s, ok := label(r, v)
	if ok && strings.TrimSpace(s) == "" {
		r.wrongValue(v, `write a name, as in "fra1-seoul"`, "is empty")
		return "", false
	}
	return s, ok
}

// labels takes an array of names.
func labels(r *reader, v value) ([]string, bool) {
	list, ok := v.raw.([]any)
	if !ok {
		r.wrongValue(v, fmt.Sprintf("write [%q]", fmt.Sprint(plain(v.raw))), "is %s, not an array of strings", describe(v.raw))
		return nil, false
	}
	out := make([]string, 0, len(list))
	for i, raw := range list {
		s, good := name(r, value{v.key, raw, v.at.item(i)})
		out, ok = append(out, r.word(s)), ok && good
	}
	return out, ok
}

// device takes the name of an interface as Linux allows it (dev_valid_name;
// IFNAMSIZ is 16 with the final zero), or "".
func device(r *reader, v value) (string, bool) {
	s, ok := label(r, v)
	switch {
	case !ok:
	case len(s) > 15:
		r.wrongValue(v, "Linux takes at most 15 bytes", "%q has %d bytes", s, len(s))
		return "", false
	case s == ".", s == "..", strings.ContainsAny(s, "/: "):
		r.wrongValue(v, `an interface's name has no "/", ":" or space`, "%q cannot be an interface", s)
		return "", false
	}
	return s, ok
}

// named decodes the name of one of values.
func named[T fmt.Stringer](values ...T) decoder[T] {
	names := make([]string, len(values))
	for i, value := range values {
		names[i] = value.String()
	}
	word := oneOf(names...)
	return func(r *reader, v value) (found T, ok bool) {
		name, ok := word(r, v)
		if ok {
			found = values[slices.Index(names, name)]
		}
		return found, ok
	}
}

// oneOf takes one of a few words.
func oneOf[S ~string](words ...S) decoder[S] {
	known := make([]string, len(words))
	for i, w := range words {
		known[i] = string(w)
	}
	return func(r *reader, v value) (S, bool) {
		s, ok := v.raw.(string)
		if !ok {
			r.wrongValue(v, "write "+alternatives(known), "is %s, not a word", describe(v.raw))
			return "", false
		}
		for _, w := range words {
			if string(w) == s {
				return w, true
			}
		}
		r.wrongValue(v, "write "+alternatives(known), "%s is not known", clip(s))
		return "", false
	}
}
