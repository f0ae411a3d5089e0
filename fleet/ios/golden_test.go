package ios

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"greylag/fleet"
	"greylag/fleet/inventory"
)

var update = flag.Bool("update", false, "write the golden files")

// TestCorpus imports each directory of testdata/corpus: its files, as the end in the file
// "as" if there is one. What comes out is in want.toml and want.err.
func TestCorpus(t *testing.T) {
	for _, dir := range corpus(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			files, as := readCase(t, dir)
			res, err := Import(files, as)
			notes := ""
			if err != nil {
				notes, res = err.Error()+"\n", new(Result)
			}
			for _, n := range res.Notes {
				notes += n.String() + "\n"
			}
			golden(t, filepath.Join(dir, "want.err"), notes)
			golden(t, filepath.Join(dir, "want.toml"), string(res.TOML))
			checkInventory(t, res)
		})
	}
}

func corpus(t testing.TB) []string {
	t.Helper()
	dirs, err := filepath.Glob("testdata/corpus/*")
	if err != nil || len(dirs) < 45 {
		t.Fatalf("%d cases, %v", len(dirs), err)
	}
	return dirs
}

func readCase(t testing.TB, dir string) (files []File, as string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		switch {
		case err != nil:
			t.Fatal(err)
		case e.Name() == "as":
			as = strings.TrimSpace(string(content))
		case !strings.HasPrefix(e.Name(), "want."):
			files = append(files, File{e.Name(), content})
		}
	}
	return files, as
}

// checkInventory reads an import's inventory as greylag does.
func checkInventory(t *testing.T, res *Result) *fleet.Inventory {
	t.Helper()
	if res.Tunnels == 0 {
		if res.TOML != nil {
			t.Errorf("no tunnel, and yet:\n%s", res.TOML)
		}
		return nil
	}
	inv, err := inventory.Parse("out", res.TOML)
	if err != nil {
		t.Fatalf("not a valid inventory: %v\n%s", err, res.TOML)
	}
	if len(inv.Tunnels) != res.Tunnels {
		t.Errorf("%d tunnels in the inventory, %d by the result", len(inv.Tunnels), res.Tunnels)
	}
	return inv
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if got == "" {
			os.Remove(path)
			return
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil && !(os.IsNotExist(err) && got == "") {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// TestSameBytes: the same files make the same bytes, whatever the order of maps.
func TestSameBytes(t *testing.T) {
	for _, dir := range corpus(t) {
		files, as := readCase(t, dir)
		first, err := Import(files, as)
		if err != nil {
			continue
		}
		for range 3 {
			again, err := Import(files, as)
			if err != nil || !bytes.Equal(first.TOML, again.TOML) {
				t.Errorf("%s: another result: %v\n%s", dir, err, cmp.Diff(string(first.TOML), string(again.TOML)))
			}
		}
	}
}
