package stream

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"
)

// stamp is a time of the stream.
type stamp time.Time

// UnmarshalJSON reads any RFC 3339 time, as UTC.
func (s *stamp) UnmarshalJSON(b []byte) error {
	var t time.Time
	err := t.UnmarshalJSON(b)
	t = t.UTC()
	if err != nil || t.Year() < 0 || t.Year() > 9999 { // RFC 3339 has four digits
		return fmt.Errorf(`%.64s is no time, want RFC 3339 as in "2026-11-22T19:00:00.000Z"`, b)
	}
	*s = stamp(t)
	return nil
}

func (s stamp) time() time.Time { return time.Time(s) }

// inMillis is a duration that the stream has in whole milliseconds.
type inMillis time.Duration

func (d inMillis) duration() time.Duration { return time.Duration(d) }

// UnmarshalJSON reads an integer of milliseconds.
func (d *inMillis) UnmarshalJSON(b []byte) error {
	return unmarshalDuration((*time.Duration)(d), b, time.Millisecond)
}

// inMicros is a duration that the stream has in whole microseconds.
type inMicros time.Duration

func (d inMicros) duration() time.Duration { return time.Duration(d) }

// UnmarshalJSON reads an integer of microseconds.
func (d *inMicros) UnmarshalJSON(b []byte) error {
	return unmarshalDuration((*time.Duration)(d), b, time.Microsecond)
}

func unmarshalDuration(d *time.Duration, b []byte, unit time.Duration) error {
	if string(b) == "null" {
		return nil
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	limit := math.MaxInt64 / int64(unit)
	if err != nil || n > limit || n < -limit {
		return fmt.Errorf("%.64s is no duration, want an integer of at most %d", b, limit)
	}
	*d = time.Duration(n) * unit
	return nil
}

// require reports a record without something that it means nothing without.
func require(kind, key string, has bool) error {
	if has {
		return nil
	}
	return fmt.Errorf("%s record without %q", kind, key)
}

// wanted names a Go type as JSON calls it.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "an integer"
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		return fmt.Sprintf("an integer of 0 to %d", uint64(math.MaxUint64)>>(64-t.Bits()))
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "a list"
	}
	return "an object"
}
