package inventory

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// TestEveryMistakeHasItsPlace: the golden file's places were counted by hand.
// The variants show that line ends, a byte order mark and what follows move
// nothing.
func TestEveryMistakeHasItsPlace(t *testing.T) {
	src, err := os.ReadFile("testdata/mistakes.toml")
	if err != nil {
		t.Fatal(err)
	}
	variants := map[string]string{
		"as it is":  string(src),
		"crlf":      strings.ReplaceAll(string(src), "\n", "\r\n"),
		"bom":       byteOrderMark + string(src),
		"no end":    strings.TrimRight(string(src), "\n"),
		"more text": string(src) + "\n# the end",
	}
	for name, text := range variants {
		t.Run(name, func(t *testing.T) {
			inv, err := Parse("mistakes.toml", []byte(text))
			if err == nil || inv != nil {
				t.Fatalf("inventory %v, error %v", inv, err)
			}
			golden(t, "testdata/mistakes.golden", err.Error()+"\n")
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
