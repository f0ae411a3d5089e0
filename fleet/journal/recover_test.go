package journal

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// sampleLines are those of a small journal.
func sampleLines() (lines [][]byte) {
	when := time.Date(2026, 11, 22, 19, 0, 0, 0, time.UTC)
	lines = append(lines, stream.AppendHello(nil, &stream.Hello{Time: when, Version: "test", Tunnels: 1}))
	for i := range 12 {
		e := fleet.Event{Time: when.Add(time.Duration(i) * time.Second), Tunnel: "t0", From: fleet.Up, To: fleet.Down, Detail: strings.Repeat("x", i*7)}
		lines = append(lines, stream.AppendEvent(nil, &e))
	}
	return lines
}

// mended is what mend leaves of a text.
func mended(t testing.TB, text []byte) (left []byte, removed int64, err error) {
	t.Helper()
	fd, err := unix.MemfdCreate("journal", 0) // a file system in memory syncs fast
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	name := fmt.Sprintf("/proc/self/fd/%d", fd)
	if err := os.WriteFile(name, text, 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	removed, failed := mend(f)
	left, err = os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return left, removed, failed
}

// TestMendCut: cut off after any byte, a journal keeps each line that was whole; one
// that lacks only its newline gets it.
func TestMendCut(t *testing.T) {
	lines := sampleLines()
	text := bytes.Join(lines, nil)
	for cut := 0; cut <= len(text); cut++ {
		want, rest := []byte{}, cut
		for _, l := range lines {
			if rest < len(l)-1 {
				break
			}
			want, rest = append(want, l...), rest-len(l)
		}
		left, removed, err := mended(t, text[:cut])
		if err != nil || !bytes.Equal(left, want) {
			t.Fatalf("cut after %d: %q, %v; want %q", cut, left, err, want)
		}
		if removed != int64(max(cut-len(want), 0)) {
			t.Fatalf("cut after %d: %d removed, want %d", cut, removed, cut-len(want))
		}
	}
}

// TestMendGarbage: whatever stands behind the last record is removed, and nothing else:
// zeros after a power cut, parts of lines, lines that are none.
func TestMendGarbage(t *testing.T) {
	text := bytes.Join(sampleLines(), nil)
	for name, tail := range map[string]string{
		"zeros": strings.Repeat("\x00", 5000), "zeros and a line": strings.Repeat("\x00", 4096) + "\n", "blank": "\n\n \n",
		"no record": "{}\n{\"type\":7}\n", "half": `{"type":"event","time":"20`, "very long": strings.Repeat("x", 5<<20),
		"very long line": strings.Repeat("x", 3<<20) + "\n{", "nothing": "",
	} {
		left, removed, err := mended(t, []byte(string(text)+tail))
		if err != nil || !bytes.Equal(left, text) || removed != int64(len(tail)) {
			t.Errorf("%s: %d bytes left of %d, %d removed, %v", name, len(left), len(text), removed, err)
		}
	}
}

// TestMendNoJournal: a file that is something else is refused, and left as it is.
func TestMendNoJournal(t *testing.T) {
	for _, text := range []string{
		"hello\n", "x", "\n", "{\"type\":\"event\"}\n", `{"type":"hello","schema":1}` + "\n", `{"type":"hellx`,
		strings.Repeat("\x00", 100) + "\n", string(bytes.Join(sampleLines()[1:], nil)), strings.Repeat("a", 1<<17),
		`{"type":"hello","schema":2,"version":"9.0.0","time":"2026-11-22T19:00:00.000Z","tunnels":1,"spokes":0}` + "\n",
	} {
		left, _, err := mended(t, []byte(text))
		if err == nil || string(left) != text {
			t.Errorf("%.50q: %v, and %d bytes are left of %d; want it refused", text, err, len(left), len(text))
		}
	}
}

// TestMendTornBeginning: a file of which not even the first line was written begins
// anew.
func TestMendTornBeginning(t *testing.T) {
	hello := string(sampleLines()[0])
	for _, text := range []string{"", "{", hello[:10], hello[:40], hello[:len(hello)-2], strings.Repeat("\x00", 4096)} {
		left, removed, err := mended(t, []byte(text))
		if err != nil || len(left) > 0 || removed != int64(len(text)) {
			t.Errorf("%.30q: %q left, %v", text, left, err)
		}
	}
}

// FuzzMend: whatever a crash makes of the end, what is left begins with all records
// before that, ends with a record, and mending it again changes nothing.
func FuzzMend(f *testing.F) {
	text := bytes.Join(sampleLines(), nil)
	f.Add(uint16(0), []byte("{"))
	f.Add(uint16(100), []byte("\n"))
	f.Add(uint16(500), []byte("}\n\x00\x00"))
	f.Add(uint16(300), sampleLines()[3])
	f.Fuzz(func(t *testing.T, back uint16, tail []byte) {
		kept := text[:max(len(text)-int(back), len(sampleLines()[0]))]
		left, _, err := mended(t, append(bytes.Clone(kept), tail...))
		if err != nil {
			t.Fatal(err)
		}
		if whole := kept[:bytes.LastIndexByte(kept, '\n')+1]; !bytes.HasPrefix(left, whole) {
			t.Fatalf("of %d bytes of whole lines %d are left", len(whole), len(left))
		}
		last := left[bytes.LastIndexByte(left[:len(left)-1], '\n')+1:]
		if !bytes.HasSuffix(left, []byte("\n")) || !isRecord(last) {
			t.Fatalf("it ends with %q", last)
		}
		again, removed, err := mended(t, left)
		if err != nil || removed != 0 || !bytes.Equal(again, left) {
			t.Fatalf("mended again: %d removed, %v", removed, err)
		}
	})
}

// TestMendFlippedBytes: bytes of the tail that were damaged cost the lines that they
// are in, if those are the last, and no others.
func TestMendFlippedBytes(t *testing.T) {
	lines := sampleLines()
	text := bytes.Join(lines, nil)
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		damaged := bytes.Clone(text)
		at := len(lines[0]) + random.IntN(len(text)-len(lines[0]))
		damaged[at] ^= byte(1 + random.IntN(255))
		left, removed, err := mended(t, damaged)
		if err != nil || len(left)+int(removed) < len(text) || !bytes.HasPrefix(damaged, left[:len(left)-1]) {
			t.Fatalf("byte %d damaged: %d of %d bytes left, %d removed, %v", at, len(left), len(text), removed, err)
		}
		if intact := bytes.LastIndexByte(text[:at], '\n') + 1; len(left) < intact {
			t.Fatalf("byte %d damaged: %d bytes left, and %d were whole", at, len(left), intact)
		}
	}
}
