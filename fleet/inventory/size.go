package inventory

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// units are those that a size may have, in bytes.
var units = []struct {
	name  string
	bytes int64
}{{"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}}

// sizeWithin takes a string such as "64MB", from min to max bytes.
func sizeWithin(min, max int64) decoder[int64] {
	return func(r *reader, v value) (int64, bool) {
		s, ok := v.raw.(string)
		if !ok {
			r.wrongValue(v, sizeHint(v.raw), "is %s, not a size", describe(v.raw))
			return 0, false
		}
		n, ok := parseSize(s)
		if !ok {
			r.wrongValue(v, sizeHint(s), "%s is no size", clip(s))
			return 0, false
		}
		if n < min || n > max {
			r.wrongValue(v, fmt.Sprintf("write %q to %q", inUnits(min), inUnits(max)), "%q is out of range", s)
			return 0, false
		}
		return n, true
	}
}

// parseSize reads a whole number with its unit.
func parseSize(s string) (int64, bool) {
	for _, u := range units {
		if number, is := strings.CutSuffix(s, u.name); is {
			n, err := strconv.ParseUint(strings.TrimSpace(number), 10, 32)
			return int64(n) * u.bytes, err == nil
		}
	}
	return 0, false
}

// sizeHint takes a number without a unit for bytes where it is large, and else for
// megabytes.
func sizeHint(raw any) string {
	n, err := strconv.ParseInt(fmt.Sprint(raw), 10, 64)
	switch {
	case err != nil || n <= 0:
		return `write a whole number with its unit, as in "64MB"`
	case n >= 1e6:
		n /= 1e6
	}
	return fmt.Sprintf("write %q", fmt.Sprint(n, "MB"))
}

func inUnits(n int64) string {
	for _, u := range units {
		if n%u.bytes == 0 {
			return fmt.Sprint(n/u.bytes, u.name)
		}
	}
	return fmt.Sprint(n)
}

// absolute takes the path of a file, from the root: where greylag is started from does
// not matter then.
func absolute(r *reader, v value) (string, bool) {
	s, ok := name(r, v)
	switch {
	case !ok:
	case !filepath.IsAbs(s):
		r.wrongValue(v, `write it from /, as in "/var/lib/greylag/journal"`, "%s is a relative path", clip(s))
		return "", false
	case strings.HasSuffix(s, "/"):
		r.wrongValue(v, `name a file in it, as in "`+s+`journal"`, "%s is a directory", clip(s))
		return "", false
	}
	return s, ok
}
