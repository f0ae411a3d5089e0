package inventory

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// describe says what a value of the file is.
func describe(raw any) string {
	switch raw := raw.(type) {
	case string:
		return "the string " + clip(raw)
	case int64:
		return fmt.Sprintf("the integer %d", raw)
	case float64:
		return fmt.Sprintf("the number %v", raw)
	case bool:
		return fmt.Sprintf("the boolean %t", raw)
	case time.Time:
		return "a date or time"
	case []any:
		return "an array"
	case []map[string]any:
		return "a list of tables"
	case map[string]any:
		return "a table"
	}
	return fmt.Sprintf("a %T", raw)
}

// plain is raw where it can be written in quotes as it is, else a stand-in.
func plain(raw any) any {
	switch raw.(type) {
	case string, int64, float64, bool:
		return raw
	}
	return "…"
}

// clip quotes s, short enough for one line.
func clip(s string) string {
	const most = 40
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most-1]) + "…"
	}
	return strconv.Quote(s)
}

// alternatives is `"a", "b" or "c"`.
func alternatives(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = strconv.Quote(w)
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
}

// printable is s on one line and without what would steer a terminal: the
// library quotes the file's own characters.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return '?'
	}, s)
}
