package text

import (
	"strings"
	"testing"
)

// both are the character sets.
var both = map[string]Charset{"UTF-8": UTF8, "ASCII": ASCII}

// TestClean: what stays, and what is replaced by one cell each.
func TestClean(t *testing.T) {
	for name, c := range map[string]struct {
		in, utf8, ascii string
		width           int // of the UTF-8 one
	}{
		"empty":                      {"", "", "", 0},
		"plain":                      {"fra1-seoul_17 (lte)~", "fra1-seoul_17 (lte)~", "fra1-seoul_17 (lte)~", 20},
		"escape sequence":            {"a\x1b[31mb", "a▯[31mb", "a?[31mb", 7},
		"window title":               {"\x1b]0;x\a", "▯]0;x▯", "?]0;x?", 6},
		"C1 as a code point":         {"a\u009b1m", "a▯1m", "a?1m", 4},
		"C1 as a byte":               {"a\x9b1m", "a▯1m", "a?1m", 4},
		"newline, tab, return":       {"a\nb\tc\rd", "a▯b▯c▯d", "a?b?c?d", 7},
		"return and newline":         {"a\r\nb", "a▯b", "a?b", 3}, // one cluster
		"delete, NUL":                {"\x7f\x00", "▯▯", "??", 2},
		"bidi override":              {"a\u202eb\u2066c", "a▯b▯c", "a?b?c", 5},
		"bidi marks":                 {"a\u200fb\u061cc", "a▯b▯c", "a?b?c", 5},
		"zero width space":           {"a\u200bb", "a▯b", "a?b", 3},
		"zero width no-break":        {"\ufeffa", "▯a", "?a", 2},
		"joiner":                     {"a\u200db", "▯b", "?b", 2}, // of the cluster a+joiner
		"soft hyphen":                {"a\u00adb", "a▯b", "a?b", 3},
		"variation selector":         {"a\ufe0fb", "▯b", "?b", 2},
		"line separator":             {"a\u2028b", "a▯b", "a?b", 3},
		"tag characters":             {"a\U000e0041", "▯", "?", 1},
		"not UTF-8":                  {"a\xffb\xc3", "a▯b▯", "a?b?", 4},
		"surrogate":                  {"\xed\xa0\x80", "▯▯▯", "???", 3}, // three bytes that are not UTF-8
		"private use":                {"\ue0b0", "▯", "?", 1},
		"unassigned":                 {"\u0378", "▯", "?", 1},
		"invisible but wide":         {"\u3164", "▯", "?", 1},
		"umlaut":                     {"Zürich", "Zürich", "Z?rich", 6},
		"umlaut of two code points":  {"Zu\u0308rich", "Zu\u0308rich", "Z?rich", 6},
		"three marks":                {"a\u0301\u0302\u0303b", "a\u0301\u0302\u0303b", "?b", 2},
		"four marks":                 {"a\u0301\u0302\u0303\u0304b", "▯b", "?b", 2},
		"a mark without a character": {"\u0301a", "▯a", "?a", 2},
		"a mark on a space":          {"a \u0301b", "a▯b", "a?b", 3},
		"Cyrillic and Greek":         {"Омск Αθήνα", "Омск Αθήνα", "???? ?????", 10},
		"right to left":              {"a שלום 1", "a ▯▯▯▯ 1", "a ???? 1", 8},
		"Hangul":                     {"서울", "서울", "??", 4},
		"Hangul of parts":            {"\u1109\u1165", "▯", "?", 1},
		"ideographs, kana":           {"東京タワー", "東京タワー", "?????", 10},
		"full width":                 {"ＧＲＥ", "ＧＲＥ", "???", 6},
		"emoji":                      {"a😀b", "a▯b", "a?b", 3},
		"family":                     {"👩\u200d👩\u200d👧", "▯", "?", 1},
		"flag":                       {"🇰🇷", "▯", "?", 1},
		"half a flag":                {"🇰", "▯", "?", 1},
		"keycap":                     {"1\ufe0f\u20e3", "▯", "?", 1},
		"Devanagari vowel sign":      {"नि", "▯", "?", 1}, // one cell, or two
		"Thai sara am":               {"กำ", "▯", "?", 1},
	} {
		for set, want := range map[Charset]string{UTF8: c.utf8, ASCII: c.ascii} {
			if got := set.Clean(c.in); got != want {
				t.Errorf("%s: %q in %d becomes %q, want %q", name, c.in, set, got, want)
			}
		}
		if got := UTF8.Width(c.in); got != c.width {
			t.Errorf("%s: %q takes %d, want %d", name, c.in, got, c.width)
		}
	}
}

