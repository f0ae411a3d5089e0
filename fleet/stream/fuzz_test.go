package stream

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

// FuzzDecoder feeds anything. What is a record is written again, and from then
// on reading and writing change nothing.
func FuzzDecoder(f *testing.F) {
	for _, ex := range examples() {
		f.Add(encoded(f, ex.Record))
	}
	for _, line := range contractLines(f) {
		f.Add([]byte(line + "\n" + line[:len(line)/2]))
	}
	f.Add([]byte("\n\r\n[]\n{}\nnull\n" + strings.Repeat("[", 20000)))
	f.Add([]byte(`{"type":"hello","schema":2}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		dec := NewDecoder(bytes.NewReader(text))
		// Each line is one record or one error.
		for range bytes.Count(text, []byte("\n")) + 1 {
			rec, err := dec.Next()
			_, oneLine := errors.AsType[*LineError](err)
			switch {
			case err == nil:
				checkStable(t, rec)
			case !oneLine:
				return
			}
		}
		if _, err := dec.Next(); err != io.EOF {
			t.Fatalf("more records than lines, or no end: %v", err)
		}
	})
}

func checkStable(t *testing.T, rec Record) {
	t.Helper()
	if rec.Unknown != "" {
		return
	}
	first := encoded(t, rec)
	again, err := NewDecoder(bytes.NewReader(first)).Next()
	if err != nil {
		t.Fatalf("%v: in what was written: %s", err, first)
	}
	if second := encoded(t, again); !bytes.Equal(first, second) {
		t.Fatalf("changed:\n%s%s", first, second)
	}
}

func BenchmarkDecodeTunnel(b *testing.B) {
	line := bytes.TrimSpace(AppendTunnel(nil, fullTunnel()))
	b.ReportAllocs()
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		if _, err := decode(line); err != nil {
			b.Fatal(err)
		}
	}
}
