package tui

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// pieces is a terminal at which keys come in pieces, each so long after the one before.
type pieces []piece

type piece struct {
	after time.Duration
	text  string
}

func (p *pieces) read(b []byte) (int, error) {
	if len(*p) == 0 {
		return 0, io.EOF
	}
	first := &(*p)[0]
	n := copy(b, first.text)
	first.after, first.text = 0, first.text[n:]
	if first.text == "" {
		*p = (*p)[1:]
	}
	return n, nil
}

func (p *pieces) ready(d time.Duration) bool { return len(*p) > 0 && (*p)[0].after <= d }

// readings are what each read returned.
func readings(t *testing.T, p pieces, size int) (list []string) {
	t.Helper()
	var j joiner
	for {
		b := make([]byte, size)
		n, err := j.read(b, p.read, p.ready)
		if n > 0 {
			list = append(list, string(b[:n]))
		}
		switch {
		case errors.Is(err, io.EOF):
			return list
		case err != nil || n == 0:
			t.Fatalf("%d bytes, %v", n, err)
		}
	}
}

// TestKeysAreJoined: a key in two pieces is read as one, wherever it is torn, and
// for how long it may be.
func TestKeysAreJoined(t *testing.T) {
	keys := []string{"\x1b[B", "\x1b[1;5B", "\x1bOP", "\x1b[[A", "\x1b[<35;10;5M", "ß", "名", "𝄞", "\x1b]11;rgb:00/00/00\a", "\x1b]11;rgb:00/00/00\x1b\\", "\x1bPx\x1b\\", "\x1b[?2026;2$y"}
	for _, key := range keys {
		for at := 1; at < len(key); at++ {
			head := key[:at]
			pause := restPatience
			if strings.HasSuffix(head, "\x1b") {
				pause = escapePatience
			}
			if got := readings(t, pieces{{0, "j" + head}, {pause, key[at:] + "k"}}, 64); !slices.Equal(got, []string{"j" + key + "k"}) {
				t.Errorf("%q torn after %d bytes: %q", key, at, got)
			}
			if got := readings(t, pieces{{0, head}, {pause + 1, key[at:]}}, 64); !slices.Equal(got, []string{head, key[at:]}) {
				t.Errorf("%q torn after %d bytes for longer: %q", key, at, got)
			}
		}
	}
}

// TestNothingIsWaitedFor: what is whole is there at once, and so is what can be no key.
func TestNothingIsWaitedFor(t *testing.T) {
	for _, text := range []string{"j", "\x1b[B", "\x1bx", "\x1bOP", "\x1b[[A", "é", "\xff", "\x80\x80\x80\x80", "\x1b[B\xe5\x90\x8d", "\x1b[\x1bx", "\x1b[\x00"} {
		if got := readings(t, pieces{{0, text}, {0, "k"}}, 64); !slices.Equal(got, []string{text, "k"}) {
			t.Errorf("%q was waited with: %q", text, got)
		}
	}
}

// FuzzJoined: whatever comes, in whatever pieces and room, all of it is read once.
func FuzzJoined(f *testing.F) {
	f.Add("\x1b[B\x1b[1;5A\x1b", 3, 64)
	f.Add(strings.Repeat("\x1b[1;1B", 40), 5, 32)
	f.Add("名前\xe5\x90", 1, 9)
	f.Add("\x1b]"+strings.Repeat("x", 600), 100, 300)
	f.Fuzz(func(t *testing.T, text string, size, room int) {
		if size < 1 || room < 8 || room > 1<<12 {
			return
		}
		var p pieces
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			p, rest = append(p, piece{0, rest[:n]}), rest[n:]
		}
		if got := strings.Join(readings(t, p, room), ""); got != text {
			t.Errorf("%q of %q", got, text)
		}
	})
}
