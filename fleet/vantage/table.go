package vantage

import (
	"time"

	"greylag/fleet"
)

// kind is what a table knows of its rows.
type kind[R any, V fleet.State | fleet.Path] struct {
	name    func(*R) string
	verdict func(*R) V
	views   func(hosts []string, list []fleet.View[V]) *fleet.Views[V]
	// settles is how long another point may take to see what this one sees; nil: what
	// they disagree about is not told.
	settles func(*R) time.Duration
}

// table is the tunnels, or the spokes, of all points by name. R is a point's row.
type table[R any, V fleet.State | fleet.Path] struct {
	kind[R, V]
	columns []column[R] // by point
	rows    []row[V]    // by place
	where   []int32     // positions in the columns, by place and in it by point; -1: unknown there
	places  map[string]int32

	version  *uint64 // of the set's newest change
	changed  uint64  // version of the newest change here
	shaped   uint64  // version when rows were added, or went
	outgrown bool    // the rows are not those of the columns any more
	dirty    []int32 // places to be judged again

	// Few ways to see a tunnel are many tunnels' way: those share one.
	shared map[string]*fleet.Views[V]
	list   []fleet.View[V] // reused
	key    []byte

	disputes map[string]*dispute[V]
}

// column is what one point knows.
type column[R any] struct {
	rows   []R
	places []int32 // by position in rows
}

// row is one tunnel or spoke.
type row[V fleet.State | fleet.Path] struct {
	name    string
	views   *fleet.Views[V]
	changed uint64 // version when views, or what the stand tells, changed
	dirty   bool
}

// sharedAtMost is more ways than a fleet is seen in: a stream may hold any verdict.
const sharedAtMost = 1 << 12

func newTable[R any, V fleet.State | fleet.Path](k kind[R, V], version *uint64) *table[R, V] {
	return &table[R, V]{
		kind: k, version: version, outgrown: true,
		places: map[string]int32{}, shared: map[string]*fleet.Views[V]{}, disputes: map[string]*dispute[V]{},
	}
}

// step numbers a change.
func (t *table[R, V]) step() uint64 {
	*t.version++
	t.changed = *t.version
	return t.changed
}

// replace takes all rows of a point over.
func (t *table[R, V]) replace(point int, rows []R, isStand bool) {
	c := &t.columns[point]
	c.rows = rows
	if t.outgrown = t.outgrown || !t.isAlike(c); t.outgrown {
		return
	}
	for position := range rows {
		t.touch(c, position, isStand)
	}
}

// isAlike tells whether a column has the same names as before.
func (t *table[R, V]) isAlike(c *column[R]) bool {
	if len(c.rows) != len(c.places) {
		return false
	}
	for i, place := range c.places {
		if t.rows[place].name != t.name(&c.rows[i]) {
			return false
		}
	}
	return true
}

// put replaces a row of a point.
func (t *table[R, V]) put(point, position int, r *R, isStand bool) {
	c := &t.columns[point]
	if position < 0 || position >= len(c.rows) {
		return
	}
	c.rows[position] = *r
	if !t.outgrown {
		t.touch(c, position, isStand)
	}
}

// touch notes that a row of a column is another.
func (t *table[R, V]) touch(c *column[R], position int, isStand bool) {
	place := c.places[position]
	r := &t.rows[place]
	if isStand {
		r.changed = t.step()
	}
	if !r.dirty {
		r.dirty = true
		t.dirty = append(t.dirty, place)
	}
}

// settle judges what changed; all of it where the points changed.
func (t *table[R, V]) settle(points *sighting, all bool) {
	if t.outgrown {
		t.rebuild()
		all = true
	}
	if all {
		clear(t.shared)
		for place := range t.rows {
			t.judge(int32(place), points)
		}
	} else {
		for _, place := range t.dirty {
			t.judge(place, points)
		}
	}
	t.dirty = t.dirty[:0]
}

// rebuild finds the rows anew: those of the first point, then what only the others
// know.
func (t *table[R, V]) rebuild() {
	clear(t.places)
	clear(t.rows)
	t.rows, t.where, t.dirty = t.rows[:0], t.where[:0], t.dirty[:0]
	for point := range t.columns {
		t.add(point)
	}
	t.outgrown, t.shaped = false, t.step()
	for name := range t.disputes {
		if _, known := t.places[name]; !known {
			t.disputes[name].views = nil // nobody sees it any more
		}
	}
}

func (t *table[R, V]) add(point int) {
	c := &t.columns[point]
	c.places = c.places[:0]
	for i := range c.rows {
		name := t.name(&c.rows[i])
		place, known := t.places[name]
		if !known {
			place = int32(len(t.rows))
			t.places[name] = place
			t.rows = append(t.rows, row[V]{name: name})
			for range t.columns {
				t.where = append(t.where, -1)
			}
		}
		t.where[int(place)*len(t.columns)+point] = int32(i)
		c.places = append(c.places, place)
	}
}

// at is the row of a point at a place; nil where it knows none.
func (t *table[R, V]) at(place int32, point int) *R {
	position := t.where[int(place)*len(t.columns)+point]
	if position < 0 {
		return nil
	}
	return &t.columns[point].rows[position]
}

// first is the row of the first point that knows one.
func (t *table[R, V]) first(place int32) *R {
	for point := range t.columns {
		if r := t.at(place, point); r != nil {
			return r
		}
	}
	return nil
}

// judge finds out how the points see what is at a place.
func (t *table[R, V]) judge(place int32, points *sighting) {
	r := &t.rows[place]
	r.dirty = false
	views := t.viewsOf(place, points)
	if views == r.views {
		return
	}
	r.views, r.changed = views, t.step()
	t.argue(place, points.now)
}

// viewsOf are the views of what is at a place: those that others share, if any do.
func (t *table[R, V]) viewsOf(place int32, points *sighting) *fleet.Views[V] {
	t.list, t.key = t.list[:0], t.key[:0]
	for point := range t.columns {
		v := fleet.View[V]{Stale: !points.fresh[point]}
		if r := t.at(place, point); r != nil {
			v.Verdict = t.verdict(r)
		}
		t.list = append(t.list, v)
		t.key = append(append(t.key, v.Verdict...), "\x00\x01"[boolInt(v.Stale)])
	}
	if known := t.shared[string(t.key)]; known != nil {
		return known
	}
	if len(t.shared) >= sharedAtMost {
		clear(t.shared)
	}
	views := t.views(points.hosts, append([]fleet.View[V](nil), t.list...))
	t.shared[string(t.key)] = views
	return views
}

// since calls yield for each place that changed after a version.
func (t *table[R, V]) since(version uint64, yield func(place int32)) {
	if t.changed <= version {
		return
	}
	for place := range t.rows {
		if t.rows[place].changed > version {
			yield(int32(place))
		}
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
