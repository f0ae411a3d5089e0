package stream

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// eventOfSize is an event record of exactly n bytes.
func eventOfSize(n int) string {
	head := strings.TrimSuffix(goodEvent, "}") + `,"detail":"`
	return head + strings.Repeat("x", n-len(head)-2) + `"}`
}

func TestLineLimit(t *testing.T) {
	cases := []struct {
		name string
		in   string
		want []string // "ok", or the error
	}{
		{"longest", eventOfSize(MaxLine) + "\n" + goodEvent, []string{"ok", "ok"}},
		{"longest, last", eventOfSize(MaxLine), []string{"ok"}},
		{"one more", "\n" + eventOfSize(MaxLine+1) + "\n" + goodEvent, []string{
			"line 2: longer than 1048576 bytes, which no record is: passed over", "ok"}},
		{"one more, last", eventOfSize(MaxLine + 1), []string{
			"line 1: longer than 1048576 bytes, which no record is: passed over"}},
		{"three times", eventOfSize(3*MaxLine) + "\n" + goodEvent + "\n{}\n", []string{
			"line 1: longer than 1048576 bytes, which no record is: passed over", "ok",
			`line 3: no record: "type" is missing`}},
		{"blanks are no lines", "\n \r\n\t\n" + goodEvent + "\n\n", []string{"ok"}},
		{"empty", "", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dec := NewDecoder(strings.NewReader(c.in))
			for i, want := range c.want {
				if got := outcome(dec); got != want {
					t.Errorf("record %d: got %s, want %s", i+1, got, want)
				}
			}
			if _, err := dec.Next(); err != io.EOF {
				t.Errorf("at the end: %v", err)
			}
		})
	}
}

func outcome(dec *Decoder) string {
	if _, err := dec.Next(); err != nil {
		return err.Error()
	}
	return "ok"
}

// endless is a line without an end; it counts what is taken from it.
type endless struct{ taken int }

func (r *endless) Read(b []byte) (int, error) {
	r.taken += len(b)
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}

// The error of a line that is too long does not wait for its end, and only the
// limit is kept of it.
func TestEndlessLine(t *testing.T) {
	r := &endless{}
	dec := NewDecoder(r)
	_, err := dec.Next()
	if !errors.Is(err, errTooLong) {
		t.Fatalf("got %v, want %v", err, errTooLong)
	}
	if r.taken > 2*MaxLine || cap(dec.lines.line) > 4*MaxLine {
		t.Errorf("%d bytes read and %d kept before the error", r.taken, cap(dec.lines.line))
	}
}
