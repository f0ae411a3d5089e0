package journal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// disk is the current file and its place.
type disk struct {
	path   string
	f      *os.File
	size   int64     // of f
	synced int64     // of that is safe
	report int64     // of that is the newest full report
	torn   bool      // what is not safe could not be taken back
	latest time.Time // the newest rotated file's

	// step is told of each step on the way of a file, before it is taken; nil but in
	// tests, where it may end the program.
	step func(string)
}

// openDisk opens the current file, or makes one, and mends it. It returns how many
// bytes that has removed.
func openDisk(path string, step func(string)) (d *disk, removed int64, err error) {
	d = &disk{path: path, step: step}
	if err = regular(path); err != nil {
		return nil, 0, err
	}
	_, missing := os.Stat(path)
	d.f, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, 0, explain(path, err)
	}
	removed, err = mend(d.f)
	if err == nil && missing != nil {
		err = syncDir(path)
	}
	if err == nil {
		d.size, err = d.f.Seek(0, io.SeekEnd)
		d.synced = d.size
	}
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("journal %s: %w", path, err), d.f.Close())
	}
	return d, removed, nil
}

// reach tells a test which step comes next.
func (d *disk) reach(step string) {
	if d.step != nil {
		d.step(step)
	}
}

// append writes whole lines. Where that fails, what was written since the last sync is
// taken back.
func (d *disk) append(lines []byte) error {
	if len(lines) == 0 {
		return nil
	}
	d.reach("write")
	n, err := d.f.Write(lines)
	d.size += int64(n)
	if err != nil {
		d.back()
	}
	return err
}

// sync makes what was written safe. Where that fails nobody knows what is on the disk:
// it is taken back, to be written anew.
func (d *disk) sync() error {
	if d.synced == d.size {
		return nil
	}
	d.reach("sync")
	if err := d.f.Sync(); err != nil {
		d.back()
		return err
	}
	d.synced = d.size
	return nil
}

// back takes back what is not safe.
func (d *disk) back() {
	d.torn = true
	_ = d.clean()
}

// clean tries once more to take back what could not be.
func (d *disk) clean() error {
	if !d.torn {
		return nil
	}
	err := d.f.Truncate(d.synced)
	if err == nil {
		d.size, d.torn = d.synced, false
	}
	return err
}

// isOurs tells whether the file is still the one at its path, and nobody else wrote it.
func (d *disk) isOurs() bool {
	here, err := os.Stat(d.path)
	if err != nil {
		return false
	}
	ours, err := d.f.Stat()
	return err == nil && os.SameFile(here, ours) && ours.Size() == d.size
}

// isFull tells whether the file is to be rotated. One whose report is large may grow to
// twice that, or each report would fill one.
func (d *disk) isFull(most int64) bool {
	return d.size >= max(most, 2*d.report)
}

// rotate begins a new file with hello. Where there is no room for one, the old one goes
// on. The old one must be synced.
func (d *disk) rotate(hello []byte, now time.Time) error {
	d.reach("create")
	next, err := d.create(hello)
	if err != nil {
		return err
	}
	stamp := d.stamp(now)
	d.reach("rename full")
	if err = os.Rename(d.path, rotatedName(d.path, stamp)); err != nil {
		return errors.Join(err, next.Close())
	}
	d.latest = stamp
	d.reach("rename new")
	if err = os.Rename(d.path+newEnd, d.path); err != nil {
		return errors.Join(err, next.Close())
	}
	d.reach("sync directory")
	old := d.f
	d.f, d.size, d.synced, d.report = next, int64(len(hello)), int64(len(hello)), 0
	return errors.Join(syncDir(d.path), old.Close())
}

// newEnd ends the name of a file that is about to be the current one.
const newEnd = ".new"

// create makes the next file.
func (d *disk) create(hello []byte) (f *os.File, err error) {
	name := d.path + newEnd
	f, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	if _, err = f.Write(hello); err == nil {
		d.reach("sync new")
		err = f.Sync()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(name))
	}
	return f, nil
}

// stamp is the moment of a rotation, which is after that of the one before, whatever
// the clock says.
func (d *disk) stamp(now time.Time) time.Time {
	now = now.UTC().Truncate(time.Millisecond)
	if !now.After(d.latest) {
		return d.latest.Add(time.Millisecond)
	}
	return now
}

// syncDir makes what was created, renamed or removed beside path safe.
func syncDir(path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
