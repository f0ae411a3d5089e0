package journal

import (
	"cmp"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// Options are what is decided about a journal.
type Options struct {
	fleet.JournalOptions              // where it is; what is 0 is as below
	Hello                stream.Hello // who writes; its time does not matter
}

// What holds where nothing else is said. A full report of 10,000 tunnels is some
// 5 MB, so often is dear.
const (
	defaultEvery   = 24 * time.Hour
	defaultMaxSize = 64e6
	defaultKeep    = 32
)

func (o *Options) fill() {
	o.Every = cmp.Or(o.Every, defaultEvery)
	o.MaxSize = cmp.Or(o.MaxSize, defaultMaxSize)
	o.Keep = cmp.Or(o.Keep, defaultKeep)
}

const (
	// runningEvery is the time between summaries: how exactly it is known until when
	// a greylag ran that was killed.
	runningEvery = time.Minute
	// retryEvery is the time between attempts to write to a disk that is full, and
	// retryReport that between attempts of a full report, at first; mostRetryReport at
	// last.
	retryEvery      = time.Second
	retryReport     = time.Minute
	mostRetryReport = time.Hour
	// incidentEvery is the least time between records of incidents: each names all
	// members.
	incidentEvery = 5 * time.Second
	// mostWaiting is how many bytes of lines may wait for the disk.
	mostWaiting = 16 << 20
	// batchBytes is how much is written between two fsyncs at most; scrapBytes the
	// same while the disk is full, so that what little room there is gets used.
	batchBytes = 1 << 20
	scrapBytes = 64 << 10
)
