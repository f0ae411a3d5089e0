package replica

import (
	"bytes"
	"fmt"
	"testing"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// fleetOf is a full report of n tunnels, as lines.
func fleetOf(n int) []byte {
	var list []stream.Record
	for i := range n {
		rec := tunnel(1, fmt.Sprintf("fra1-site%05d", i), fleet.Up, 0)
		for range 60 {
			rec.Tunnel.Recent = append(rec.Tunnel.Recent, fleet.Outcome{Fate: fleet.FateMissing}.Pack())
		}
		list = append(list, rec)
	}
	return []byte(text(append(list, summary(1, n, 0))...))
}

func records(b *testing.B, body []byte) (list []stream.Record) {
	b.Helper()
	for dec := stream.NewDecoder(bytes.NewReader(body)); ; {
		rec, err := dec.Next()
		if err != nil {
			return list
		}
		list = append(list, rec)
	}
}

// BenchmarkApply applies a full report of 10,000 tunnels; "decode" reads it first.
func BenchmarkApply(b *testing.B) {
	body := fleetOf(10_000)
	b.Run("records", func(b *testing.B) {
		r, list := New(), records(b, body)
		perRecord(b, len(list), func() { apply(r, list...) })
	})
	b.Run("decode", func(b *testing.B) {
		r := New()
		perRecord(b, 10_001, func() { feed(b, r, bytes.NewReader(body), at(1)) })
	})
}

func perRecord(b *testing.B, n int, run func()) {
	b.ReportAllocs()
	for b.Loop() {
		run()
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkReport(b *testing.B) {
	r := New()
	feed(b, r, bytes.NewReader(fleetOf(10_000)), at(1))
	report := r.Report(at(1), nil)
	b.ReportAllocs()
	for b.Loop() {
		report = r.Report(at(2), report)
	}
}

// BenchmarkLook is how long a reader of 10,000 tunnels holds the writer up.
func BenchmarkLook(b *testing.B) {
	r := New()
	feed(b, r, bytes.NewReader(fleetOf(10_000)), at(1))
	var l look
	b.ReportAllocs()
	for b.Loop() {
		r.look(&l, at(1))
	}
}
