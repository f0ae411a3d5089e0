package inventory

import (
	"fmt"
	"strings"
	"testing"
)

// TestSyntax: what the library says, placed where it is; and that reading goes
// on after it where that is possible.
func TestSyntax(t *testing.T) {
	const more = "rank = 0\n" // a mistake after the one in question
	const late = "\nf:6:8: rank 0 is out of range (write 1 to 255)"
	for name, c := range map[string]struct{ line, want string }{
		"address":       {"reply_to = 192.0.2.1 # no quotes", `5:12: 192.0.2.1 is not a TOML value (write "192.0.2.1")` + late},
		"duration":      {"\tinterval\t= 5s", `5:13: 5s is not a TOML value (write "5s")` + late},
		"word":          {"device = eth0", `5:10: eth0 is not a TOML value (write "eth0")` + late},
		"characters":    {`"spoke" = 서울`, `5:11: 서울 is not a TOML value (write "서울")` + late},
		"True":          {"enabled = True", `5:11: True is not a TOML value (write true)` + late},
		"no":            {"enabled = no", `5:11: no is not a TOML value (write false)` + late},
		"leading zero":  {"key = 010", `5:7: Invalid integer "010": cannot have leading zeroes` + late},
		"too large":     {"key = 99999999999999999999", `5:7: 99999999999999999999 is out of range for int64` + late},
		"open string":   {`spoke = "서울`, `5:12: strings cannot contain newlines` + late},
		"after the end": {`spoke = "서울"  x`, `5:15: expected a top-level item to end with a newline, comment, or EOF, but got 'x' instead` + late},
		"escape":        {`spoke = "\w"`, `5:10: invalid escape in string '\w'` + late},
		"no equals":     {"rank 1", `5:6: expected '.' or '=', but got '1' instead` + late},
		"no key":        {"= 1", `5:1: unexpected '=': key name appears blank` + late},
		"twice":         {"retries = 1\nretries = 2", "6:1: key \"retries\" is already defined on line 5 (remove one)\nf:7:8: rank 0 is out of range (write 1 to 255)"},
		"twice, inline": {"peer = {urpf = \"off\", urpf = 1, mode = 1}", "5:23: key \"urpf\" is already defined on line 5 (remove one)\nf:5:40: mode is the integer 1, not a word (write \"point-to-point\" or \"multipoint\")" + late},
		"twice, dotted": {"peer.mode = \"multipoint\"\npeer.mode = 1", "6:6: key \"mode\" is already defined on line 5 (remove one)\nf:7:8: rank 0 is out of range (write 1 to 255)"},
		"into a value":  {"peer = {}\npeer.mode = 1", "6:6: key \"mode\" is already defined on line 5 (remove one)\nf:7:8: rank 0 is out of range (write 1 to 255)"},
		"no value":      {"rank =", `5:7: expected value but found '\n' instead` + late},
		"open list":     {"tags = [\"a\"\n", `7:1: expected a comma (',') or array terminator (']'), but got 'r'`},
		"open long":     {`name = """x`, `6:9: unexpected EOF; expected '"""'`},
		"open header":   {"[tunnel.peer", `5:13: expected '.' or ']' to end table name, but got '\n' instead`},
		"control":       {"# \a", "5:3: control character 0x07 (remove it)"},
		"lone return":   {"# x\ry", "5:4: control character 0x0d (remove it)"},
		"latin-1":       {"# f\xfcr", "5:4: byte 0xfc is not UTF-8 (save the file as UTF-8)"},
		"deep":          {"tags = " + strings.Repeat("[", 65), "5:72: nested deeper than 64 levels (an inventory needs three)"},
		"deep key":      {strings.Repeat("a.", 65) + "a = 1", "5:129: nested deeper than 64 levels (an inventory needs three)"},
	} {
		t.Run(name, func(t *testing.T) {
			mustSay(t, goodTunnel+c.line+"\n"+more, "f:"+c.want)
		})
	}
}

// TestWholeSectionTwice: the second of two equal headers, with its keys, is one
// mistake; what follows is read.
func TestWholeSectionTwice(t *testing.T) {
	mustSay(t, "[engine]\nmax_rate = 5\n[engine]\nmax_rate = 0\n"+goodTunnel+"rank = 0\n",
		"f:3:2: table \"engine\" is already defined on line 1 (put its keys there)\n"+
			"f:9:8: rank 0 is out of range (write 1 to 255)")
}

// TestManyUnquoted: every line of a file may be wrong in syntax.
func TestManyUnquoted(t *testing.T) {
	var text, want strings.Builder
	text.WriteString(goodTunnel)
	for i, key := range []string{"hub", "spoke", "device", "interval", "match", "payload", "probe", "reply_to", "degraded_rtt", "rank"} {
		fmt.Fprintf(&text, "%s = x%d\n", key, i)
		fmt.Fprintf(&want, "f:%d:%d: x%d is not a TOML value (write \"x%d\")\n", 5+i, len(key)+4, i, i)
	}
	mustSay(t, text.String(), strings.TrimSuffix(want.String(), "\n"))
}

// TestPatienceIsBounded: a syntax mistake per line of a large file does not read
// the whole file for each of them.
func TestPatienceIsBounded(t *testing.T) {
	text := strings.Repeat(goodTunnel+"interval = 5s\n", 20_000)
	_, err := Parse("f", []byte(text))
	if errs, ok := err.(Errors); !ok || len(errs) < 2 || errs[0].Line != 5 || errs[1].Line != 10 {
		t.Errorf("%.200v", err)
	}
}

// TestUTF16 says what to do about it, rather than of which byte.
func TestUTF16(t *testing.T) {
	mustSay(t, "\xff\xfea\x00=\x00", "f:1:1: byte 0xff is not UTF-8 (save the file as UTF-8)")
}
