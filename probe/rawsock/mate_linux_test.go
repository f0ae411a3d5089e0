package rawsock

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What the second thread sends leaves as the first one's packets do.
func TestMateOnTheWire(t *testing.T) {
	f := newFar(t)
	other := netip.MustParseAddr("192.0.2.77")
	must(t, f.Underlay().AddAddress(other))
	c := openWithMate(t)
	way := egressOf(t, c, 47, other, "near0", 64, 0x28)
	for i := range 3 * smallShare {
		c.Queue(way, farAddress.As4(), []byte{0, 0, 8, 0, 0, byte(i)})
	}
	c.gre.divide(smallShare)
	c.gre.mate.call(c.gre)
	c.gre.shares.await() // the first thread sends nothing
	for i := range 3 * smallShare {
		p := f.next(t)
		source, df := netip.AddrFrom4([4]byte(p[12:16])), p[6]&0x40 != 0
		if p[9] != 47 || source != other || p[8] != 64 || p[1] != 0x28 || df || int(p[25]) != i {
			t.Errorf("packet %d: protocol %d, source %v, TTL %d, TOS %#x, DF %v, number %d", i, p[9], source, p[8], p[1], df, p[25])
		}
	}
}

func openWithMate(t testing.TB) *Conn {
	t.Helper()
	c := open(t, Options{ReceiveBuffer: 1 << 20})
	if c.gre.mate == nil {
		t.Skip("one processor: there is no second thread")
	}
	return c
}

// Of batches that two send each packet goes once, and what fails is told in the order
// of the batch.
func TestMateSendsEachOnce(t *testing.T) {
	f := newFar(t)
	c := openWithMate(t)
	way := egressOf(t, c, 47, nearAddress, "", 255, 0xc0)
	const rounds, n = 20, worthSharing + 3*batch + 5
	var want []int
	for i := range n {
		if i%10 == 3 {
			want = append(want, i)
		}
	}
	for round := range rounds {
		for i := range n {
			to := farAddress
			if i%10 == 3 {
				to = nobody
			}
			c.Queue(way, to.As4(), binary.BigEndian.AppendUint32([]byte{0, 0, 8, 0}, uint32(i)))
		}
		var failed []int
		c.Flush(func(place int, err error) {
			failed = append(failed, place)
			if err != syscall.ENETUNREACH {
				t.Errorf("packet %d: %v", place, err)
			}
		})
		if !slices.Equal(failed, want) {
			t.Errorf("round %d: failed %v; want %v", round, failed, want)
		}
		seen := map[uint32]int{}
		for range n - len(want) {
			seen[binary.BigEndian.Uint32(f.next(t)[24:])]++
		}
		if len(seen) != n-len(want) || len(f.arrived) > 0 {
			t.Fatalf("round %d: %d different packets, %d more; want %d", round, len(seen), len(f.arrived), n-len(want))
		}
	}
}

// The second socket takes no answer, nor room for one.
func TestMateReceivesNothing(t *testing.T) {
	f := newFar(t)
	c := openWithMate(t)
	must(t, f.Send(answerCases[0].packet))
	receiveAll(t, c, 1)
	var b [100]byte
	if n, _, err := unix.Recvfrom(c.gre.mate.fd, b[:], 0); err != unix.EAGAIN {
		t.Errorf("%d bytes, %v; want none", n, err)
	}
}

// Shares are taken once each, by however many.
func TestShares(t *testing.T) {
	var s shares
	for n := range 100 {
		s.begin(n)
		taken := make([]int, n)
		var takers sync.WaitGroup
		for range 3 {
			takers.Go(func() {
				for i, ok := s.take(); ok; i, ok = s.take() {
					taken[i]++
					s.finish()
				}
			})
		}
		s.await()
		takers.Wait()
		for i, times := range taken {
			if times != 1 {
				t.Fatalf("share %d of %d is taken %d times", i, n, times)
			}
		}
	}
}

// A collection may stop the second thread with packets in its hands: who waits for it
// does not keep the collection waiting, or both would.
func TestMateDuringCollections(t *testing.T) {
	c, queue := loop(t, requestPayload)
	if c.gre.mate == nil {
		t.Skip("one processor: there is no second thread")
	}
	var ended atomic.Bool
	collected := make(chan int)
	go func() {
		n := 0
		for ; !ended.Load(); n++ {
			runtime.GC()
		}
		collected <- n
	}()
	failed, flushes, longest := failure64(t), 0, time.Duration(0)
	for begun := time.Now(); time.Since(begun) < time.Second/2; flushes++ {
		for range worthSharing/batch + 1 {
			queue()
		}
		before := time.Now()
		c.Flush(failed)
		longest = max(longest, time.Since(before))
	}
	ended.Store(true)
	t.Logf("%d flushes, %d collections, the longest flush took %v", flushes, <-collected, longest)
	if longest > 3*time.Second {
		t.Errorf("a flush took %v", longest)
	}
}

// BenchmarkFlushLarge sends a batch as it is after a delay, by one thread and by two.
func BenchmarkFlushLarge(b *testing.B) {
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprintf("threads=%d", threads), func(b *testing.B) {
			c, queue := loop(b, requestPayload)
			if threads == 1 {
				must(b, c.gre.mate.close())
				c.gre.mate = nil
			}
			failed := failure64(b)
			b.ReportAllocs()
			for b.Loop() {
				for range 10 {
					queue()
				}
				c.Flush(failed)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*10*batch), "ns/packet")
		})
	}
}
