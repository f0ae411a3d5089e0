package query

import "unicode/utf8"

// matchGlob tells whether the whole of s is as the pattern says: * stands for
// any characters, ? for one. The pattern is in lower case; the case of ASCII
// letters of s does not matter. It takes at most len(pattern)·len(s) steps.
func matchGlob(pattern, s string) bool {
	p, i := 0, 0
	star, resume := -1, 0 // the last *, and where what follows it was tried last
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, i
			p++
		case p < len(pattern) && pattern[p] == '?':
			_, size := utf8.DecodeRuneInString(s[i:])
			p, i = p+1, i+size
		case p < len(pattern) && pattern[p] == lower(s[i]):
			p, i = p+1, i+1
		case star >= 0:
			resume++
			p, i = star+1, resume
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
