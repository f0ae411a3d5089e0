package fleet

import (
	"math/bits"
	"time"
)

// Round trip times are sorted into log-linear buckets: below 8 units of 64 ns
// each unit is one, above that each doubling is split into 8. The value that
// stands for a bucket is within 6 % of any in it, from 1 µs to 68 s; what is
// longer counts into the last.
const (
	unitBits    = 6 // 2^6 ns
	splitBits   = 3
	rttBuckets  = 224
	longestUnit = 1<<30 - 1 // units in the last bucket's end, 68.7 s
)

// fadeSamples is how many samples the buckets hold before their counts are
// halved, so that old times fade: percentiles speak mostly of the last 128 to 256
// round trips, which is 20 to 40 minutes of the default interval; and a count
// fits a byte.
const fadeSamples = 255

// bucketOf returns the bucket of a round trip time.
func bucketOf(rtt time.Duration) int {
	units := min(uint64(max(rtt, 0))>>unitBits, longestUnit)
	shift := max(bits.Len64(units)-1-splitBits, 0)
	return shift<<splitBits + int(units>>shift)
}

// bucketRTT returns the time that stands for a bucket: the one whose relative
// distance to both its ends is the same, 2·low·high/(low+high).
func bucketRTT(bucket int) time.Duration {
	shift := max(bucket>>splitBits-1, 0)
	low := uint64(bucket-shift<<splitBits) << (shift + unitBits)
	high := low + 1<<(shift+unitBits)
	if low == 0 {
		return time.Duration(high / 2)
	}
	return time.Duration(float64(low) * float64(high) / float64(low+high) * 2)
}

// histogram counts recent round trip times by bucket. All of them together
// are fadeSamples at most: no count overflows, also with a carry.
type histogram struct {
	total  uint16
	counts [rttBuckets]uint8
}

func (h *histogram) add(rtt time.Duration) {
	h.counts[bucketOf(rtt)]++
	h.total++
	if h.total >= fadeSamples {
		h.halve()
	}
}

// halve halves all counts. The halves that rounding takes away are carried to
// the next bucket, so that a tail of single samples keeps its weight.
func (h *histogram) halve() {
	var carry uint8
	h.total = 0
	for i, n := range h.counts {
		n += carry
		h.counts[i], carry = n/2, n%2
		h.total += uint16(n / 2)
	}
}

// percentile returns the time that percent of the samples do not exceed; 0
// without samples.
func (h *histogram) percentile(percent int) time.Duration {
	rank := (int(h.total)*percent + 99) / 100
	seen := 0
	for i, n := range h.counts {
		seen += int(n)
		if n > 0 && seen >= rank {
			return bucketRTT(i)
		}
	}
	return 0
}

// rttFacts is what is kept of a tunnel's round trip times, all in time.Duration.
type rttFacts struct {
	samples        uint64
	last, min, max time.Duration
	sum            time.Duration
	smoothed       time.Duration // RFC 6298 section 2; 0: no sample since the line went down
	jitter         time.Duration // RFC 3550 section 6.4.1
	recent         histogram
}

func (f *rttFacts) add(rtt time.Duration) {
	rtt = max(rtt, 0)
	f.smooth(rtt)
	if f.samples == 0 {
		f.min = rtt
	} else {
		f.jitter += ((rtt - f.last).Abs() - f.jitter) / 16
	}
	f.samples++
	f.last = rtt
	f.min = min(f.min, rtt)
	f.max = max(f.max, rtt)
	f.sum += rtt
	f.recent.add(rtt)
}

// smooth is RFC 6298 (2.2) and (2.3), alpha = 1/8.
func (f *rttFacts) smooth(rtt time.Duration) {
	if f.smoothed == 0 {
		f.smoothed = rtt
		return
	}
	f.smoothed += (rtt - f.smoothed) / 8
}

// forget starts the smoothed time anew: after an outage the path may be
// another one.
func (f *rttFacts) forget() { f.smoothed = 0 }

// report derives what readers see. Percentiles are within the exact extremes.
func (f *rttFacts) report() RTT {
	if f.samples == 0 {
		return RTT{}
	}
	return RTT{
		Samples: f.samples,
		Last:    f.last,
		Min:     f.min,
		Mean:    f.sum / time.Duration(f.samples),
		P50:     min(max(f.recent.percentile(50), f.min), f.max),
		P99:     min(max(f.recent.percentile(99), f.min), f.max),
		Max:     f.max,
		Jitter:  f.jitter,
	}
}
