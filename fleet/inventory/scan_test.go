package inventory

import "testing"

// TestScanPlaces: offsets counted by hand. A path goes through tables by key and
// through lists by number.
func TestScanPlaces(t *testing.T) {
	for name, c := range map[string]struct {
		text      string
		path      []any
		at, value int
	}{
		"bare":               {"a = 1", []any{"a"}, 0, 4},
		"after a comment":    {"# a = 0\n\ta=1", []any{"a"}, 9, 11},
		"quoted":             {`"a b" = 1`, []any{"a b"}, 0, 8},
		"escaped":            {`"\u0061" = 1`, []any{"a"}, 0, 11},
		"literal":            {`'a\b' = 1`, []any{`a\b`}, 0, 8},
		"dotted":             {"a . 'b'.c = 1", []any{"a", "b", "c"}, 8, 12},
		"implied by a key":   {"a.b = 1", []any{"a"}, 0, 0},
		"table":              {"[a]\nb = 1", []any{"a"}, 1, 0},
		"in a table":         {"[a]\nb = 1", []any{"a", "b"}, 4, 8},
		"table, spaces":      {"  [ a . b ]", []any{"a", "b"}, 8, 2},
		"implied by a table": {"[a.b]", []any{"a"}, 1, 1},
		"table after child":  {"[a.b]\n[a]\nc = 1", []any{"a"}, 7, 6},
		"its child":          {"[a.b]\n[a]\nc = 1", []any{"a", "b"}, 3, 0},
		"first of a list":    {"[[a]]\n[[a]]\nb=1", []any{"a", 0}, 2, 0},
		"second of a list":   {"[[a]]\n[[a]]\nb=1", []any{"a", 1}, 8, 6},
		"in the second":      {"[[a]]\n[[a]]\nb=1", []any{"a", 1, "b"}, 12, 14},
		"table of an item":   {"[[a]]\n[a.p]\nb=1\n[[a]]\n[a.p]\nb=1", []any{"a", 1, "p", "b"}, 28, 30},
		"list of an item":    {"[[a]]\n[[a.b]]\n[[a.b]]", []any{"a", 0, "b", 1}, 18, 14},
		"inline table":       {"a = { b = 1, c.d = 2 }", []any{"a", "c", "d"}, 15, 19},
		"array":              {"a = [1, 'x',\n # c ]\n 3,]", []any{"a", 2}, 21, 21},
		"table in an array":  {"a = [{b=1}, {b=2}]", []any{"a", 1, "b"}, 13, 15},
		"after a string":     {"a = \"\\\"#\"\nb = 1", []any{"b"}, 10, 14},
		"after a literal":    {"a = '\\'\nb = 1", []any{"b"}, 8, 12},
		"after long":         {"a = \"\"\"\n[x]\n\\\"\"\"\"\"\nb = 1", []any{"b"}, 19, 23},
		"after long literal": {"a = '''\nb = 0\n'''''\nb = 1", []any{"b"}, 20, 24},
		"after a date":       {"a = 1979-05-27 07:32:00 # d\nb = 1", []any{"b"}, 28, 32},
		"crlf":               {"a = 1\r\nb = 2\r\n", []any{"b"}, 7, 11},
	} {
		t.Run(name, func(t *testing.T) {
			n := scan(c.text, len(c.text)).root
			for _, step := range c.path {
				switch step := step.(type) {
				case string:
					n = n.child(step)
				case int:
					n = n.item(step)
				}
			}
			if n.at != c.at || n.value != c.value {
				t.Errorf("at %d, value %d; want %d, %d in %q", n.at, n.value, c.at, c.value, c.text)
			}
			checkKeys(t, c.text)
		})
	}
}

// TestUnknownPlace: what the scanner did not see stands where its table does.
func TestUnknownPlace(t *testing.T) {
	n := &node{at: 3, value: 7}
	if c := n.child("x"); c.at != 3 || c.value != 7 {
		t.Errorf("child %+v", c)
	}
	if c := n.item(0); c.at != 3 || c.value != 7 {
		t.Errorf("item %+v", c)
	}
}

// TestStatement: in which statement an offset stands.
func TestStatement(t *testing.T) {
	const text = "a = 1\n[b]\nc = [\n1,\n2]\nd x\n"
	for offset, want := range map[int]statement{
		0: {from: 0, value: 4}, 5: {from: 0, value: 4},
		7:  {from: 6, header: true},
		10: {from: 10, value: 14}, 18: {from: 10, value: 14}, 20: {from: 10, value: 14},
		24: {from: 22},
	} {
		if got := scan(text, offset).statement; got != want {
			t.Errorf("offset %d: %+v, want %+v", offset, got, want)
		}
	}
}

// TestDuplicates: what is blotted out, counted by hand.
func TestDuplicates(t *testing.T) {
	for text, want := range map[string][]span{
		"a = 1\na = 2 # c\n":            {{6, 11}},
		"a = {b=1, b=2, c=3}":           {{10, 14}},
		"a = {b=1, b=2}":                {{10, 13}},
		"[a]\nb=1\n[a]\nb=1\n[c]\n":     {{8, 16}},
		"[a]\n[a]\nb=1\nb=2\n[a]\nd=1":  {{4, 16}, {12, 15}, {16, 23}},
		"a = 1\n[[a]]\nb = 1\n":         {{6, 18}},
		"a.b = 1\na = 2":                {{8, 13}},
		"a = 1\na.b = 2":                {{6, 13}},
		"[[a]]\n[a.p]\n[[a]]\n[a.p]\n":  nil,
		"[a.b]\n[a]\n[a.c]\n[[a.d]]\n ": nil,
	} {
		var got []span
		for _, d := range scan(text, len(text)).duplicates {
			got = append(got, d.text)
		}
		same(t, len(want), len(got))
		for i := range min(len(want), len(got)) {
			if got[i] != want[i] {
				t.Errorf("%q: %v, want %v", text, got, want)
			}
		}
	}
}
