package stream

import "time"

// stampReader reads times as this package writes them. Times of one day follow each
// other: of the next one the date is known.
type stampReader struct {
	date string    // "2006-01-02", as it was read last
	day  time.Time // its begin
}

// The places of the parts in [timeLayout], in UTC.
const (
	stampLength = len("2006-01-02T15:04:05.000Z")
	dateLength  = len(time.DateOnly)
)

// read returns false for what is written otherwise, or is no time.
func (r *stampReader) read(b []byte) (time.Time, bool) {
	if len(b) != stampLength || b[10] != 'T' || b[13] != ':' || b[16] != ':' || b[19] != '.' || b[23] != 'Z' {
		return time.Time{}, false
	}
	if string(b[:dateLength]) != r.date && !r.turn(string(b[:dateLength])) {
		return time.Time{}, false
	}
	hours, minutes, seconds := number(b[11:13]), number(b[14:16]), number(b[17:19])
	millis := number(b[20:23])
	if hours > 23 || minutes > 59 || seconds > 59 || millis > 999 {
		return time.Time{}, false
	}
	return r.day.Add(time.Duration(hours*3600+minutes*60+seconds)*time.Second + time.Duration(millis)*time.Millisecond), true
}

// turn takes another date.
func (r *stampReader) turn(date string) bool {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return false
	}
	r.date, r.day = date, day
	return true
}

// number reads digits; what is no digit makes it too large for any use here.
func number(b []byte) (n uint) {
	for _, c := range b {
		d := uint(c - '0')
		if d > 9 {
			return 1 << 20
		}
		n = n*10 + d
	}
	return n
}
