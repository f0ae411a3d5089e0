package stream

import (
	"strings"
	"testing"
	"testing/iotest"
)

// The offset is where the line ends, whatever came of it and however it was read.
func TestInputOffset(t *testing.T) {
	lines := []string{goodEvent + "\n", "\n" + goodEvent + "\r\n", "{}\n", goodEvent + "\n", goodEvent[:9]}
	dec := NewDecoder(iotest.HalfReader(strings.NewReader(strings.Join(lines, ""))))
	want := int64(0)
	for i, line := range lines {
		_, _ = dec.Next()
		want += int64(len(line))
		if got := dec.InputOffset(); got != want {
			t.Errorf("after record %d: %d, want %d", i+1, got, want)
		}
	}
}

// Of a line that is too long the rest is passed over with the line after it.
func TestInputOffsetAfterLongLine(t *testing.T) {
	text := eventOfSize(2*MaxLine) + "\n" + goodEvent + "\n"
	dec := NewDecoder(strings.NewReader(text))
	if _, err := dec.Next(); err == nil || dec.InputOffset() <= MaxLine || dec.InputOffset() > MaxLine+64<<10 {
		t.Errorf("%v at %d", err, dec.InputOffset())
	}
	if _, err := dec.Next(); err != nil || dec.InputOffset() != int64(len(text)) {
		t.Errorf("%v at %d, want %d", err, dec.InputOffset(), len(text))
	}
}
