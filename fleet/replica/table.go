package replica

// table is the tunnels, or the spokes, by name. T is the row.
//
// A full report names each of them once, in the inventory's order, and a summary
// ends it. If as many were named as the summary counts, the report was whole: the
// table then has just those, in that order. Otherwise (it was joined in the
// middle, or somebody filters it) nothing is dropped.
type table[T any] struct {
	places map[string]int // by name
	rows   []*T           // by place; a row never changes, it is replaced
	marks  []mark         // by place
	round  []int          // the places named since the last summary, in order
	turn   uint64         // number of that round
	weight int64          // of all rows

	version *uint64 // of the replica's newest change
	changed uint64  // version of the newest change here
	shaped  uint64  // version when rows were added, or went
}

type mark struct {
	name   string
	weight int64
	turn   uint64 // the last round that named it
	// changed is the version when the row was replaced.
	changed uint64
}

func newTable[T any](version *uint64) table[T] {
	return table[T]{places: map[string]int{}, turn: 1, version: version}
}

// step numbers a change.
func (t *table[T]) step() uint64 {
	*t.version++
	t.changed = *t.version
	return t.changed
}

// since calls yield for each row that was replaced after a version. It returns false
// where more than that has changed.
func (t *table[T]) since(version uint64, yield func(place int, row *T)) bool {
	if t.shaped > version {
		return false
	}
	if t.changed <= version {
		return true
	}
	for place := range t.marks {
		if t.marks[place].changed > version {
			yield(place, t.rows[place])
		}
	}
	return true
}

// get returns the row of that name, nil if there is none.
func (t *table[T]) get(name string) *T {
	if place, known := t.places[name]; known {
		return t.rows[place]
	}
	return nil
}

// named tells whether the present round has named it already.
func (t *table[T]) named(name string) bool {
	place, known := t.places[name]
	return known && t.marks[place].turn == t.turn
}

// put keeps a row. It returns false where there is no room.
func (t *table[T]) put(name string, row *T, weight int64) bool {
	place, known := t.places[name]
	if !known {
		place = len(t.rows)
		if place >= maxRows || t.weight+weight > maxWeight {
			return false
		}
		t.places[name] = place
		t.rows = append(t.rows, nil)
		t.marks = append(t.marks, mark{name: name})
		t.shaped = t.step()
	}
	m := &t.marks[place]
	if t.weight-m.weight+weight > maxWeight {
		return false
	}
	t.weight += weight - m.weight
	m.weight, m.changed = weight, t.step()
	t.rows[place] = row
	return true
}

// report keeps a row that a full report names.
func (t *table[T]) report(name string, row *T, weight int64) bool {
	if !t.put(name, row, weight) {
		return false
	}
	place := t.places[name]
	if m := &t.marks[place]; m.turn != t.turn {
		m.turn = t.turn
		t.round = append(t.round, place)
	}
	return true
}

// finish ends a round; total is how many the summary counts.
func (t *table[T]) finish(total int) {
	if total > 0 && len(t.round) == total && !t.inOrder() {
		t.rebuild()
	}
	t.round = t.round[:0]
	t.turn++
}

// inOrder tells whether the round named everything, in the order of the places.
func (t *table[T]) inOrder() bool {
	for i, place := range t.round {
		if i != place {
			return false
		}
	}
	return len(t.round) == len(t.rows)
}

// rebuild keeps what the round has named, in its order.
func (t *table[T]) rebuild() {
	rows, marks := t.rows, t.marks
	t.rows, t.marks = make([]*T, 0, len(t.round)), make([]mark, 0, len(t.round))
	t.weight, t.shaped = 0, t.step()
	clear(t.places)
	for _, place := range t.round {
		t.places[marks[place].name] = len(t.rows)
		t.rows = append(t.rows, rows[place])
		t.marks = append(t.marks, marks[place])
		t.weight += marks[place].weight
	}
}
