package inventory

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Nearest returns those of names, at most limit, that word may have been meant to
// be, nearest first: a third of its characters may differ, upper and lower case
// aside; after those come names that hold it.
func Nearest(word string, names []string, limit int) []string {
	type candidate struct {
		name string
		far  int
	}
	var near []candidate
	lower := strings.ToLower(word)
	most := max(1, utf8.RuneCountInString(word)/3)
	for _, name := range names {
		far := distance(lower, strings.ToLower(name), most)
		switch {
		case far <= most:
			near = append(near, candidate{name, far})
		case word != "" && strings.Contains(strings.ToLower(name), lower):
			near = append(near, candidate{name, most + len(name)})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return cmp.Compare(a.far, b.far) })
	var list []string
	for _, c := range near[:min(limit, len(near))] {
		list = append(list, c.name)
	}
	return list
}
