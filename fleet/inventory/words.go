package inventory

import "strings"

// What the inventory keeps must be no part of the file's text: that would stay
// in memory as a whole, for as long as the fleet is watched.

// copied makes decode's string one of its own: for what differs from one tunnel
// to the next.
func copied(decode decoder[string]) decoder[string] {
	return func(r *reader, v value) (string, bool) {
		s, ok := decode(r, v)
		return strings.Clone(s), ok
	}
}

// shared is copied for what many tunnels say: it is kept once.
func shared(decode decoder[string]) decoder[string] {
	return func(r *reader, v value) (string, bool) {
		s, ok := decode(r, v)
		return r.word(s), ok
	}
}

func (r *reader) word(s string) string {
	if w, ok := r.words[s]; ok {
		return w
	}
	w := strings.Clone(s)
	r.words[w] = w
	return w
}
