package serve

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Twelve viewers, three of which stop reading: the others get every byte, in order,
// the server waits for none, and what is kept is kept once.
func TestStalledViewersHarmNobody(t *testing.T) {
	s := serve(t, Options{Every: time.Second})
	var readers []*reader
	for range 12 {
		readers = append(readers, s.connect(t))
	}
	s.admit(t, 12)
	var want bytes.Buffer
	for i := range 80 {
		fmt.Fprintf(&want, "event %d\n", i)
		want.Write(text(40 << 10))
	}
	type got struct {
		text string
		err  error
	}
	results := make(chan got)
	for _, r := range readers[3:] {
		go func() { // all of it before the end, which does not wait for long
			text := make([]byte, want.Len())
			n, err := io.ReadFull(r.lines, text)
			results <- got{string(text[:n]), err}
		}()
	}
	for i := range 80 {
		write(t, s.Everyone(), "event %d\n", i)
		_, _ = s.Everyone().Write(text(40 << 10))
	}
	if kept := s.held.Load(); kept > int64(want.Len()) {
		t.Errorf("%d bytes are kept, of %d that were written: more than once", kept, want.Len())
	}
	if g := s.Gather(); g != nil && len(g.viewers) > 9 {
		t.Errorf("%d viewers get the next report; 3 have not read the last one", len(g.viewers))
	}
	for range 9 {
		if r := <-results; r.err != nil || r.text != want.String() {
			t.Errorf("a viewer got %d bytes of %d, %v", len(r.text), want.Len(), r.err)
		}
	}
	go s.end()
	for _, r := range readers[3:] {
		if text, err := r.rest(); err != nil || text != "" {
			t.Errorf("at the end a viewer got %q, %v", text, err)
		}
	}
	for _, r := range readers[:3] {
		r.Close()
	}
}

// A viewer that reads nothing is dropped once it lags more than its room, and has
// had patience's time; that is said. One that reads slowly stays.
func TestStalledViewerIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newPiped(t)
		s.join(7)
		slow, _ := s.join(8)
		written := put(s.Everyone(), room)
		for range 35 {
			_, _ = io.ReadFull(slow, make([]byte, 100))
			time.Sleep(time.Second)
		}
		if got := s.Stats(); got.Viewers != 2 {
			t.Errorf("%+v before anything else was to be written", got)
		}
		_, _ = io.CopyN(io.Discard, slow, room/2) // has read a batch since
		write(t, s.Everyone(), "event\n")
		synctest.Wait()
		if got := s.Stats(); got.Viewers != 1 || got.Dropped != 1 {
			t.Errorf("%+v, want the one dropped that read nothing", got)
		}
		want := "socket /s: a viewer (user 7) was dropped: it has read nothing for 35s, and 1.1 MiB waited for it; 1 dropped so far\n"
		if s.said.String() != want {
			t.Errorf("said %q, want %q", s.said.String(), want)
		}
		rest := make(chan int)
		go func() {
			text, _ := io.ReadAll(slow)
			rest <- len(text)
		}()
		s.finish()
		if n, want := <-rest, written+len("event\n")-3500-room/2; n != want {
			t.Errorf("the slow one had %d bytes left, want %d", n, want)
		}
		if kept := s.held.Load(); kept != 0 {
			t.Errorf("%d bytes are kept for nobody", kept)
		}
	})
}

// Within its room a viewer may be silent for hours.
func TestQuietViewerStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newPiped(t)
		far, _ := s.join(7)
		for range 100 {
			write(t, s.Everyone(), "event\n")
			time.Sleep(time.Hour)
		}
		if s.Gather() == nil {
			t.Error("it gets no report")
		}
		got := make([]byte, 100*len("event\n"))
		if _, err := io.ReadFull(far, got); err != nil || string(got) != strings.Repeat("event\n", 100) {
			t.Errorf("%q, %v", got, err)
		}
		far.Close()
		s.finish()
	})
}

// What is kept for all viewers together is bounded: whoever has read nothing for
// longest is dropped, and who reads stays.
func TestKeptBytesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newPiped(t)
		alive, _ := s.join(1)
		go io.Copy(io.Discard, alive)
		const report = 4 << 20
		limit := int64(heldBase + heldReports*report)
		most := int64(0)
		for i := range 24 { // each with a report of its own
			_, own := s.join(uint32(100 + i))
			put(own, report)
			most = max(most, s.held.Load())
		}
		synctest.Wait()
		got := s.Stats()
		if most > limit+report || got.Dropped == 0 || got.Viewers < int(heldBase/report) {
			t.Errorf("%d bytes were kept, of %d at most; %+v", most, limit, got)
		}
		if s.everyone()[0].uid != 1 {
			t.Error("the one that reads has been dropped")
		}
		if n := strings.Count(s.said.String(), "\n"); n == 0 || uint64(n) >= got.Dropped {
			t.Errorf("%d lines about %d drops", n, got.Dropped)
		}
		s.finish()
	})
}

