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

// histogram counts round trip times by bucket, at most 255 of them. It is made
// when somebody asks: what is kept of a tunnel are its newest outcomes.
type histogram struct {
	total  int
	counts [rttBuckets]uint8
}

func (h *histogram) add(bucket outcome) {
	h.counts[bucket]++
	h.total++
}

// percentile returns the time that percent of the samples do not exceed; 0
// without samples.
func (h *histogram) percentile(percent int) time.Duration {
	rank := (h.total*percent + 99) / 100
	seen := 0
	for i, n := range h.counts {
		seen += int(n)
		if n > 0 && seen >= rank {
			return bucketRTT(i)
		}
	}
	return 0
}

// rttFacts is what is kept of a tunnel's round trip times, beside the buckets of
// the newest in its outcomes.
type rttFacts struct {
	last, min, max time.Duration
	sum            time.Duration
	smoothed       time.Duration // RFC 6298 section 2; 0: no sample since the line went down
	jitter         time.Duration // RFC 3550 section 6.4.1
}

// add takes in a round trip time, the first or a further one.
func (f *rttFacts) add(rtt time.Duration, first bool) {
	rtt = max(rtt, 0)
	f.smooth(rtt)
	if first {
		f.min = rtt
	} else {
		f.jitter += ((rtt - f.last).Abs() - f.jitter) / 16
	}
	f.last = rtt
	f.min = min(f.min, rtt)
	f.max = max(f.max, rtt)
	f.sum += rtt
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

// report derives what readers see of that many samples. Percentiles are those of
// the newest outcomes, within the exact extremes.
func (f *rttFacts) report(samples uint64, newest *outcomes) RTT {
	if samples == 0 {
		return RTT{}
	}
	r := RTT{
		Samples: samples,
		Last:    f.last,
		Min:     f.min,
		Mean:    f.sum / time.Duration(samples),
		Max:     f.max,
		Jitter:  f.jitter,
		Sum:     f.sum,
	}
	if h := newest.spread(); h.total > 0 {
		r.P50 = min(max(h.percentile(50), f.min), f.max)
		r.P99 = min(max(h.percentile(99), f.min), f.max)
	}
	return r
}
