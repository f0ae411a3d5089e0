package inventory

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"

	"greylag/fleet"
)

// seeds are texts that once broke something, or that are likely to.
var seeds = map[string]string{
	"empty":              "",
	"contract":           "[defaults]\nsource = \"192.0.2.10\"\n[[tunnel]]\nname = \"a\"\ndestination = \"198.51.100.17\"\n[tunnel.peer]\nmode = \"point-to-point\"\n",
	"inline":             "tunnel = [ {name = \"a\", destination = \"198.51.100.1\", peer = {mode = \"multipoint\"}},\n # comment ]\n {name='b'} ]\n",
	"dotted":             "engine.max_rate = 5\nengine . \"reflect\" = true\n[[tunnel]]\npeer.mode = \"x\"\npeer.'urpf' = 1\n[[tunnel]]\npeer.mode=1",
	"strings":            "a = \"\"\"x \\\"\"\"\"\"\nb = '''\n# no = comment\n''''\nc = \"# \\\" no\" # yes\n",
	"quoted keys":        "\"a b\" = 1\n'c.d'.\"e\\u0041\" = 2\n[\"t \\\"x\\\"\".y]\nz = 1",
	"crlf":               "a = 1\r\n[[b]]\r\nc = [1,\r\n2]\r\n",
	"bom":                "\uFEFF[[tunnel]]\nnam = 1",
	"dates":              "a = 1979-05-27 07:32:00 # c\nb = [1979-05-27, 07:32:00]\nc = {d = 1979-05-27T00:32:00-07:00}",
	"duplicates":         "a = 1\na = 2\n[t]\nb = {c = 1, c = 2, d = 3}\n[t]\nx = 1\n[[t]]\n",
	"unquoted":           "a = 192.0.2.1\nb = 5s\nc = eth0 # x\nd = \"open\ne = True\n",
	"no value":           "a =\nb = 1",
	"no key":             "= 1\na b = 2",
	"deep array":         "a = " + strings.Repeat("[", 100),
	"deep key":           strings.Repeat("a.", 100) + "a = 1",
	"end in character":   "\"Ꟗ",
	"child first":        "[defaults.peer]\nurpf = \"off\"\n[defaults]\nttl = 5\n[defaults.peer.x]\n",
	"open inline":        "a = [{b = 1",
	"bad escape":         "\"a\\w\" = 1",
	"csi":                "a = \u009b31m\n\u202e = 1",
	"half string":        "a = \"\\",
	"nul":                "a = \x00",
	"not utf-8":          "# \xff",
	"open table":         "[",
	"open list":          "[[a]",
	"value, then header": "a = 1\n[[a]]\n[a.b]\n",
	"list, then table":   "[[a]]\n[a]\n",
	"nested lists":       "[[a]]\n[[a.b]]\nc = 1\n[[a.b]]\n[[a]]\n[[a.b]]\n",
	"types":              "tunnel = 1\nhub = [1, {name = 2}]\nspoke = {}\nengine = []\ndefaults = 1979-05-27\n",
	"numbers":            "a = nan\nb = -inf\nc = 1e400\nd = 0x\ne = 99999999999999999999\nf = 1__2\n",
	"tag types":          "[[tunnel]]\ntags = [1, \"\", [], {}, 1979-05-27]\n",
}

