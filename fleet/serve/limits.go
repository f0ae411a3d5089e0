package serve

import "time"

const (
	// mostViewers is how many may be connected, and mostOfUser how many of them by
	// the same user: one alone does not keep the others out.
	mostViewers = 256
	mostOfUser  = 128

	// room is how far a viewer may lag, in bytes, for as long as it likes. Who lags
	// more gets no further report until it has caught up, but every event; and is
	// dropped after patience without reading anything.
	room     = 1 << 20
	patience = 30 * time.Second

	// The bytes that are kept for all viewers together: so many, and so many times
	// the largest report, for those who came at different times have different ones.
	// Over that the viewer is dropped that has read nothing for longest.
	heldBase    = 64 << 20
	heldReports = 4

	// admitPause is the shortest time between first reports. Who connects again and
	// again costs no more than that.
	admitPause = 250 * time.Millisecond

	// maxRequest is the longest line that a viewer may send, in bytes, and requestPause
	// how long it then has to wait for the next one to be read.
	maxRequest   = 4 << 10
	requestPause = 200 * time.Millisecond

	// farewell is how long a viewer has to read the rest when it is closed.
	farewell = 3 * time.Second

	// acceptPause is how long nobody is accepted after it failed, and refusePause after
	// somebody was refused.
	acceptPause = time.Second
	refusePause = 10 * time.Millisecond

	// hangUpEvery is how often a viewer that sends nothing any more is asked whether
	// it is there: who writes finds out by writing.
	hangUpEvery = 250 * time.Millisecond

	// ahead is how many bytes of a report may wait for the quickest viewer.
	ahead = 256 << 10

	// writeSize is about how many bytes are written to a viewer at a time. After that,
	// or as much as is needed to write a report to all viewers in a writeShare of the
	// time between two, nothing is written for writeRest.
	writeSize  = 64 << 10
	writeRest  = time.Millisecond
	writeShare = 3

	// complainEvery is the shortest time between lines about viewers that are dropped.
	complainEvery = 10 * time.Second
)
