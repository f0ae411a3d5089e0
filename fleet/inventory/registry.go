package inventory

import (
	"fmt"
	"slices"
)

// registry holds the hubs, or the spokes. Where the file declares none, every
// name that a tunnel mentions is one; where it declares some, it declares all.
type registry[T any] struct {
	word     string // "hub" or "spoke"
	list     []T
	names    []string
	lines    []int
	index    map[string]int
	declared bool
	nameless bool // one of those declared has no valid name: it may be any
}

func newRegistry[T any](word string) registry[T] {
	return registry[T]{word: word, index: make(map[string]int)}
}

// grow makes room for n more.
func (g *registry[T]) grow(n int) {
	g.list, g.names, g.lines = slices.Grow(g.list, n), slices.Grow(g.names, n), slices.Grow(g.lines, n)
}

func (g *registry[T]) add(name string, line int, item T) {
	g.index[name] = len(g.list)
	g.list, g.names, g.lines = append(g.list, item), append(g.names, name), append(g.lines, line)
}

func (g *registry[T]) find(name string) (item T, ok bool) {
	i, ok := g.index[name]
	if ok {
		item = g.list[i]
	}
	return item, ok
}

// declare adds what a [[hub]] or [[spoke]] declares.
func (g *registry[T]) declare(r *reader, t table, name string, item T) {
	g.declared = true
	r.need(t, "name", `write name = "…", by which tunnels name it`)
	if name == "" {
		g.nameless = true
		return
	}
	if i, taken := g.index[name]; taken {
		r.wrongValue(t.value("name"), "names are unique", "%q is already that of the %s on line %d", name, g.word, g.lines[i])
		return
	}
	g.add(name, r.lines.line(t.at.value), item)
}

// check records a name that should have been declared.
func (g *registry[T]) check(r *reader, v value, name string) {
	if _, ok := g.index[name]; ok || !g.declared || g.nameless || name == "" {
		return
	}
	hint := fmt.Sprintf("add a [[%s]] of that name", g.word)
	if near := r.nearest(name, g.names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	r.wrongValue(v, hint, "%q is not declared", name)
}

// imply adds a name that a tunnel mentions, where none needs declaring.
func (g *registry[T]) imply(name string, item T) {
	if _, ok := g.index[name]; !ok && !g.declared && name != "" {
		g.add(name, 0, item)
	}
}
