package ios

import (
	"bytes"
	"strings"
	"testing"
)

// TestNoSecrets: the corpus's file of secrets has each kind that configurations
// hold, and none in the inventory or in what is said of it.
func TestNoSecrets(t *testing.T) {
	files, _ := readCase(t, "testdata/corpus/secrets")
	if n := bytes.Count(files[0].Content, []byte("SECRET")); n < 40 {
		t.Fatalf("only %d secrets in the file", n)
	}
	for _, as := range []string{"", "secrets", "198.51.100.1", "nobody"} {
		res, err := Import(files, as)
		said := ""
		if err != nil {
			said, res = err.Error(), new(Result)
		}
		for _, n := range res.Notes {
			said += n.String() + "\n"
		}
		for _, out := range []string{string(res.TOML), said} {
			if strings.Contains(strings.ReplaceAll(out, "secrets", ""), "SECRET") {
				t.Errorf("as %q:\n%s", as, out)
			}
		}
	}
}
