package serve

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// There is room for so many, and for fewer of the same user; whoever is refused is
// told why, and there is room again when somebody goes.
func TestRoomForViewers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newPiped(t)
		refused := func(uid uint32) string {
			far, v := s.viewer(uid)
			said := make(chan string)
			go func() {
				text, _ := io.ReadAll(far)
				said <- string(text)
			}()
			if !s.enter(t.Context(), v) {
				return <-said
			}
			return ""
		}
		for range mostOfUser {
			s.enterAs(7)
		}
		want := `{"type":"reply","request":"stream","ok":false,"text":"128 viewers of user 7 are connected, and that is the most of one user: end one"}` + "\n"
		if got := refused(7); got != want {
			t.Errorf("%q", got)
		}
		for i := range mostViewers - mostOfUser {
			s.enterAs(uint32(1000 + i%2))
		}
		want = `{"type":"reply","request":"stream","ok":false,"text":"256 viewers are connected, and that is the most: end one"}` + "\n"
		if got := refused(8); got != want {
			t.Errorf("%q", got)
		}
		if got := s.Stats(); got.Viewers != mostViewers || got.Refused != 2 {
			t.Errorf("%+v", got)
		}
		s.waiting[0].leave()
		synctest.Wait()
		s.enterAs(8)
		s.finish()
	})
}

// enterAs connects a viewer of a user.
func (p *piped) enterAs(uid uint32) {
	p.t.Helper()
	if _, v := p.viewer(uid); !p.enter(p.t.Context(), v) {
		p.t.Fatal("refused")
	}
}

// One who is refused does not hold up the others, even without reading why.
func TestRefusedNeedNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newPiped(t)
		_, v := s.viewer(1)
		begun := time.Now()
		refuse(v, "no")
		if took := time.Since(begun); took > refusePause {
			t.Errorf("it took %v", took)
		}
	})
}

// Complaints are rare, however much there is to complain about.
func TestComplaintsAreRare(t *testing.T) {
	var said strings.Builder
	c := complaint{to: &said}
	begun := time.Now()
	for i := range 100 {
		c.say(begun.Add(time.Duration(i)*time.Second), "%d", i)
	}
	if got, want := said.String(), "0\n10\n20\n30\n40\n50\n60\n70\n80\n90\n"; got != want {
		t.Errorf("said %q, want %q", got, want)
	}
}
