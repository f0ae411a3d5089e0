package ios

import (
	"testing"
)

// FuzzImport: whatever is imported, nothing panics, what comes out is a valid
// inventory, and a note has a line of the file.
func FuzzImport(f *testing.F) {
	for _, dir := range corpus(f) {
		files, as := readCase(f, dir)
		for _, file := range files {
			f.Add(file.Content, as)
		}
	}
	f.Add([]byte("interface Tunnel0\n tunnel source 192.0.2.1\n tunnel destination 192.0.2.2\nhostname a\"b\\\x00\n"), "a")
	f.Fuzz(func(t *testing.T, content []byte, as string) {
		res, err := Import([]File{{"f", content}}, as)
		if err != nil {
			return
		}
		checkInventory(t, res)
		lines := 1 + len(content)
		for _, n := range res.Notes {
			if n.Line < 1 || n.Line > lines {
				t.Errorf("line %d of %d: %s", n.Line, lines, n.Text)
			}
		}
	})
}
