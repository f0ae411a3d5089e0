package ios

import "strings"

// prompt is a router's prompt before a command.
type prompt struct {
	host string
	mode string // what stands in parentheses, such as config-if; "": exec mode
	rest string // the command
}

// cutPrompt finds a prompt at the beginning of l, as R1(config-if)# or R1#.
func cutPrompt(l string) (p prompt, ok bool) {
	l = strings.TrimLeft(l, " \t")
	end := 0
	for end < len(l) && end <= 80 && isHostByte(l[end]) {
		end++
	}
	if end == 0 || end == len(l) || l[0] == '-' || l[0] == '.' || l[0] == ':' {
		return prompt{}, false
	}
	p.host = l[strings.LastIndexByte(l[:end], ':')+1 : end]
	rest := l[end:]
	if rest[0] == '(' {
		if p.mode, rest, ok = strings.Cut(rest[1:], ")"); !ok || strings.ContainsAny(p.mode, " \t") {
			return prompt{}, false
		}
	}
	if rest == "" || p.host == "" || rest[0] != '#' && (rest[0] != '>' || p.mode != "") {
		return prompt{}, false
	}
	p.rest = strings.TrimSpace(rest[1:])
	return p, strings.HasPrefix(p.mode, "conf") || strings.HasPrefix(p.mode, "cfg") || p.mode == "" && isExec(p.rest)
}

func isHostByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' || c == ':' || c == '/' || c == '@'
}

// execMenu is commands of exec mode.
var execMenu = newMenu(`
	admin clear clock configure copy debug delete dir disable do enable end exit help logout logoff more no ping quit
	reload resume send show ssh tclsh telnet terminal test traceroute undebug verify wr write`)

// isExec tells whether command is one that is given at an exec prompt.
func isExec(command string) bool {
	first, _, _ := strings.Cut(command, " ")
	if first == "" || first == "?" {
		return true
	}
	word, ambiguous := execMenu.find(first)
	return word != "" || ambiguous
}

// showsConfiguration tells whether a command of exec mode puts a configuration on
// the screen, or nothing: other output may look like one.
func showsConfiguration(words []string) bool {
	if len(words) == 0 {
		return true
	}
	word, _ := execMenu.find(words[0])
	switch {
	case word == "do":
		return showsConfiguration(words[1:])
	case word == "show" || word == "more":
		return len(words) > 1 && (short(words[1], "running-config", 2) || short(words[1], "startup-config", 3) ||
			short(words[1], "configuration", 4) || strings.HasPrefix(words[1], "system:") || strings.HasPrefix(words[1], "nvram:") ||
			short(words[1], "tech-support", 4) || short(words[1], "archive", 3))
	case word == "configure", word == "enable", word == "terminal":
		return true
	}
	return false
}

// cutReport finds the line that show tech-support puts before the output of each of
// its commands: --- show running-config ---.
func cutReport(l string) (command string, ok bool) {
	if !strings.HasPrefix(l, "-----") {
		return "", false
	}
	command = strings.Trim(l, "- ")
	return command, strings.HasPrefix(command, "show ")
}

// cutTime cuts what a terminal program's log puts before a line: a time, and a date
// before it. What is left keeps its indentation.
func cutTime(l string) string {
	trimmed := strings.TrimLeft(l, " ")
	if trimmed == "" || !strings.ContainsRune("[(*0123456789", rune(trimmed[0])) {
		return l
	}
	rest, seen := trimmed, false
	for range 3 {
		word, after, _ := strings.Cut(rest, " ")
		kind := timeWord(word)
		if kind == noTime || kind == isDate && seen {
			break
		}
		if rest, seen = after, true; kind == isClock {
			return rest
		}
	}
	return l
}

type timeKind int

const (
	noTime timeKind = iota
	isDate
	isClock
)

// timeWord tells a date such as 2026-05-01 and a clock such as [12:00:00.123].
func timeWord(w string) timeKind {
	w = strings.Trim(w, "[]()*:|")
	if d, t, found := strings.Cut(w, "T"); found && timeWord(d) == isDate {
		w = strings.TrimSuffix(t, "Z")
	}
	digits, colons, dashes := 0, 0, 0
	for i := range len(w) {
		switch c := w[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == ':':
			colons++
		case c == '-' || c == '/' && dashes > 0 || c == '/' && i > 0:
			dashes++
		case c != '.' && c != ',' && c != '+':
			return noTime
		}
	}
	switch {
	case colons == 2 && digits >= 4:
		return isClock
	case dashes == 2 && digits >= 4 && colons == 0:
		return isDate
	}
	return noTime
}
