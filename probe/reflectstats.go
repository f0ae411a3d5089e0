package probe

import (
	"sync/atomic"

	"greylag/probe/gre"
)

// ReflectStats count what became of the requests that the kernel's filter let
// through. Requests is the sum of the others but Dropped.
type ReflectStats struct {
	Requests    uint64 // packets looked at
	Reflected   uint64 // answered
	Limited     uint64 // over the peer's rate
	Unknown     uint64 // from nobody that is configured
	NotMirrored uint64 // inner addresses that are not the outer ones swapped
	Malformed   uint64 // truncated, wrong checksum, or no keepalive
	Expired     uint64 // inner TTL 1 or 0
	SendErrors  uint64 // the answer could not be sent
	Dropped     uint64 // our receive buffer had no room
}

type reflectStats struct {
	requests, reflected, limited, unknown, notMirrored, malformed, expired, sendErrors, dropped atomic.Uint64
}

func (s *reflectStats) refuse(err error) {
	if err == gre.ErrNotMirrored {
		s.notMirrored.Add(1)
		return
	}
	s.malformed.Add(1)
}

// Stats returns the counters. Any goroutine may call it.
func (r *Reflector) Stats() ReflectStats {
	s := &r.stats
	return ReflectStats{
		Requests: s.requests.Load(), Reflected: s.reflected.Load(), Limited: s.limited.Load(),
		Unknown: s.unknown.Load(), NotMirrored: s.notMirrored.Load(), Malformed: s.malformed.Load(),
		Expired: s.expired.Load(), SendErrors: s.sendErrors.Load(), Dropped: s.dropped.Load(),
	}
}
