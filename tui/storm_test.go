package tui

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"greylag/fleet"
)

// stormState is the environment variable that names the settings' file of the
// program in a storm.
const stormState = "GREYLAG_TUI_TEST_STATE"

// storm is a source in which between any two looks thousands of tunnels change.
type storm struct {
	*scene
	looks int
}

// newStorm is a storm that has not begun.
func newStorm() *storm {
	n := 10_000
	if raceEnabled {
		n = 2_000 // it is slow
	}
	return &storm{scene: newScene(n)}
}

// EventsSince comes first in each look. Each tunnel is silent for four keepalives
// of eight, and so goes down and up again in them.
func (s *storm) EventsSince(number uint64) (events []fleet.Event, missed uint64) {
	s.looks++
	for i := range s.lines {
		s.lines[i].cut = (s.looks+i)%8 < 4
	}
	s.now = time.Now()
	s.run(1)
	return s.scene.EventsSince(number)
}

// childInStorm is the program in a storm. At the end it says how much came.
func childInStorm(o Options) int {
	s := newStorm()
	o.Source, o.StatePath = s, os.Getenv(stormState)
	if err := Run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "greylag:", err)
		return 1
	}
	last, missed := s.scene.EventsSince(0)
	fmt.Printf("storm: %d looks, %d events\n", s.looks, len(last)+int(missed))
	return 0
}

// lastSingle is what is typed one by one before them.
const lastSingle = "ñandú "

// splitRunes are typed in two writes each.
var splitRunes = []rune("äöüßéèçøåπλЖя名前한国語")

// runesLost counts the split characters that a filter lacks; they come after the
// others.
func runesLost(filter string) (n int) {
	_, split, _ := strings.Cut(filter, lastSingle)
	for _, r := range splitRunes {
		n += boolInt(!strings.ContainsRune(split, r))
	}
	return n
}

// stormKeys is a terminal with a program in a storm on it, and what was typed.
type stormKeys struct {
	*pty
	slow bool // the terminal takes 16 KB/s
	torn int  // keys whose halves this test itself wrote so far apart that they are two
}

// inTwo types a key in two writes. A busy machine may let time pass between them: an
// Esc that stands alone for so long is a key of its own.
func (k *stormKeys) inTwo(key string, at int) {
	began := time.Now()
	k.send(key[:at])
	k.send(key[at:])
	if time.Since(began) > escapePatience-5*time.Millisecond {
		k.torn++
	}
}

// TestNoKeyIsLost: under load all keys arrive, in order: those of a burst larger
// than a read, those typed one by one, multi-byte ones, and those that come in
// two pieces. So they do while the terminal is slow.
func TestNoKeyIsLost(t *testing.T) {
	t.Parallel()
	for _, slow := range []bool{false, true} {
		t.Run(fmt.Sprintf("slow terminal %v", slow), func(t *testing.T) {
			t.Parallel()
			state := filepath.Join(t.TempDir(), "tui.json")
			k := &stormKeys{pty: startPTY(t, "storm", stormState+"="+state), slow: slow}
			k.patience = 2 * time.Minute
			if !slow && !raceEnabled { // else a frame takes half a second
				k.control(k.master, func(fd int) error {
					return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 50, Col: 200})
				})
			}
			go k.take()
			k.await("live engine on jump1")
			k.checkMoves()
			want := k.typeFilter()
			k.leave()
			got, err := readSettings(state)
			if err != nil || !want.MatchString(got.Filter) {
				t.Errorf("the filter is %q (%v), want what matches %s", got.Filter, err, want)
			}
			if lost := runesLost(got.Filter); lost > k.torn {
				t.Errorf("%d of the characters in two pieces are lost in %q (%d keys torn)", lost, got.Filter, k.torn)
			}
		})
	}
}

