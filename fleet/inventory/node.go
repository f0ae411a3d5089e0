package inventory

// kind is how the text makes a node.
type kind uint8

const (
	implied kind = iota // a table that exists only because something in it does: a of a.b = 1
	headed              // [table], or one of [[table]]
	listed              // all [[table]] of one name; each is one of items
	given               // key = value, whatever the value, or a value in an array
)

// node is the place of one key and of its value, and of what is inside.
type node struct {
	at     int // offset of the key (of its last part, where dotted); in arrays that of the value
	value  int // offset of the value; where a header makes the table, of the header's bracket
	kind   kind
	fields map[string]*node // of a table
	items  []*node          // of an array
}

// child is the node of a key. Where the scanner knows none, its place is taken
// to be the table's, so that every error has a place.
func (n *node) child(key string) *node {
	if c := n.fields[key]; c != nil {
		return c
	}
	return &node{at: n.at, value: n.value}
}

// item is the i-th element of an array, from 0.
func (n *node) item(i int) *node {
	if i < len(n.items) {
		return n.items[i]
	}
	return &node{at: n.at, value: n.value}
}

func (n *node) set(key string, c *node) {
	if n.fields == nil {
		n.fields = make(map[string]*node)
	}
	n.fields[key] = c
}

// part is one part of a dotted key.
type part struct {
	name string
	at   int
}

// enter descends along path, making the tables it implies, and into the last of
// a list. It stops at what a value closed: taken is that node.
func (n *node) enter(path []part) (end, taken *node) {
	for _, p := range path {
		c := n.fields[p.name]
		switch {
		case c == nil:
			c = &node{at: p.at, value: p.at}
			n.set(p.name, c)
		case c.kind == given:
			return nil, c
		case c.kind == listed:
			c = c.items[len(c.items)-1]
		}
		n = c
	}
	return n, nil
}
