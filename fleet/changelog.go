package fleet

import (
	"slices"
	"sync/atomic"
)

// changeLog is the newest changes that a reader of rows has to know of, whether
// or not they are events: which tunnel, or which spoke. It is a ring, of a size
// that goes with the fleet's. Versions number its entries.
type changeLog struct {
	last uint64  // version of the newest entry
	ring []int32 // by version modulo its length: a tunnel's number, or ^ a spoke's place
}

// leastChanges is how many entries a small fleet's log has.
const leastChanges = 1 << 8

// changeLogs counts the logs that there are, so that no version of one is another's:
// who asks another store than before is told so.
var changeLogs atomic.Uint64

// versionsEach is how many versions a log has: enough for a million changes a second
// over nine years.
const versionsEach = 1 << 48

// newChangeLog returns the log of a fleet of that many tunnels and spokes.
func newChangeLog(rows int) changeLog {
	return changeLog{last: changeLogs.Add(1) * versionsEach, ring: make([]int32, max(leastChanges, rows))}
}

func (l *changeLog) add(entry int32) {
	l.last++
	l.ring[l.last%uint64(len(l.ring))] = entry
}

func (l *changeLog) tunnel(number int32) { l.add(number) }
func (l *changeLog) spoke(place int)     { l.add(^int32(place)) }

// since appends the entries after a version. ok is false where they are not known:
// some were overwritten, or the version is none of this log's.
func (l *changeLog) since(version uint64, into []int32) (entries []int32, ok bool) {
	if version > l.last || l.last-version > uint64(len(l.ring)) {
		return into, false
	}
	for v := version + 1; v <= l.last; v++ {
		into = append(into, l.ring[v%uint64(len(l.ring))])
	}
	return into, true
}

// distinct sorts entries and drops the repeated ones: spokes stand before
// tunnels.
func distinct(entries []int32) (spokes, tunnels []int32) {
	slices.Sort(entries)
	entries = slices.Compact(entries)
	at, _ := slices.BinarySearch(entries, 0)
	return entries[:at], entries[at:]
}