// Who comes within admitPause of others is let in with those who come meanwhile.
func TestAdmitTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newPiped(t)
		if g := s.Admit(time.Now()); g != nil || s.Watched() {
			t.Errorf("%v let in of none", g)
		}
		begun := time.Now()
		var times []string
		go func() {
			for range 25 {
				_, v := s.viewer(1)
				s.enter(t.Context(), v)
				time.Sleep(20 * time.Millisecond)
			}
		}()
		for all := 0; all < 25; {
			<-s.Changed()
			if g := s.Admit(time.Now()); g != nil {
				all += len(g.viewers)
				times = append(times, fmt.Sprintf("%d at %v", len(g.viewers), time.Since(begun)))
			}
		}
		if got, want := strings.Join(times, ", "), "1 at 0s, 12 at 250ms, 12 at 500ms"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		for _, v := range s.everyone() {
			v.leave()
		}
		s.running.Wait()
		if <-s.Changed(); s.Watched() {
			t.Errorf("%+v after all have gone", s.Stats())
		}
	})
}

// A report goes to those gathered, an event to all; each in the order of writing.
func TestGatheredAndEveryone(t *testing.T) {
	s := serve(t, Options{})
	first := s.connect(t)
	write(t, s.admit(t, 1), "hello first\n")
	both := s.Gather()
	second := s.connect(t)
	write(t, s.Everyone(), "event 1\n")
	own := s.admit(t, 1)
	write(t, own, "hello second\n")
	write(t, s.Everyone(), "event 2\n")
	write(t, both, "rest of a report\n")
	write(t, own, "rest of its own\n")
	if both = s.Gather(); len(both.viewers) != 2 {
		t.Errorf("%d gathered, want 2", len(both.viewers))
	}
	write(t, both, "report\n")
	go s.end()
	for r, want := range map[*reader]string{
		first:  "hello first\nevent 1\nevent 2\nrest of a report\nreport\n",
		second: "hello second\nevent 2\nrest of its own\nreport\n",
	} {
		if got, err := r.rest(); err != nil || got != want {
			t.Errorf("%q, %v, want %q", got, err, want)
		}
	}
}

// A report is as far ahead as the quickest of its readers lets it.
func TestBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newPiped(t)
		quick, _ := s.join(1)
		s.join(2)
		g := s.Gather()
		written := put(g, 2*ahead)
		if !g.Busy() {
			t.Error("not busy, though nobody has read anything")
		}
		_, _ = io.CopyN(io.Discard, quick, int64(written-50))
		synctest.Wait()
		if g.Busy() {
			t.Error("busy, though one has read all")
		}
		s.finish()
	})
}

// At the end whoever reads gets the rest, and whoever does not is not waited for.
func TestCloseWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newPiped(t)
		slow, _ := s.join(1)
		s.join(2)
		_, waiting := s.viewer(3)
		s.enter(t.Context(), waiting)
		written := put(s.Everyone(), 20*writeSize)
		got := make(chan int, 1)
		go func() {
			for all := 0; ; time.Sleep(100 * time.Millisecond) {
				n, err := slow.Read(make([]byte, writeSize))
				if all += n; err != nil {
					got <- all
					return
				}
			}
		}()
		begun := time.Now()
		s.finish()
		if took := time.Since(begun); took != farewell {
			t.Errorf("it took %v, want %v", took, farewell)
		}
		if n := <-got; n != written {
			t.Errorf("the slow one got %d bytes of %d", n, written)
		}
	})
}

// A viewer that goes away in the middle is forgotten, and its slot is free.
func TestViewerGoesAway(t *testing.T) {
	s := serve(t, Options{})
	stays, goes := s.connect(t), s.connect(t)
	s.admit(t, 2)
	write(t, s.Everyone(), "event\n")
	goes.line(t)
	goes.Close()
	s.left(t, 1)
	write(t, s.Everyone(), "another\n")
	if got := stays.line(t) + stays.line(t); got != "eventanother" {
		t.Errorf("%q", got)
	}
}
