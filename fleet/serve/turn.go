package serve

import (
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// turns lets viewers be written to one after the other, with rests: a report for 50
// of them, and the work of those who read it, took both of two processors, and
// keepalives were 3 ms late.
type turns struct {
	mu      sync.Mutex // who wait for it get it in that order, once they wait for long
	written int        // bytes since the last rest
	hurry   bool       // no rests any more

	quota atomic.Int64 // bytes between two rests
}

// take writes something by a call that waits for nobody.
func (t *turns) take(write func() (n int)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.written += write()
	if t.written >= max(int(t.quota.Load()), writeSize) && !t.hurry {
		time.Sleep(writeRest)
		t.written = 0
	}
}

// plan sees to it that so many bytes can be written within a time.
func (t *turns) plan(bytes int64, within time.Duration) {
	t.quota.Store(bytes / max(int64(within/writeRest), 1))
}

func (t *turns) endRests() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hurry = true
}

// output writes to a connection. Only the time that the kernel takes to copy is its
// turn; it waits for room outside.
type output struct {
	raw     syscall.RawConn // nil: the connection is no socket
	conn    net.Conn
	turns   *turns
	attempt func(fd uintptr) (done bool)

	text [][]byte // memory for left
	left [][]byte // to be written
	n    int
	err  error
}

func newOutput(conn net.Conn, t *turns) *output {
	o := &output{conn: conn, turns: t}
	if c, ok := conn.(syscall.Conn); ok {
		o.raw, _ = c.SyscallConn()
	}
	o.attempt = func(fd uintptr) bool {
		o.turns.take(func() int {
			if len(o.left) == 1 { // Writev allocates
				o.n, o.err = unix.Write(int(fd), o.left[0])
			} else {
				o.n, o.err = unix.Writev(int(fd), o.left)
			}
			return max(o.n, 0)
		})
		return o.err != unix.EAGAIN
	}
	return o
}

// write writes all of the batch, or returns an error.
func (o *output) write(batch []*chunk) error {
	o.text = o.text[:0]
	for _, c := range batch {
		o.text = append(o.text, c.text)
	}
	defer clear(o.text)
	o.left = o.text
	if o.raw == nil {
		text := net.Buffers(o.left)
		_, err := text.WriteTo(o.conn)
		return err
	}
	for len(o.left) > 0 {
		if err := o.raw.Write(o.attempt); err != nil {
			return err
		}
		if o.err != nil && o.err != unix.EINTR {
			return o.err
		}
		o.advance(max(o.n, 0))
	}
	return nil
}

// advance passes over n bytes that were written.
func (o *output) advance(n int) {
	for len(o.left) > 0 && n >= len(o.left[0]) {
		n -= len(o.left[0])
		o.left = o.left[1:]
	}
	if n > 0 {
		o.left[0] = o.left[0][n:]
	}
}
