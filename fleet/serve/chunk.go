package serve

import (
	"sync"
	"sync/atomic"
)

// chunk is whole lines of the stream, on their way to some viewers. It is not changed.
type chunk struct {
	text  []byte
	users atomic.Int32  // viewers that have yet to write it
	held  *atomic.Int64 // of the server: bytes kept
}

// large is from what size on a chunk's memory is used again: reports come in such.
const large = 16 << 10

var chunks = sync.Pool{New: func() any { return new(chunk) }}

// newChunk copies text for so many viewers.
func newChunk(text []byte, users int, held *atomic.Int64) *chunk {
	c := new(chunk)
	if len(text) >= large {
		c = chunks.Get().(*chunk)
	}
	c.text, c.held = append(c.text[:0], text...), held
	c.users.Store(int32(users))
	held.Add(int64(len(text)))
	return c
}

// release says that one viewer needs it no more.
func (c *chunk) release() {
	if c.users.Add(-1) > 0 {
		return
	}
	c.held.Add(-int64(len(c.text)))
	if len(c.text) >= large {
		chunks.Put(c)
	}
}
