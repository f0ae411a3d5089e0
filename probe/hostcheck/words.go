//go:build linux

package hostcheck

import (
	"fmt"
	"strings"
)

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// mentioned is how many names a finding holds.
const mentioned = 3

// some are the first of many names.
func some(names []string) string {
	if len(names) <= mentioned {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:mentioned], ", "), len(names)-mentioned)
}

// groups are names by what they have in common, in the order of their coming.
type groups[K comparable] struct {
	keys  []K
	names map[K][]string
}

func (g *groups[K]) add(key K, name string) {
	if g.names == nil {
		g.names = make(map[K][]string)
	}
	if _, known := g.names[key]; !known {
		g.keys = append(g.keys, key)
	}
	g.names[key] = append(g.names[key], name)
}

// findings makes one of each group.
func (g *groups[K]) findings(of func(key K, names string) Finding) (list []Finding) {
	for _, k := range g.keys {
		list = append(list, of(k, some(g.names[k])))
	}
	return list
}
