package query

// keyed is a row that matches, and its key in the order.
type keyed struct {
	key      uint64
	position int32
}

// digits are the bytes of a key.
const digits = 8

// sortKeyed sorts by key and leaves what is equal in its order: by one byte of
// the key after the other, the least first, without those that are the same in
// all keys. With 100,000 rows it is several times faster than comparing. It
// uses spare, of the same length, and returns the one of the two that is sorted.
func sortKeyed(list, spare []keyed) (sorted, other []keyed) {
	var counts [digits][256]int32
	for _, k := range list {
		for d := range digits {
			counts[d][byte(k.key>>(8*d))]++
		}
	}
	for d := range digits {
		if len(list) > 0 && int(counts[d][byte(list[0].key>>(8*d))]) == len(list) {
			continue
		}
		distribute(list, spare, &counts[d], 8*d)
		list, spare = spare, list
	}
	return list, spare
}

// distribute moves the rows into the order of one byte of their keys.
func distribute(from, to []keyed, counts *[256]int32, shift int) {
	var next [256]int32
	for i := 1; i < len(next); i++ {
		next[i] = next[i-1] + counts[i-1]
	}
	for _, k := range from {
		at := &next[byte(k.key>>shift)]
		to[*at] = k
		*at++
	}
}
