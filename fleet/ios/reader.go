package ios

import "strings"

// mode is where the statements of a configuration stand.
type mode uint8

const (
	inGlobal mode = iota
	inInterface
	inList
	inGroup
	inMap
	inOther // of no interest
)

// reader reads the configurations of one file, statement by statement.
type reader struct {
	file    string
	devices []*device
	dev     *device
	notes   []Note

	mode   mode
	header int  // indentation of the line that opened the mode
	inside bool // a line was indented deeper than that
	nested bool // inOther: an interface in it is only named
	deaf   bool // what follows is no configuration

	heading string // the router that the last heading names

	words  []string // of the line that is read: reused
	ifaces []*iface
	list   *accessList
	group  *objectGroup
	entry  *mapEntry
}

// read reads one file. There is a device at least, which may be empty.
func read(name string, content []byte) ([]*device, []Note) {
	r := &reader{file: name}
	r.dev = newDevice(name, 1)
	r.devices = []*device{r.dev}
	r.lines(configuration(split(decode(content))))
	return r.devices, r.notes
}

// statement is a line's words, negated or not. The words are the next line's after it.
type statement struct {
	no    bool // no …, or default …
	line  int
	words []string
}

// word is the i-th word, "" where there is none.
func (s statement) word(i int) string {
	if i < len(s.words) {
		return s.words[i]
	}
	return ""
}

// rest is the words from the i-th.
func (s statement) rest(i int) []string { return s.words[min(i, len(s.words)):] }

func (r *reader) line(l line) {
	text := withoutMarks(cutTime(l.text))
	if command, ok := cutReport(text); ok {
		r.leave()
		r.deaf = !showsConfiguration(strings.Fields(command))
		return
	}
	if p, ok := cutPrompt(text); ok {
		if text = r.prompted(p, l.no); text == "" {
			return
		}
	} else if r.deaf {
		return
	}
	r.words = appendFields(r.words[:0], text)
	words := r.words
	if len(words) == 0 || strings.ContainsRune("!#", rune(words[0][0])) || strings.HasPrefix(words[0], "//") {
		return
	}
	r.statement(statement{line: l.no, words: words}, indentation(text))
}

// appendFields appends the words of text.
func appendFields(words []string, text string) []string {
	start := -1
	for i := 0; i < len(text); i++ {
		if c := text[i]; c == ' ' || c == '\t' {
			if start >= 0 {
				words, start = append(words, text[start:i]), -1
			}
		} else if start < 0 {
			start = i
		}
	}
	if start >= 0 {
		words = append(words, text[start:])
	}
	return words
}

func indentation(text string) int { return len(text) - len(strings.TrimLeft(text, " \t")) }

// prompted follows what a prompt says, and returns the configuration command after
// it, "" where it is none.
func (r *reader) prompted(p prompt, line int) string {
	r.called(p.host, line)
	if p.mode == "" {
		r.leave()
		r.deaf = !showsConfiguration(strings.Fields(p.rest))
		return ""
	}
	r.deaf = false
	if isGlobalPrompt(p.mode) || r.mode == inInterface && !strings.HasPrefix(p.mode, "config-if") && !strings.HasPrefix(p.mode, "config-subif") {
		r.leave()
	}
	if word, rest, _ := strings.Cut(p.rest, " "); short(word, "do", 2) {
		r.deaf = !showsConfiguration(strings.Fields(rest))
		return ""
	}
	r.header, r.inside = 0, false
	return p.rest
}

func isGlobalPrompt(mode string) bool { return mode == "config" || mode == "conf" }

func (r *reader) statement(s statement, indent int) {
	if short(s.words[0], "no", 2) || strings.EqualFold(s.words[0], "default") {
		s.no, s.words = true, s.words[1:]
	}
	if len(s.words) == 0 {
		return
	}
	switch strings.ToLower(s.words[0]) {
	case "end", "^z":
		r.leave()
		return
	case "exit", "exi", "quit":
		if indent <= r.header || r.mode == inInterface {
			r.leave()
		}
		return
	}
	deeper := indent > r.header
	r.dispatch(s, indent, deeper)
	r.inside = r.inside || deeper && indent > r.header
}

// dispatch tries s as a command of the open mode, and then as a global one.
func (r *reader) dispatch(s statement, indent int, deeper bool) {
	switch r.mode {
	case inInterface:
		out := r.inside && !deeper && globalMenu.has(s.words[0]) && !readMenu.has(s.words[0])
		if !out && r.interfaceCommand(s, r.inside && deeper) {
			return
		}
		if r.isGlobal(s) || r.inside && !deeper {
			r.global(s, indent)
		}
	case inList:
		if !r.listEntry(s) && !deeper {
			r.global(s, indent)
		}
	case inGroup:
		if !r.groupEntry(s) && !deeper {
			r.global(s, indent)
		}
	case inMap:
		if !r.mapCommand(s) && (!deeper || !r.inside && r.isGlobal(s)) {
			r.global(s, indent)
		}
	case inOther:
		if !deeper || !r.nested && isInterfaceHeader(s) {
			r.global(s, indent)
		}
	default:
		r.global(s, indent)
	}
}

// isGlobal tells whether s, which is no command of an interface, is one outside.
func (r *reader) isGlobal(s statement) bool {
	word, _ := globalMenu.find(s.words[0])
	return word != ""
}

func isInterfaceHeader(s statement) bool {
	word, _ := globalMenu.find(s.words[0])
	return word == "interface" && len(s.words) > 1 && isHeaderName(s.words[1:])
}

// leave goes back to the global mode.
func (r *reader) leave() {
	r.mode, r.header, r.inside, r.nested = inGlobal, 0, false, false
	r.ifaces, r.list, r.group, r.entry = nil, nil, nil, nil
}

// enter opens a mode with a header that is indented so far.
func (r *reader) enter(m mode, indent int) {
	r.leave()
	r.mode, r.header = m, indent
}
