package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"greylag/fleet"
)

// Journal is one that is open for writing. It is for one goroutine.
type Journal struct {
	options Options
	lock    *os.File
	disk    *disk
	packer  packer
	past    *fleet.Past
	start   fleet.Event // what there is to say of how it was found
	removed int64       // bytes of a torn line
}

// Service is the [fleet.Event] Service of a journal's own events.
const Service = "journal"

// The words of a journal's own events.
const (
	none    = "none"    // there was no journal
	closed  = "closed"  // it was ended in order
	cut     = "cut"     // it was not
	writing = "writing" // all that happens is written
	full    = "full"    // there is no room, or no more of the quota
	failing = "failing" // it cannot be written for another reason
)

// Begin opens the journal at o.Path for writing, or makes one; it mends what a crash
// left. It is an error where that cannot be: another greylag writes it, it is no
// journal, or what is there was written by a later greylag that this one does not
// understand.
func Begin(o Options) (*Journal, error) { return begin(o, nil) }

func begin(o Options, step func(string)) (*Journal, error) {
	path, err := resolve(o.Path)
	if err != nil {
		return nil, err
	}
	o.Path = path
	o.fill()
	if err = regular(path); err != nil {
		return nil, err
	}
	j := &Journal{options: o, packer: packer{path: path, keep: o.Keep, step: step}}
	if j.lock, err = lock(path); err != nil {
		return nil, err
	}
	if err = j.open(step); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

// open finds out what the journal says.
func (j *Journal) open(step func(string)) error {
	if err := removeIfThere(j.options.Path + newEnd); err != nil {
		return err
	}
	d, removed, err := openDisk(j.options.Path, step)
	if err != nil {
		return err
	}
	j.disk = d
	if d.latest, err = tidyNames(j.options.Path); err != nil {
		return err
	}
	p, err := readPast(j.options.Path)
	if err != nil {
		return err
	}
	j.past = p.past()
	j.start, j.removed = p.found(removed), removed
	return nil
}

// tidyNames removes what was being compressed when a crash came, and returns the newest
// rotated file's stamp.
func tidyNames(path string) (newest time.Time, err error) {
	full, err := listRotated(path)
	if err != nil || len(full) == 0 {
		return newest, err
	}
	for i := range full {
		err = errors.Join(err, removeIfThere(rotatedName(path, full[i].stamp)+unfinishedEnd))
	}
	return full[len(full)-1].stamp, err
}

// found is the event that tells how the journal was found.
func (p *replay) found(removed int64) fleet.Event {
	e := fleet.Event{Service: Service, Was: p.ended, Is: writing}
	switch p.ended {
	case none:
		e.Detail = "a new journal"
	case closed:
		e.Detail = "it goes on from " + clock(p.clock)
	case cut:
		e.Detail = "the greylag before did not end in order; it ran until " + clock(p.clock) + " at least"
	}
	if removed > 0 {
		e.Detail += fmt.Sprintf("; its last line was torn, %d bytes: removed", removed)
	}
	return e
}

// Past is what the journal says of the fleet.
func (j *Journal) Past() *fleet.Past { return j.past }

// Continue lets a store go on from what the journal says, and tells it how that was
// found: the first event of all, if nothing was recorded yet.
func (j *Journal) Continue(store *fleet.Store) {
	store.Continue(j.past)
	j.tellStart(store, time.Now())
}

// tellStart tells a store that the journal is written from now on, once.
func (j *Journal) tellStart(store *fleet.Store, now time.Time) {
	e := j.start
	j.start = fleet.Event{}
	if e.Service != "" {
		e.Time = now
		store.Tell(e)
	}
}

// again is the start of a journal that runs again.
var again = fleet.Event{Service: Service, Was: closed, Is: writing, Detail: "another inventory"}

// Found says in a line how the journal was found, before a store goes on from it; ""
// where there is nothing to say.
func (j *Journal) Found() string {
	if j.start.Service == "" || j.start.Was != cut && j.removed == 0 {
		return ""
	}
	return fmt.Sprintf("journal %s: %s", j.options.Path, j.start.Detail)
}

// Run writes what happens to the fleet until ctx ends, and then what has happened up to
// then. It never slows who writes to the store. The error is that something is not
// written at the end; trouble before that is told as events of the store.
//
// It may run again with another store: everything in there begins anew then.
func (j *Journal) Run(ctx context.Context, store *fleet.Store) error {
	return newWriter(j, store).run(ctx)
}

// Close gives up the journal: another greylag may have it.
func (j *Journal) Close() error {
	var err error
	if j.disk != nil {
		err = j.disk.f.Close()
	}
	return errors.Join(err, j.lock.Close())
}
