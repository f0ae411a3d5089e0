package ios

import "strings"

const (
	escape    = 0x1b
	backspace = '\b'
	interrupt = "\x03" // ctrl-C, the usual delimiter of a banner
)

// clean is a line as the terminal showed it: without what was overwritten, escape
// sequences and the pager's prompt.
func clean(l string) string {
	if strings.IndexByte(l, backspace) >= 0 || strings.IndexByte(l, '\r') >= 0 || strings.IndexByte(l, escape) >= 0 {
		l = strings.TrimRight(screen(l), " ")
	}
	return withoutPager(l)
}

// screen plays l on a line of a terminal.
func screen(l string) string {
	out, at := make([]byte, 0, len(l)), 0
	for i := 0; i < len(l); i++ {
		switch c := l[i]; c {
		case backspace:
			at = max(at-1, 0)
		case '\r':
			at = 0
		case escape:
			i += sequence(l[i+1:])
		default:
			if at < len(out) {
				out[at] = c
			} else {
				out = append(out, c)
			}
			at++
		}
	}
	return string(out)
}

// sequence is the length of the escape sequence whose rest l begins with.
func sequence(l string) int {
	if l == "" || l[0] != '[' {
		return min(len(l), 1)
	}
	for i := 1; i < len(l); i++ {
		if l[i] >= '@' && l[i] <= '~' {
			return i + 1
		}
	}
	return len(l)
}

// pagers are the prompts of pagers, of IOS and of those who speak like it.
var pagers = []string{"--More--", "<--- More --->", "---- More ----"}

// withoutPager is l without the pager's prompt before it.
func withoutPager(l string) string {
	if !strings.Contains(l, "More") {
		return l
	}
	for _, p := range pagers {
		before, after, found := strings.Cut(l, p)
		if found && strings.TrimSpace(before) == "" {
			return strings.TrimPrefix(after, " ")
		}
	}
	return l
}
