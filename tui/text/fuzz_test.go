package text

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// hostile are texts that are likely to break something.
var hostile = []string{
	"", "fra1-seoul", "\x1b[2J\x1b[H", "\x1b]52;c;aGk=\a", "a\xffb\xf0\x9f", "\u202eabc\u202c", "서울 부산", "Zu\u0308rich",
	"👩\u200d👩\u200d👧🇰🇷1\ufe0f\u20e3", "नमस्ते กำ \u0600a \u0d4e", "\r\n\t\v\f\u0085\u2028", "\u1109\u1165\u11ab", "a\u034f\u0301\u20dd",
	strings.Repeat("\u0301", 100), "ab  c\n\nd ", "\U000e0041\U000e007f", "ｶﾞ", "क्त",
	"\xcc \u0301\u03010000000", // a space with a mark, at which a line may break
}

// FuzzFit: whatever comes in, exactly w cells go out, by every way of measuring,
// and nothing that a terminal acts on.
func FuzzFit(f *testing.F) {
	for i, s := range hostile {
		f.Add(s, i)
	}
	f.Fuzz(func(t *testing.T, s string, w int) {
		w = min(max(w, -1), 300)
		for name, c := range both {
			checkClean(t, c, c.Clean(s))
			for form, fit := range map[string]string{"left": c.Fit(s, w), "right": c.FitRight(s, w), "middle": c.FitMiddle(s, w)} {
				if checkClean(t, c, fit); c.Width(fit) != max(w, 0) {
					t.Errorf("%s, %s: %q in %d is %q, %d cells", name, form, s, w, fit, c.Width(fit))
				}
				// A neighbouring column must not change anybody's width.
				checkWidth(t, "x"+fit+"x")
				checkWidth(t, fit+fit)
			}
		}
	})
}

// FuzzWrap: no line is too wide, and no text is lost.
func FuzzWrap(f *testing.F) {
	for i, s := range hostile {
		f.Add(s, i)
	}
	f.Fuzz(func(t *testing.T, s string, w int) {
		w = min(max(w, -1), 300)
		for _, c := range both {
			var got, want int
			for _, line := range c.Wrap(s, w) {
				checkClean(t, c, line)
				if c.Width(line) > w {
					t.Errorf("%q in %d: %q", s, w, line)
				}
				got += utf8.RuneCountInString(strings.ReplaceAll(line, " ", ""))
			}
			for line := range strings.SplitSeq(s, "\n") {
				want += utf8.RuneCountInString(strings.ReplaceAll(c.Clean(line), " ", ""))
			}
			if w >= 2 && got != want && !strings.Contains(s, "\r\n") {
				t.Errorf("%q in %d: %d characters of %d", s, w, got, want)
			}
		}
	})
}

// checkClean: nothing is left to clean, nothing is a control or format
// character, and the width is certain.
func checkClean(t *testing.T, c Charset, s string) {
	t.Helper()
	if c.Clean(s) != s {
		t.Errorf("%q is not clean: %q", s, c.Clean(s))
	}
	for _, r := range s {
		if unicode.In(r, unicode.C, unicode.Zl, unicode.Zp, unicode.Variation_Selector) || r == utf8.RuneError && !strings.Contains(s, "\ufffd") ||
			c == ASCII && (r < ' ' || r > '~') {
			t.Errorf("%U in %q", r, s)
		}
	}
	checkWidth(t, s)
}
