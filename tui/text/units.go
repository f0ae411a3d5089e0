package text

import (
	"math"
	"strconv"
	"time"
)

const day = 24 * time.Hour

// Duration is d in at most 6 cells: three digits below a minute ("812µs",
// "12.4ms", "3.07s"), [Span] above. It is cut, not rounded, and a negative one
// counts as 0.
func (c Charset) Duration(d time.Duration) string { return string(c.AppendDuration(nil, d)) }

// AppendDuration appends what [Charset.Duration] returns.
func (c Charset) AppendDuration(b []byte, d time.Duration) []byte {
	switch {
	case d <= 0:
		return append(b, "0s"...)
	case d < time.Microsecond:
		return append(append(append(b, "<1"...), c.micro()...), 's')
	case d < time.Millisecond:
		b = strconv.AppendInt(b, int64(d/time.Microsecond), 10)
		return append(append(b, c.micro()...), 's')
	case d < time.Second:
		return append(appendThree(b, uint64(d), uint64(time.Millisecond)), "ms"...)
	case d < time.Minute:
		return append(appendThree(b, uint64(d), uint64(time.Second)), 's')
	}
	return AppendSpan(b, d)
}

// appendThree appends n in that unit with three digits, cut; n is from 1 to
// below 1,000 units.
func appendThree(b []byte, n, unit uint64) []byte {
	whole, rest := n/unit, n%unit
	b = strconv.AppendUint(b, whole, 10)
	switch {
	case whole >= 100:
		return b
	case whole >= 10:
		return append(b, '.', byte('0'+rest/(unit/10)))
	default:
		hundredths := rest / (unit / 100)
		return append(b, '.', byte('0'+hundredths/10), byte('0'+hundredths%10))
	}
}

// Span is how long something lasts, in at most 6 cells and whole seconds:
// "42s", "3m12s", "23h59m", "2d4h", "120d", "3y". It is cut, not rounded, and a
// negative one counts as 0. A year has 365 days.
func Span(d time.Duration) string { return string(AppendSpan(nil, d)) }

// AppendSpan appends what [Span] returns.
func AppendSpan(b []byte, d time.Duration) []byte {
	switch d = max(d, 0); {
	case d < time.Minute:
		return append(strconv.AppendInt(b, int64(d/time.Second), 10), 's')
	case d < time.Hour:
		return appendTwo(b, d, time.Minute, 'm', time.Second, 's')
	case d < day:
		return appendTwo(b, d, time.Hour, 'h', time.Minute, 'm')
	case d < 100*day:
		return appendTwo(b, d, day, 'd', time.Hour, 'h')
	case d < 1000*day:
		return append(strconv.AppendInt(b, int64(d/day), 10), 'd')
	}
	return append(strconv.AppendInt(b, int64(d/(365*day)), 10), 'y')
}

// appendTwo appends d in a unit and a smaller one, which is left out where it
// is 0.
func appendTwo(b []byte, d, unit time.Duration, name byte, small time.Duration, smallName byte) []byte {
	b = append(strconv.AppendInt(b, int64(d/unit), 10), name)
	if rest := d % unit / small; rest > 0 {
		b = append(strconv.AppendInt(b, int64(rest), 10), smallName)
	}
	return b
}

// Ago is how long ago something was, in at most 8 cells and one unit, cut:
// "now", "42s ago", "3m ago", "1h ago", "2d ago". What is to come is now: clocks
// differ.
func Ago(d time.Duration) string { return string(AppendAgo(nil, d)) }

// AppendAgo appends what [Ago] returns.
func AppendAgo(b []byte, d time.Duration) []byte {
	if d < time.Second {
		return append(b, "now"...)
	}
	for _, u := range [...]struct {
		unit time.Duration
		name byte
	}{{365 * day, 'y'}, {day, 'd'}, {time.Hour, 'h'}, {time.Minute, 'm'}, {time.Second, 's'}} {
		if d >= u.unit {
			return append(append(strconv.AppendInt(b, int64(d/u.unit), 10), u.name), " ago"...)
		}
	}
	return b
}

// Count is n in at most 5 cells: itself below 10,000, then three digits and a
// prefix ("12.3k", "4.56M", "18.4E"), cut.
func Count(n uint64) string { return string(AppendCount(nil, n)) }

// AppendCount appends what [Count] returns.
func AppendCount(b []byte, n uint64) []byte {
	if n < 10_000 {
		return strconv.AppendUint(b, n, 10)
	}
	unit, prefix := uint64(1000), 0
	for n/unit >= 1000 {
		unit, prefix = unit*1000, prefix+1
	}
	return append(appendThree(b, n, unit), "kMGTPE"[prefix])
}

// Percent is a ratio such as a loss, in at most 5 cells: "0%", "0.4%", "12%",
// "100%". It is cut to tenths below 10 % and to whole ones above; what is more
// than nothing never reads 0 ("<0.1%"). "-" where the ratio is no number or
// negative: not known.
func Percent(ratio float64) string { return string(AppendPercent(nil, ratio)) }

// AppendPercent appends what [Percent] returns.
func AppendPercent(b []byte, ratio float64) []byte {
	tenths := cut(ratio, 1000)
	switch {
	case !(ratio >= 0):
		return append(b, '-')
	case ratio > 0 && tenths == 0:
		return append(b, "<0.1%"...)
	case tenths >= 100 || tenths%10 == 0:
		return append(strconv.AppendUint(b, min(tenths/10, 999), 10), '%')
	}
	return append(strconv.AppendUint(b, tenths/10, 10), '.', byte('0'+tenths%10), '%')
}

// Availability is a ratio near 1, in at most 6 cells: "99.98%", cut to
// hundredths so that what is less than all never reads 100. "-" where it is not
// known: no number, or negative.
func Availability(ratio float64) string { return string(AppendAvailability(nil, ratio)) }

// AppendAvailability appends what [Availability] returns.
func AppendAvailability(b []byte, ratio float64) []byte {
	switch {
	case !(ratio >= 0):
		return append(b, '-')
	case ratio >= 1:
		return append(b, "100%"...)
	}
	hundredths := cut(ratio, 10_000)
	b = append(strconv.AppendUint(b, hundredths/100, 10), '.')
	return append(b, byte('0'+hundredths/10%10), byte('0'+hundredths%10), '%')
}

// cut is ratio in parts of that many, rounded down but for the error of binary
// fractions: 0.29 is 290 thousandths.
func cut(ratio, parts float64) uint64 {
	if !(ratio > 0) {
		return 0
	}
	return uint64(math.Floor(min(ratio, 1000)*parts + 1e-9))
}
