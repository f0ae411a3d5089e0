package ios

import "strings"

// menu is the commands of one mode, or the arguments of one command, by their
// first letter.
type menu [26][]string

func newMenu(words string) *menu {
	m := new(menu)
	for _, w := range strings.Fields(words) {
		i := w[0] - 'a'
		m[i] = append(m[i], w)
	}
	return m
}

// find is the word that w is short for, as IOS takes it: a word itself, or the
// beginning of just one. ambiguous tells a beginning of several.
func (m *menu) find(w string) (word string, ambiguous bool) {
	if w == "" {
		return "", false
	}
	first := w[0] | 0x20
	if first < 'a' || first > 'z' {
		return "", false
	}
	for _, full := range m[first-'a'] {
		if !hasPrefixFold(full, w) {
			continue
		}
		if len(full) == len(w) {
			return full, false
		}
		if word != "" {
			full = m.exact(w)
			return full, full == ""
		}
		word = full
	}
	return word, false
}

// exact is w where it is itself a word.
func (m *menu) exact(w string) string {
	for _, full := range m[(w[0]|0x20)-'a'] {
		if strings.EqualFold(full, w) {
			return full
		}
	}
	return ""
}

// has tells whether w is itself a word.
func (m *menu) has(w string) bool {
	c := w[0] | 0x20
	return c >= 'a' && c <= 'z' && m.exact(w) != ""
}

// hasPrefixFold tells whether the lower case s begins with prefix in any case.
func hasPrefixFold(s, prefix string) bool {
	if len(prefix) > len(s) {
		return false
	}
	for i := range len(prefix) {
		c := prefix[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != s[i] {
			return false
		}
	}
	return true
}

// short tells whether w is at least the first least letters of word.
func short(w, word string, least int) bool {
	return len(w) >= least && hasPrefixFold(word, w)
}
