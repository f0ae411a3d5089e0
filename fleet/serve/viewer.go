package serve

import (
	"net"
	"sync"
	"time"
)

// viewer is one connection, and what is still to be written to it.
type viewer struct {
	conn   net.Conn
	uid    uint32
	who    string // for a line about it
	mayAsk bool   // what it requests is done

	wake chan struct{} // there is something to write, or to end
	done chan struct{} // closed when it has gone

	mu      sync.Mutex
	queue   []*chunk
	pending int       // bytes in the queue, and being written
	since   time.Time // when it read last, or began to have something to read
	ending  bool      // nothing more is queued
	gone    bool
}

func newViewer(conn net.Conn) *viewer {
	return &viewer{conn: conn, wake: make(chan struct{}, 1), done: make(chan struct{})}
}

// take queues what is to be written, and tells whether the viewer does not read.
func (v *viewer) take(c *chunk, now time.Time) (stalled bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.gone || v.ending {
		c.release()
		return false
	}
	if v.pending == 0 {
		v.since = now
	}
	v.queue = append(v.queue, c)
	v.pending += len(c.text)
	v.rouse()
	return v.pending > room && now.Sub(v.since) > patience
}

func (v *viewer) rouse() {
	select {
	case v.wake <- struct{}{}:
	default: // it has not looked yet
	}
}

// lag is how many bytes it has not read.
func (v *viewer) lag() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.pending
}

// lagsSince is when it read last, or began to have something to read, if it has.
func (v *viewer) lagsSince() (since time.Time, lags bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.since, v.pending > 0
}

// write writes what is queued, until the viewer goes or is to end.
func (v *viewer) write(out *output) {
	var batch []*chunk
	for {
		var over bool
		if batch, over = v.next(batch); over {
			return
		}
		if len(batch) == 0 {
			v.rest()
			continue
		}
		err := out.write(batch)
		v.wrote(batch)
		if err != nil {
			return
		}
	}
}

// rest waits until there is something to do.
func (v *viewer) rest() {
	select {
	case <-v.wake:
	case <-v.done:
	}
}

// next takes from the queue what is to be written next. over: nothing more ever will.
func (v *viewer) next(into []*chunk) (batch []*chunk, over bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	batch = into[:0]
	for size := 0; len(batch) < len(v.queue) && size < writeSize; {
		c := v.queue[len(batch)]
		size += len(c.text)
		batch = append(batch, c)
	}
	rest := copy(v.queue, v.queue[len(batch):])
	clear(v.queue[rest:])
	v.queue = v.queue[:rest]
	return batch, v.gone || v.ending && len(batch) == 0
}

// wrote gives back what was written.
func (v *viewer) wrote(batch []*chunk) {
	size := 0
	for _, c := range batch {
		size += len(c.text)
		c.release()
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.gone {
		v.pending -= size
		v.since = time.Now()
	}
}

// finish lets it read the rest, for a while, and ends it then.
func (v *viewer) finish() {
	v.mu.Lock()
	v.ending = true
	v.mu.Unlock()
	_ = v.conn.SetWriteDeadline(time.Now().Add(farewell))
	v.rouse()
}

// leave ends it at once; false: it has gone already.
func (v *viewer) leave() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.gone {
		return false
	}
	v.gone = true
	for _, c := range v.queue {
		c.release()
	}
	v.queue, v.pending = nil, 0
	close(v.done)
	v.conn.Close()
	return true
}