// FuzzParse: no input panics, every error stands inside the text, and reading in
// portions finds what reading the whole does.
func FuzzParse(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	for _, file := range []string{"testdata/mistakes.toml", examplePath} {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add(string(generate(4, "[tunnel.peer]\nurpf = \"off\"\n")))
	f.Fuzz(func(t *testing.T, text string) {
		for _, size := range portionSizes {
			agree(t, text, size)
		}
		inv, err := Parse("f", []byte(text))
		if err == nil {
			checkSane(t, inv)
			return
		}
		var errs Errors
		if !errors.As(err, &errs) || len(errs) == 0 {
			t.Fatalf("not Errors: %v", err)
		}
		ls := strings.Split(strings.TrimPrefix(text, byteOrderMark), "\n")
		for i, e := range errs {
			if e.Line < 1 || e.Line > len(ls) || e.Column < 1 || e.Column > utf8.RuneCountInString(ls[e.Line-1])+1 {
				t.Errorf("outside the text: %v", e)
			}
			if e.Message == "" || printable(e.Error()) != e.Error() {
				t.Errorf("not one line that prints: %q", e.Error())
			}
			if i > 0 && (e.Line < errs[i-1].Line || e.Line == errs[i-1].Line && e.Column < errs[i-1].Column) {
				t.Errorf("not sorted: %v after %v", e, errs[i-1])
			}
		}
	})
}

// checkSane: what nobody who uses an inventory checks again.
func checkSane(t *testing.T, inv *fleet.Inventory) {
	names := make(map[string]bool)
	for _, u := range inv.Tunnels {
		if u.Name == "" || names[u.Name] || u.Line < 1 || !u.Source.Is4() || !u.Destination.Is4() || u.Source == u.Destination {
			t.Errorf("tunnel %+v", u)
		}
		if u.Interval < 100*time.Millisecond || u.Retries < 1 || u.UpAfter < 1 || u.Rank < 1 || u.TTL < 1 || u.TOS&3 != 0 ||
			!(u.DegradedLoss >= 0 && u.DegradedLoss <= 1) || u.Probe == "" || u.Payload == 0 || u.Match == 0 {
			t.Errorf("tunnel %+v", u)
		}
		names[u.Name] = true
	}
	if len(inv.Tunnels) == 0 || inv.Engine.MaxRate < 1 {
		t.Errorf("inventory %+v", inv)
	}
}

// FuzzScan: in whatever the library accepts, the scanner finds the same keys in
// the same order, and each stands where it says.
func FuzzScan(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkKeys(t, strings.TrimPrefix(text, byteOrderMark))
	})
}

func TestScanFindsWhatTheLibraryFinds(t *testing.T) {
	for name, text := range seeds {
		t.Run(name, func(t *testing.T) { checkKeys(t, strings.TrimPrefix(text, byteOrderMark)) })
	}
}

func checkKeys(t *testing.T, text string) {
	if _, m := invalidByte(text); m != nil {
		return
	}
	s := scan(text, len(text))
	if s.tooDeep {
		return
	}
	var keys map[string]any
	md, err := decodeMeta(text, &keys)
	if err != nil || len(s.duplicates) > 0 {
		return
	}
	found := explicit(s.root, nil, nil)
	slices.SortFunc(found, func(a, b keyAt) int { return a.at - b.at })
	var got, want []string
	for _, k := range found {
		got = append(got, strings.Join(k.path, "\x00"))
		if last := k.path[len(k.path)-1]; !standsAt(text[k.at:], last) {
			t.Errorf("%q is not at offset %d: %.20q", last, k.at, text[k.at:])
		}
	}
	for _, k := range md.Keys() {
		want = append(want, strings.Join(k, "\x00"))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("keys of %q (-library +scanner):\n%s", text, diff)
	}
}

func decodeMeta(text string, keys *map[string]any) (md toml.MetaData, err error) {
	defer func() {
		if bug := recover(); bug != nil {
			err = errors.New("panic")
		}
	}()
	return toml.Decode(text, keys)
}

type keyAt struct {
	path []string
	at   int
}

// explicit lists what the library lists: headers, and keys with a value.
func explicit(n *node, path []string, to []keyAt) []keyAt {
	for key, c := range n.fields {
		p := append(slices.Clone(path), key)
		if c.kind == headed || c.kind == given {
			to = append(to, keyAt{p, c.at})
		}
		to = explicit(c, p, to)
	}
	for _, c := range n.items {
		if c.kind == headed {
			to = append(to, keyAt{path, c.at})
		}
		to = explicit(c, path, to)
	}
	return to
}

// standsAt tells whether text begins with key, bare or quoted.
func standsAt(text, key string) bool {
	switch text[0] {
	case '\'':
		return strings.HasPrefix(text, "'"+key+"'")
	case '"':
		return strings.HasPrefix(text, `"`+key+`"`) || strings.Contains(text, `\`)
	}
	return strings.HasPrefix(text, key)
}
