package ios

import (
	"slices"
	"strings"
)

// configuration is the lines that are configuration: without banners and macros,
// and of a document the code in it, of a comparison what is new.
func configuration(lines []line) []line {
	return joined(withoutTexts(compared(fenced(lines))))
}

// fenced is the code in a Markdown document, where interfaces are configured in
// such code; otherwise it is all lines. Between codes stands a boundary with the last
// heading or other words that name a router, since another router's configuration may begin there.
func fenced(lines []line) []line {
	if !slices.ContainsFunc(lines, func(l line) bool { return isFence(strings.TrimLeft(l.text, " \t>")) }) {
		return lines
	}
	code := make([]line, 0, len(lines))
	heading, quote := "", ""
	inside, found := false, false
	for _, l := range lines {
		text := strings.TrimLeft(l.text, " \t>")
		switch {
		case isFence(text):
			inside = !inside
			quote = strings.TrimLeft(l.text[:len(l.text)-len(text)], " ")
			code = append(code, line{l.no, boundary + heading})
		case inside:
			first, _, _ := strings.Cut(text, " ")
			found = found || short(first, "interface", 3)
			code = append(code, line{l.no, strings.TrimPrefix(l.text, quote)})
		case strings.HasPrefix(text, "#"), routerIn(text) != "":
			heading = text
		}
	}
	if !found {
		return lines
	}
	return code
}

func isFence(text string) bool {
	return strings.HasPrefix(text, "```") || strings.HasPrefix(text, "~~~")
}

// withoutMarks is a line of a document without the marks of code and quotations.
func withoutMarks(text string) string {
	if text == "" || text[0] == ' ' || text[len(text)-1] != '`' && text[len(text)-1] != '>' && strings.IndexByte("`<>", text[0]) < 0 {
		return text
	}
	text = strings.Trim(strings.TrimPrefix(text, "> "), "`")
	for _, tag := range []string{"<pre>", "<code>", "<b>", "<p>"} {
		text = strings.TrimPrefix(text, tag)
	}
	for _, tag := range []string{"<br>", "</p>", "</pre>", "</code>", "</b>"} {
		text = strings.TrimSuffix(text, tag)
	}
	return text
}

// compared is, of a comparison of configurations, what there is and what is new.
func compared(lines []line) []line {
	if !isComparison(lines) {
		return lines
	}
	kept := make([]line, 0, len(lines))
	for _, l := range lines {
		text := strings.TrimLeft(l.text, " ")
		indent := l.text[:len(l.text)-len(text)]
		switch {
		case strings.HasPrefix(text, "-"), strings.HasPrefix(text, "+++"), strings.HasPrefix(text, "@@"):
		case strings.HasPrefix(text, "+"):
			kept = append(kept, line{l.no, indent + text[1:]})
		default:
			kept = append(kept, l)
		}
	}
	return kept
}

// isComparison tells the output of diff -u and of show archive config differences.
func isComparison(lines []line) bool {
	for n, l := range lines {
		if strings.HasPrefix(l.text, "!Contextual Config Diffs") || strings.HasPrefix(l.text, "@@ -") && strings.Count(l.text, "@@") > 1 {
			return true
		}
		if strings.HasPrefix(l.text, "--- ") && n+1 < len(lines) && strings.HasPrefix(lines[n+1].text, "+++ ") {
			return true
		}
	}
	return false
}

// withoutTexts leaves out banners and macros, which may say anything.
func withoutTexts(lines []line) []line {
	kept := lines[:0]
	ends := map[string]int{} // of a delimiter: where it stands last
	for n := 0; n < len(lines); n++ {
		delimiter, open := opensText(lines[n].text)
		if !open {
			kept = append(kept, lines[n])
			continue
		}
		if delimiter == "" {
			continue
		}
		last, known := ends[delimiter]
		if !known {
			last = lastLine(lines, delimiter)
			ends[delimiter] = last
		}
		if last <= n {
			continue // it has no end: it is this line
		}
		for n++; !strings.Contains(lines[n].text, delimiter); n++ {
		}
	}
	return kept
}

