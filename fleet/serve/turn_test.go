package serve

import (
	"bytes"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// pair is two ends of a unix socket.
func pair(t *testing.T) (near, far net.Conn) {
	t.Helper()
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if far, err = net.Dial("unix", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if near, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close(); far.Close() })
	return near, far
}

// What a socket takes only in part is written whole, and costs no memory.
func TestOutput(t *testing.T) {
	near, far := pair(t)
	o := newOutput(near, &turns{hurry: true})
	var want bytes.Buffer
	var batch []*chunk
	for i := range 20 {
		c := &chunk{text: bytes.Repeat([]byte{byte('a' + i)}, 1+i*i*1000)}
		batch = append(batch, c)
		want.Write(c.text)
	}
	got := make([]byte, want.Len())
	for range 3 { // the memory is used again
		read := make(chan error)
		go func() {
			_, err := io.ReadFull(far, got)
			read <- err
		}()
		if err := o.write(batch); err != nil {
			t.Fatal(err)
		}
		if err := <-read; err != nil || !bytes.Equal(got, want.Bytes()) {
			t.Fatalf("%v: not what was written", err)
		}
	}
	go io.Copy(io.Discard, far)
	if n := testing.AllocsPerRun(100, func() { _ = o.write(batch[19:]) }); n >= 1 {
		t.Errorf("%v allocations a write", n)
	}
}

// A viewer that has gone is an error, not a signal.
func TestOutputToNobody(t *testing.T) {
	near, far := pair(t)
	far.Close()
	o := newOutput(near, &turns{})
	if err := o.write([]*chunk{{text: text(100)}}); err != unix.EPIPE {
		t.Errorf("%v, want %v", err, unix.EPIPE)
	}
}

// So many bytes within a time, and at least a piece each time.
func TestTurnsPlan(t *testing.T) {
	var turns turns
	turns.plan(300<<20, 3*time.Second)
	if got := turns.quota.Load(); got != 300<<20/3000 {
		t.Errorf("%d bytes between two rests", got)
	}
	turns.plan(300<<20, 0)
	if got := turns.quota.Load(); got != 300<<20 {
		t.Errorf("%d bytes between two rests, where there is no time", got)
	}
	rested := func(bytes int) bool {
		begun := time.Now()
		turns.take(func() int { return bytes })
		return time.Since(begun) >= writeRest
	}
	turns.plan(0, time.Second)
	if !rested(writeSize) {
		t.Error("no rest after a piece")
	}
	turns.plan(int64(1000*writeSize), time.Second/10) // ten pieces at a time
	for i := range 9 {
		if turns.take(func() int { return writeSize }); turns.written != (i+1)*writeSize {
			t.Errorf("a rest after %d pieces", i+1)
		}
	}
	if !rested(writeSize) || turns.written != 0 {
		t.Error("no rest after ten pieces")
	}
}
