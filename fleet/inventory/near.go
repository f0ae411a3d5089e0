package inventory

import (
	"strings"
	"unicode/utf8"
)

// nearest is the one of known that word was most likely meant to be: at most a
// third of its characters differ, upper and lower case aside. Known names are
// compared until the reader's patience ends; "" where none is near.
func (r *reader) nearest(word string, known []string) string {
	best, limit := "", max(1, utf8.RuneCountInString(word)/3)
	if len(word) > 64 {
		return ""
	}
	for _, k := range known[:min(len(known), r.patience)] {
		if d := distance(strings.ToLower(word), strings.ToLower(k), limit); d <= limit {
			best, limit = k, d-1
		}
	}
	r.patience -= min(len(known), r.patience)
	return best
}

// distance is how many characters must be inserted, removed, replaced, or
// swapped with their neighbour (optimal string alignment) to make b of a;
// anything over limit if that is more.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if gap := len(x) - len(y); gap > limit || -gap > limit {
		return limit + 1
	}
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+differ(x[i-1], y[j-1]))
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}

func differ(a, b rune) int {
	if a == b {
		return 0
	}
	return 1
}
