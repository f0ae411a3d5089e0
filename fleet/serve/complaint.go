package serve

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// complaint says something now and then, however often it happens.
type complaint struct {
	to   io.Writer
	mu   sync.Mutex
	last time.Time
}

func (c *complaint) say(now time.Time, format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.last.IsZero() && now.Sub(c.last) < complainEvery {
		return
	}
	c.last = now
	fmt.Fprintf(c.to, format+"\n", args...)
}
