package stream

import (
	"encoding/json"
	"math"
	"net/netip"
	"testing"
	"time"
)

// The expected texts are from RFC 8259 section 7 and the rules of AppendString.
func TestAppendString(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"empty", ``, `""`},
		{"plain", `fra1-seoul`, `"fra1-seoul"`},
		{"quote and backslash", `a"b\c`, `"a\"b\\c"`},
		{"slash and markup stay", `</a&b>`, `"</a&b>"`},
		{"named controls", "a\nb\rc\td", `"a\nb\rc\td"`},
		{"other controls", "\x00\x1b[31m\x1f", `"\u0000\u001b[31m\u001f"`},
		{"DEL and C1", "\x7f\u0080\u009b\u009f\u00a0", `"\u007f\u0080\u009b\u009f` + "\u00a0" + `"`},
		{"two, three, four bytes", "é서😀", `"é서😀"`},
		{"line separators", "a\u2028b\u2029c\u202a", `"a\u2028b\u2029c` + "\u202a" + `"`},
		{"U+FFFD itself", "a\ufffdb", "\"a\ufffdb\""},
		{"not UTF-8", "a\xffb", "\"a\ufffdb\""},
		{"each bad byte", "\xff\xfe", "\"\ufffd\ufffd\""},
		{"cut short", "ab\xe2\x80", "\"ab\ufffd\ufffd\""},
		{"surrogate half", "\xed\xa0\x80", "\"\ufffd\ufffd\ufffd\""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := string(AppendString(nil, c.in)); got != c.want {
				t.Errorf("%q: got %s, want %s", c.in, got, c.want)
			}
			checkString(t, c.in)
		})
	}
}

// checkString holds AppendString against encoding/json, whose reading of a
// string has to be s with each byte that is not UTF-8 replaced.
func checkString(t *testing.T, s string) {
	t.Helper()
	text := AppendString([]byte("x"), s)[1:]
	var got string
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("%q: %v in %s", s, err, text)
	}
	if want := string([]rune(s)); got != want {
		t.Errorf("%q: encoding/json reads %q, want %q", s, got, want)
	}
	for _, c := range text {
		if c < ' ' || c == 0x7f {
			t.Errorf("%q: control character in %q", s, text)
		}
	}
}

func FuzzString(f *testing.F) {
	for _, s := range []string{"", "fra1", "a\"\\\n\x00", "\u2028\u2029\u009b", "\xff\xe2\x80", "\xed\xa0\x80", "서울😀"} {
		f.Add(s)
	}
	f.Fuzz(checkString)
}

func TestAppendRatio(t *testing.T) {
	cases := []struct {
		name     string
		in       float64
		decimals int
		want     string
	}{
		{"zero", 0, 4, `,"r":0`},
		{"one", 1, 4, `,"r":1`},
		{"no trailing zeros", 0.01, 4, `,"r":0.01`},
		{"rounded", 0.66666, 4, `,"r":0.6667`},
		{"tiny, no exponent", 0.0000012, 6, `,"r":0.000001`},
		{"below the precision", 0.0000004, 6, `,"r":0`},
		{"rounded up to one", 0.9999999, 6, `,"r":1`},
		{"over one", 1.5, 4, `,"r":1`},
		{"negative", -0.5, 4, `,"r":0`},
		{"infinite", math.Inf(1), 4, `,"r":1`},
		{"not a number is left out", math.NaN(), 4, ``},
	}
	for _, c := range cases {
		if got := string(appendRatio(nil, "r", c.in, c.decimals)); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestAppendTime(t *testing.T) {
	seoul := time.FixedZone("KST", 9*3600)
	cases := []struct {
		name string
		in   time.Time
		want string
	}{
		{"UTC", at(0), `,"t":"2026-11-22T19:00:00.000Z"`},
		{"another zone", time.Date(2026, 11, 23, 4, 0, 0, 5e6, seoul), `,"t":"2026-11-22T19:00:00.005Z"`},
		{"cut off, not rounded", at(999999 * time.Microsecond), `,"t":"2026-11-22T19:00:00.999Z"`},
		{"zero is left out", time.Time{}, ``},
	}
	for _, c := range cases {
		if got := string(appendTime(nil, "t", c.in)); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestAppendAddr(t *testing.T) {
	cases := []struct {
		in   netip.Addr
		want string
	}{
		{netip.MustParseAddr("192.0.2.1"), `,"a":"192.0.2.1"`},
		{netip.MustParseAddr("2001:db8::1"), `,"a":"2001:db8::1"`},
		{netip.MustParseAddr("fe80::1").WithZone(`e"0`), `,"a":"fe80::1%e\"0"`},
		{netip.Addr{}, ``},
	}
	for _, c := range cases {
		if got := string(appendAddr(nil, "a", c.in)); got != c.want {
			t.Errorf("%v: got %s, want %s", c.in, got, c.want)
		}
	}
}

func TestUnitsAreRounded(t *testing.T) {
	cases := []struct {
		in             time.Duration
		millis, micros int64
	}{
		{0, 0, 0},
		{499 * time.Nanosecond, 0, 0},
		{500 * time.Nanosecond, 0, 1},
		{1500 * time.Microsecond, 2, 1500},
		{32767 * time.Second, 32767000, 32767000000}, // the longest interval, R8
		{-1500 * time.Microsecond, -2, -1500},
	}
	for _, c := range cases {
		if ms, us := millis(c.in), micros(c.in); ms != c.millis || us != c.micros {
			t.Errorf("%v: got %d ms and %d us, want %d and %d", c.in, ms, us, c.millis, c.micros)
		}
	}
}