// take reads what the program writes.
func (k *stormKeys) take() {
	if !k.slow {
		k.read()
		return
	}
	buf := make([]byte, 160)
	for {
		n, err := k.master.Read(buf)
		k.mu.Lock()
		k.output.Write(buf[:n])
		k.mu.Unlock()
		if err != nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (k *stormKeys) send(keys string) {
	k.t.Helper()
	if _, err := k.master.WriteString(keys); err != nil {
		k.t.Fatal(err)
	}
}

// one types keys one after the other.
func (k *stormKeys) one(keys ...string) {
	for _, key := range keys {
		k.send(key)
		time.Sleep(2 * time.Millisecond)
	}
}

// arrowDown is the key, and longDown the same in more bytes.
const arrowDown, longDown = "\x1b[B", "\x1b[1;1B"

// checkMoves moves the cursor of the table, sorted by name, which no event
// changes, and checks where it is.
func (k *stormKeys) checkMoves() {
	k.t.Helper()
	k.send(":sort name\rg")
	const burst, single, split, back = 700, 100, 20, 60 // the burst is larger than a read of 4096 bytes
	k.send(strings.Repeat(longDown, burst))
	k.one(slices.Repeat([]string{"j"}, single)...)
	for i := range split {
		at := 1 + i%2
		k.inTwo(arrowDown, at)
		time.Sleep(2 * time.Millisecond)
	}
	k.send(strings.Repeat("k", back))
	k.send(":copy name\r")
	order := namesInOrder()
	moved := slices.Index(order, k.copied())
	if want := burst + single + split - back; moved > want || moved < want-k.torn {
		k.t.Errorf("the cursor moved %d lines, want %d (%d keys torn)", moved, want, k.torn)
	}
}

// namesInOrder are the storm's tunnels as the table has them, sorted by name.
func namesInOrder() (names []string) {
	m := openScene(newStorm().scene, 80, 24)
	typed(m, ":sort name", "enter")
	for _, position := range m.board.shown {
		names = append(names, m.board.rows[position].Tunnel.Tunnel.Name)
	}
	return names
}

// copied waits for what is put on the clipboard (OSC 52).
func (k *stormKeys) copied() string {
	k.t.Helper()
	osc52 := regexp.MustCompile(`\x1b\]52;c;([^\x07\x1b]*)[\x07\x1b]`)
	var found []string
	k.awaitThat("OSC 52", func(written string) bool {
		found = osc52.FindStringSubmatch(written)
		return found != nil
	})
	text, err := base64.StdEncoding.DecodeString(found[1])
	if err != nil {
		k.t.Error(err)
	}
	return string(text)
}

// typeFilter types a filter in which each word is another, so that what is lost
// or in another place shows, and returns what it is then.
func (k *stormKeys) typeFilter() *regexp.Regexp {
	k.send("/")
	burst := words("b", 30)
	k.send(burst)
	single := words("s", 20) + "名前 " + lastSingle
	for _, r := range single {
		k.one(string(r))
	}
	want := "^" + burst + single
	for i, r := range splitRunes {
		k.inTwo(string(r), 1)
		number := fmt.Sprintf("%d ", i)
		k.one(number)
		want += string(r) + "?" + number
	}
	k.send("cd" + strings.Repeat("\x1b[D", 2) + "x" + "\x1b[C" + "y" + "\x1b[F" + "z!" + "\x7f") // xcydz
	k.send("\r")
	return regexp.MustCompile(want + "xcydz$")
}

// words are words that begin alike, each with its number.
func words(head string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s%d ", head, i)
	}
	return b.String()
}

// leave ends the program, and checks that there was a storm.
func (k *stormKeys) leave() {
	k.t.Helper()
	k.send("q")
	if code := k.end(k.patience); code != 0 {
		k.t.Errorf("exit code %d", code)
	}
	var looks, changes int
	k.awaitThat("storm:", func(written string) bool {
		_, said, _ := strings.Cut(written, "storm: ")
		_, err := fmt.Sscanf(said, "%d looks, %d events", &looks, &changes)
		return err == nil
	})
	k.t.Logf("%d looks, %d events", looks, changes)
	if tunnels := len(newStorm().lines); looks < 5 || changes/looks < tunnels/8 {
		k.t.Errorf("%d events in %d looks are no storm of %d tunnels", changes, looks, tunnels)
	}
}
