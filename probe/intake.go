package probe

import (
	"cmp"
	"time"
)

const (
	// mostBatches is how many batches are taken in at a time: who floods us must not
	// keep us from sending.
	mostBatches = 128
	// longestUnread is how long arrivals may wait while keepalives are due.
	longestUnread = 100 * time.Millisecond
	// longestIntake is how long taking in may keep the next turn waiting where there
	// is no grid of turns.
	longestIntake = 10 * time.Millisecond
)

// takeIn reads what has arrived: all of it where a tunnel waits for it; else until the
// next turn is due, and none while the loop makes good a delay. But it reads as much as
// a turn sends, so that reading is not left behind where there is too little time for
// both.
func (e *Engine) takeIn(now time.Duration, all bool) error {
	if !all && e.pace.hurried() && now-e.emptied < e.mayWait() {
		e.unread = true
		return nil
	}
	until, enough := now+cmp.Or(e.pace.gap, longestIntake), e.taken+e.pace.limit
	for batches := 1; ; batches++ {
		begun := time.Since(e.base)
		more, err := e.conn.Receive(e.onPacket)
		if err != nil {
			return err
		}
		if e.unread = more; !more {
			e.emptied = begun
			break
		}
		if batches >= mostBatches || !all && e.taken >= enough && begun >= until {
			break
		}
	}
	return e.look(now)
}

// mayWait is how long arrivals may wait unread: the kernel holds them, with their
// times, as long as it has room.
func (e *Engine) mayWait() time.Duration {
	room := time.Duration(float64(e.options.Unread) / max(1, e.pace.rate) * float64(time.Second))
	return min(longestUnread, room)
}
