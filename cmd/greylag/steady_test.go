package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"time"

	"greylag/fleet/stream"
)

// disk is a writer with so much room, in bytes; then it returns err.
type disk struct {
	bytes.Buffer
	room int
	err  error
}

func (d *disk) Write(p []byte) (int, error) {
	n, _ := d.Buffer.Write(p[:min(len(p), d.room)])
	d.room -= n
	if n < len(p) {
		return n, &fs.PathError{Op: "write", Path: "/dev/stdout", Err: d.err}
	}
	return n, nil
}

const (
	fullSaid  = "free some space: standard output: write /dev/stdout: no space left on device; greylag goes on, and drops what cannot be written\n"
	plenty    = 1 << 20
	unchanged = -1 // room as it is
)

// attempt sets the room of a disk, then writes.
type attempt struct {
	room int
	text string
}

func TestSteady(t *testing.T) {
	for name, c := range map[string]struct {
		attempts      []attempt
		written, said string
		farewell      error
	}{
		"room": {
			attempts: []attempt{{plenty, "a\nb\n"}, {unchanged, "c\n"}},
			written:  "a\nb\nc\n",
		},
		"full to the end": {
			attempts: []attempt{{0, "a\n"}, {unchanged, "b\nc\n"}},
			said:     fullSaid,
			farewell: exit(1),
		},
		"room again": {
			attempts: []attempt{{plenty, "a\n"}, {0, "b\nc\n"}, {unchanged, "d\n"}, {plenty, "e\n"}, {unchanged, "f\n"}},
			written:  "a\ne\nf\n",
			said:     fullSaid + "standard output has room again; dropped meanwhile: 3 lines\n",
		},
		"full twice": {
			attempts: []attempt{{0, "a\n"}, {plenty, "b\n"}, {0, "c\n"}},
			written:  "b\n",
			said:     fullSaid + "standard output has room again; dropped meanwhile: 1 line\n" + fullSaid,
			farewell: exit(1),
		},
		"torn within a line": {
			attempts: []attempt{{2, "abcd\nefgh\nijkl\n"}, {0, "m\n"}, {plenty, "n\n"}},
			written:  "abcd\nn\n",
			said:     fullSaid + "standard output has room again; dropped meanwhile: 3 lines\n",
		},
		"torn between lines": {
			attempts: []attempt{{5, "abcd\nefgh\n"}, {plenty, "n\n"}},
			written:  "abcd\nn\n",
			said:     fullSaid + "standard output has room again; dropped meanwhile: 1 line\n",
		},
		"torn before a newline": {
			attempts: []attempt{{4, "abcd\nefgh\n"}, {plenty, "n\n"}},
			written:  "abcd\nn\n",
			said:     fullSaid + "standard output has room again; dropped meanwhile: 1 line\n",
		},
		"torn, and torn in its rest": {
			attempts: []attempt{{1, "abcd\n"}, {2, "e\n"}, {plenty, "n\n"}},
			written:  "abcd\nn\n",
			said:     fullSaid + "standard output has room again; dropped meanwhile: 1 line\n",
		},
		"room for the rest alone": {
			attempts: []attempt{{1, "abcd\n"}, {4, "e\n"}, {plenty, "n\n"}},
			written:  "abcd\nn\n",
			said:     fullSaid + "standard output has room again; dropped meanwhile: 1 line\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			d, said := &disk{err: syscall.ENOSPC}, &strings.Builder{}
			s := newSteady(d, said)
			for _, a := range c.attempts {
				if a.room != unchanged {
					d.room = a.room
				}
				if n, err := s.Write([]byte(a.text)); n != len(a.text) || err != nil {
					t.Fatalf("Write(%q) = %d, %v, want all of it and no error", a.text, n, err)
				}
			}
			if d.String() != c.written || said.String() != c.said {
				t.Errorf("wrote %q, said %q\nwant %q, %q", d.String(), said.String(), c.written, c.said)
			}
			if err := s.farewell(); err != c.farewell {
				t.Errorf("farewell %v, want %v", err, c.farewell)
			}
		})
	}
}

// A quota is a full disk; whatever else happens is for the caller to judge.
func TestSteadyTellsErrorsApart(t *testing.T) {
	for _, c := range []struct {
		err     error
		outlive bool
	}{
		{syscall.ENOSPC, true}, {syscall.EDQUOT, true},
		{syscall.EIO, false}, {syscall.EPIPE, false}, {fs.ErrClosed, false},
	} {
		var said strings.Builder
		s := newSteady(&disk{err: c.err}, &said)
		_, err := s.Write([]byte("a\n"))
		if c.outlive && (err != nil || said.Len() == 0) || !c.outlive && (!errors.Is(err, c.err) || said.Len() > 0) {
			t.Errorf("%v: Write returns %v, said %q", c.err, err, said.String())
		}
	}
}

func TestOutputError(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{&fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.EPIPE}, ""},
		{fmt.Errorf("far away: %w", syscall.EPIPE), ""},
		{&fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.EIO}, "standard output: write /dev/stdout: input/output error"},
	} {
		got := ""
		if err := outputError(c.err); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}

// What the encoder writes survives a full disk as whole lines: the first record
// is completed later, and the next one is the first after the gap.
func TestSteadyUnderAnEncoder(t *testing.T) {
	d := &disk{err: syscall.ENOSPC, room: 17}
	e := stream.NewEncoder(newSteady(d, &strings.Builder{}))
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for i, room := range []int{17, 0, plenty} {
		d.room = room
		if err := e.Hello(stream.Hello{Time: at, Version: "0", Host: "h", Tunnels: i}); err != nil {
			t.Fatal(err)
		}
	}
	var got []int
	for _, r := range decodeAll(t, &d.Buffer) {
		got = append(got, r.Hello.Tunnels)
	}
	if fmt.Sprint(got) != "[0 2]" {
		t.Errorf("hellos %v are read, want those with 0 and 2 tunnels", got)
	}
}