func TestCleanAppends(t *testing.T) {
	if got := string(UTF8.AppendClean([]byte("x "), "a\x1b서")); got != "x a▯서" {
		t.Errorf("%q", got)
	}
}

// TestCleanAllocatesNothing where nothing is to be replaced.
func TestCleanAllocatesNothing(t *testing.T) {
	buf := make([]byte, 0, 256)
	for _, s := range []string{"fra1-seoul", "Zürich", "서울-backup", strings.Repeat("x", 1000)} {
		n := testing.AllocsPerRun(20, func() {
			if UTF8.Clean(s) != s {
				t.Errorf("%q was changed", s)
			}
			buf = UTF8.AppendFit(buf[:0], s, 20)
			buf = UTF8.AppendFitRight(buf[:0], s, 20)
			buf = UTF8.AppendFitMiddle(buf[:0], s, 20)
		})
		if n != 0 {
			t.Errorf("%q: %v allocations", s, n)
		}
	}
}

// TestFit shows each way of fitting in widths below, at and above that of the
// text.
func TestFit(t *testing.T) {
	for _, c := range []struct {
		in                 string
		w                  int
		fit, right, middle string
	}{
		{"abc", -1, "", "", ""},
		{"abc", 0, "", "", ""},
		{"abc", 1, "…", "…", "…"},
		{"abc", 2, "a…", "a…", "a…"},
		{"abc", 3, "abc", "abc", "abc"},
		{"abc", 5, "abc  ", "  abc", "abc  "},
		{"", 2, "  ", "  ", "  "},
		{"fra1-seoul-lte", 9, "fra1-seo…", "fra1-seo…", "fra1…-lte"},
		{"fra1-seoul-lte", 8, "fra1-se…", "fra1-se…", "fra1…lte"},
		{"서울부산", 8, "서울부산", "서울부산", "서울부산"},
		{"서울부산", 7, "서울부…", "서울부…", "서…산  "}, // 3 cells hold one of two
		{"서울부산", 6, "서울… ", "서울… ", "서…산 "},
		{"서울부산", 1, "…", "…", "…"},
		{"a\nb", 4, "a▯b ", " a▯b", "a▯b "},
		{"u\u0308u\u0308u\u0308", 2, "u\u0308…", "u\u0308…", "u\u0308…"},
	} {
		got := [3]string{UTF8.Fit(c.in, c.w), UTF8.FitRight(c.in, c.w), UTF8.FitMiddle(c.in, c.w)}
		if want := [3]string{c.fit, c.right, c.middle}; got != want {
			t.Errorf("%q in %d: %q, want %q", c.in, c.w, got, want)
		}
	}
	if got := ASCII.Fit("서울 seoul", 5); got != "?? s~" {
		t.Errorf("ASCII: %q", got)
	}
	if got := UTF8.Fit("x", 200); got != "x"+strings.Repeat(" ", 199) {
		t.Errorf("wide: %q", got)
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		in   string
		w    int
		want []string
	}{
		{"", 10, nil},
		{"  \n ", 10, nil},
		{"abc", 0, nil},
		{"the answer leaves A in clear", 10, []string{"the answer", "leaves A", "in clear"}},
		{"one\n\n two  three", 20, []string{"one", "", "two three"}},
		{"one\n", 20, []string{"one"}},
		{"a abcdefgh b", 3, []string{"a", "abc", "def", "gh", "b"}},
		{"abcdef gh", 3, []string{"abc", "def", "gh"}},
		{"서울부산", 5, []string{"서울", "부산"}},
		{"서울 a", 1, []string{"▯", "▯", "a"}}, // two cells do not fit in one
		{"a\x1b[1m b", 4, []string{"a▯[1", "m b"}},
	} {
		got := UTF8.Wrap(c.in, c.w)
		if strings.Join(got, "|") != strings.Join(c.want, "|") || len(got) != len(c.want) {
			t.Errorf("%q in %d: %q, want %q", c.in, c.w, got, c.want)
		}
	}
}

// Our own texts must not be full of question marks.
func TestASCIITwins(t *testing.T) {
	for s, want := range map[string]string{
		"R15–R19":     "R15-R19",
		"5 µs × 3":    "5 us x 3",
		"don’t · a—b": "don't . a-b",
		"Zürich":      "Z?rich",
	} {
		if got := ASCII.Clean(s); got != want {
			t.Errorf("Clean(%q) = %q, want %q", s, got, want)
		}
		if got := UTF8.Clean(s); got != s {
			t.Errorf("UTF8: Clean(%q) = %q", s, got)
		}
	}
}
