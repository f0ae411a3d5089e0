package fleet

import (
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/alloctest"
	"greylag/probe/session"
)

// turn is what 64 tunnels, stride apart, report in one turn of the engine's loop: a
// keepalive and its answer each.
func turn(batch []probe.Event, from, stride, tunnels int32, seq uint32) []probe.Event {
	batch = batch[:0]
	for i := range int32(64) {
		tunnel := int32(int64(from+i) * int64(stride) % int64(tunnels))
		batch = append(batch,
			probe.Event{Kind: probe.Sent, Tunnel: tunnel, Seq: seq, At: epoch},
			probe.Event{Kind: probe.Answered, Tunnel: tunnel, Seq: seq, At: epoch, RTT: ms, TTL: 254})
	}
	return batch
}

// Recording allocates nothing in good times and in bad ones, nor while a reader
// holds the rows; but for the log of changes, a piece every 1,024 of them.
func TestRecordAllocatesNothing(t *testing.T) {
	for name, facts := range map[string]func(seq uint32) []probe.Event{
		"all answered": func(seq uint32) []probe.Event { return exchange(seq, seq, ms) },
		"all lost":     func(seq uint32) []probe.Event { return silence(seq, seq) },
		"late":         func(seq uint32) []probe.Event { return join(sent(seq), answer(seq-1, ms)) },
		"excused":      func(seq uint32) []probe.Event { return join(sent(seq), fact(probe.Excused, seq)) },
		"unsent":       func(seq uint32) []probe.Event { return join(sent(seq), notSent(seq, syscall.ENOBUFS)) },
		"strays": func(seq uint32) []probe.Event {
			return join(sent(seq), fact(probe.Duplicate, seq-1), fact(probe.Unmatched, 0))
		},
	} {
		for held, record := range map[string]func(*Store, []probe.Event){
			"": (*Store).Record,
			", while it is read": func(s *Store, batch []probe.Event) {
				s.mu.Lock()
				s.Record(batch)
				s.release()
			},
		} {
			s, seq := NewStore(manyTunnels(64), epoch), uint32(0)
			batches := make([][]probe.Event, 300)
			for i := range batches {
				batches[i] = facts(uint32(i + 1))
			}
			next := func() {
				record(s, batches[seq])
				seq++
			}
			for range 150 {
				next() // buffers grow
			}
			if n := testing.AllocsPerRun(100, next); n != 0 {
				t.Errorf("%s%s: %v allocations", name, held, n)
			}
		}
	}
}

func benchRecord(b *testing.B, tunnels, stride int32, readers int) {
	s := NewStore(manyTunnels(int(tunnels)), epoch)
	stop := make(chan struct{})
	var reading sync.WaitGroup
	for range readers {
		reading.Go(func() { readReports(s, stop) })
	}
	var batch []probe.Event
	from, seq := int32(0), uint32(1)
	took := make([]time.Duration, 0, 1<<18)
	check := alloctest.Forbid(b)
	for b.Loop() {
		batch = turn(batch, from, stride, tunnels, seq)
		if from += 64; from >= tunnels {
			from, seq = 0, seq+1
		}
		start := time.Now()
		s.Record(batch)
		if len(took) < cap(took) {
			took = append(took, time.Since(start))
		}
	}
	if readers == 0 { // they make a summary each
		check()
	}
	close(stop)
	reading.Wait()
	slices.Sort(took)
	perEvent := func(percent int) float64 { return float64(took[len(took)*percent/100]) / float64(len(batch)) }
	b.ReportMetric(perEvent(50), "p50-ns/event")
	b.ReportMetric(perEvent(99), "p99-ns/event")
}

func readReports(s *Store, stop chan struct{}) {
	var r *Report
	for {
		select {
		case <-stop:
			return
		default:
			r = s.Report(at(1), r)
		}
	}
}

// The figures to look at are those per event; ns/op is a batch of 128 and the
// making of it. On few cores the readers take the processor from the writer,
// which shows in the 99th percentile and not in the median.
func BenchmarkRecord(b *testing.B) {
	b.Run("64 tunnels", func(b *testing.B) { benchRecord(b, 64, 1, 0) })
	b.Run("10000 tunnels", func(b *testing.B) { benchRecord(b, 10_000-10_000%64, 1, 0) })
	b.Run("10000 tunnels 4 readers", func(b *testing.B) { benchRecord(b, 10_000-10_000%64, 1, 4) })
	b.Run("100000 tunnels", func(b *testing.B) { benchRecord(b, 100_032, 1, 0) })
	b.Run("100000 tunnels in no order", func(b *testing.B) { benchRecord(b, 100_032, 61_813, 0) })
}

func BenchmarkReport(b *testing.B) {
	s := NewStore(manyTunnels(10_000), epoch)
	for i := range int32(10_000) {
		s.Record(of(i, join(exchange(1, 100, ms), line(session.Pending, session.Up, at(1)))...))
	}
	r := s.Report(at(1), nil)
	b.ReportAllocs()
	for b.Loop() {
		r = s.Report(at(2), r)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10_000, "ns/tunnel")
}

// BenchmarkMemory reports what a store of 10,000 tunnels takes of the heap, all
// in but the inventory.
func BenchmarkMemory(b *testing.B) {
	inv := manyTunnels(10_000)
	var kept *Store
	for b.Loop() {
		kept = nil
		before := heap()
		kept = NewStore(inv, epoch)
		kept.Record(of(0, exchange(1, 200, ms)...))
		b.ReportMetric(float64(heap()-before)/10_000, "bytes/tunnel")
	}
	runtime.KeepAlive(kept)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
