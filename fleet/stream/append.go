package stream

import (
	"math"
	"net/netip"
	"strconv"
	"time"
	"unicode/utf8"
)

// The helpers of this file append one field, comma first: every object's first
// field is written by its caller. They neither allocate nor reflect.

func appendKey(b []byte, key string) []byte {
	b = append(b, `,"`...)
	b = append(b, key...)
	return append(b, `":`...)
}

func appendText(b []byte, key, value string) []byte {
	return AppendString(appendKey(b, key), value)
}

// appendKnownText leaves out a text that is empty.
func appendKnownText(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	return appendText(b, key, value)
}

// appendKnownTexts leaves out a list that is empty.
func appendKnownTexts(b []byte, key string, values []string) []byte {
	if len(values) == 0 {
		return b
	}
	b = appendKey(b, key)
	for i, value := range values {
		b = append(b, "[,"[min(i, 1)])
		b = AppendString(b, value)
	}
	return append(b, ']')
}

func appendCount(b []byte, key string, n uint64) []byte {
	return strconv.AppendUint(appendKey(b, key), n, 10)
}

func appendInt(b []byte, key string, n int64) []byte {
	return strconv.AppendInt(appendKey(b, key), n, 10)
}

// appendKnown leaves out a number that is not positive: for values of which 0
// means that they are not known.
func appendKnown(b []byte, key string, n int64) []byte {
	if n <= 0 {
		return b
	}
	return appendInt(b, key, n)
}

func appendBool(b []byte, key string, v bool) []byte {
	return strconv.AppendBool(appendKey(b, key), v)
}

// appendRatio writes a number of 0 to 1 with at most the given decimals, and
// without an exponent. What is not a number is not known, and left out.
func appendRatio(b []byte, key string, v float64, decimals int) []byte {
	if math.IsNaN(v) {
		return b
	}
	scale := math.Pow10(decimals)
	v = math.Round(max(0, min(v, 1))*scale) / scale
	return strconv.AppendFloat(appendKey(b, key), v, 'f', -1, 64)
}

// appendTime leaves out a zero time.
func appendTime(b []byte, key string, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	b = append(appendKey(b, key), '"')
	b = t.UTC().AppendFormat(b, timeLayout)
	return append(b, '"')
}

// appendAddr leaves out an invalid address.
func appendAddr(b []byte, key string, a netip.Addr) []byte {
	switch {
	case !a.IsValid():
		return b
	case a.Zone() != "": // may hold any character
		return appendText(b, key, a.String())
	}
	b = append(appendKey(b, key), '"')
	return append(a.AppendTo(b), '"')
}

func millis(d time.Duration) int64 { return int64(d.Round(time.Millisecond) / time.Millisecond) }
func micros(d time.Duration) int64 { return int64(d.Round(time.Microsecond) / time.Microsecond) }

// AppendString writes s as a JSON string (RFC 8259 section 7), whatever it
// holds: bytes that are not UTF-8 become U+FFFD. Beyond what JSON asks for, the
// line separators of JavaScript and the control characters of terminals (DEL,
// C1) are escaped too, because lines are read by both.
func AppendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0 // of what is not yet copied
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		if needsEscape(r) {
			b = append(b, s[start:i]...)
			b = appendEscaped(b, r)
			start = i + size
		}
		i += size
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

func needsEscape(r rune) bool {
	switch {
	case r < ' ', r == '"', r == '\\':
		return true
	case r < 0x7f:
		return false
	case r < 0xa0, r == '\u2028', r == '\u2029':
		return true
	}
	return r == utf8.RuneError // not UTF-8, or itself already
}

func appendEscaped(b []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(b, '\\', byte(r))
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	case utf8.RuneError:
		return utf8.AppendRune(b, r)
	}
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