func lastLine(lines []line, delimiter string) int {
	for n := len(lines) - 1; n >= 0; n-- {
		if strings.Contains(lines[n].text, delimiter) {
			return n
		}
	}
	return -1
}

// opensText tells whether a command begins a text that goes on over lines, until
// delimiter.
func opensText(text string) (delimiter string, open bool) {
	text = strings.TrimLeft(text, " \t")
	if text == "" || !mayOpenText(text) {
		return "", false
	}
	text = cutTime(text)
	if p, ok := cutPrompt(text); ok {
		text = p.rest
	}
	words := strings.Fields(text)
	switch {
	case len(words) == 0:
		return "", false
	case short(words[0], "banner", 2):
		return bannerDelimiter(words)
	case strings.EqualFold(words[0], "macro") && len(words) > 2 && strings.EqualFold(words[1], "name"):
		return "@", true
	case short(words[0], "menu", 4), short(words[0], "aaa", 3), strings.HasSuffix(words[0], "-message"):
		return caretDelimiter(text)
	}
	return "", false
}

// mayOpenText sorts most lines out, cheaply: a command that opens a text begins with
// one of a few letters, or stands after a prompt or a time.
func mayOpenText(text string) bool {
	switch c := text[0]; c {
	case 'b', 'B', 'm', 'M', 'v', '[', '*', '(':
		return true
	case 'a', 'A':
		return short(text[:min(3, len(text))], "aaa", 3)
	default:
		return c >= '0' && c <= '9' || strings.IndexByte(text, '#') > 0
	}
}

// bannerKinds are what may stand between banner and the delimiter.
var bannerKinds = newMenu("motd login exec incoming prompt-timeout slip-ppp config-save asdm")

func bannerDelimiter(words []string) (string, bool) {
	rest := words[1:]
	if len(rest) > 0 && bannerKinds.has(rest[0]) {
		rest = rest[1:]
	}
	if len(rest) == 0 {
		return "EOF", true // of EOS
	}
	text := strings.Join(rest, " ")
	delimiter := text[:1]
	if strings.HasPrefix(text, "^") && len(text) > 1 {
		delimiter = text[:2]
	}
	c := delimiter[0] | 0x20
	if c >= 'a' && c <= 'z' || strings.Contains(text[len(delimiter):], delimiter) {
		return "", true // all of it, on one line
	}
	return delimiter, true
}

// caretDelimiter finds a text that ^C begins and does not end.
func caretDelimiter(text string) (string, bool) {
	for _, delimiter := range []string{"^C", interrupt} {
		if strings.Count(text, delimiter) == 1 {
			return delimiter, true
		}
	}
	return "", false
}

// joined puts lines together that a terminal or an editor has wrapped: after a
// backslash, and where an address is missing that the next line begins with.
func joined(lines []line) []line {
	kept := lines[:0]
	for _, l := range lines {
		if n := len(kept) - 1; n >= 0 {
			if before, goesOn := strings.CutSuffix(kept[n].text, "\\"); goesOn && !strings.HasSuffix(before, "\\") {
				kept[n].text = before + " " + strings.TrimLeft(l.text, " \t")
				continue
			}
			if wantsAddress(kept[n].text) && beginsWithAddress(l.text) {
				kept[n].text += " " + strings.TrimLeft(l.text, " \t")
				continue
			}
		}
		kept = append(kept, l)
	}
	return kept
}

// wantsAddress tells whether text ends with destination, source or host.
func wantsAddress(text string) bool {
	switch text[len(text)-1] {
	case 'n', 'N', 'e', 'E', 't', 'T':
		last := text[strings.LastIndexByte(text, ' ')+1:]
		return strings.EqualFold(last, "destination") || strings.EqualFold(last, "source") || strings.EqualFold(last, "host")
	}
	return false
}

func beginsWithAddress(text string) bool {
	text = strings.TrimLeft(text, " \t")
	first, _, _ := strings.Cut(text, " ")
	return first != "" && first[0] >= '0' && first[0] <= '9' && isAddress(first)
}
