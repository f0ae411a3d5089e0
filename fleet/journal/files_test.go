package journal

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
)

// TestFiles: which files are a journal's, and in which order.
func TestFiles(t *testing.T) {
	for name, c := range map[string]struct{ there, want string }{
		"one":                 {"j", "j"},
		"rotated":             {"j j.20261128T153000.000Z.zst j.20261128T153000.001Z", "j.20261128T153000.000Z.zst j.20261128T153000.001Z j"},
		"both":                {"j j.20261128T153000.000Z.zst j.20261128T153000.000Z", "j.20261128T153000.000Z.zst j"},
		"between two":         {"j.20261128T153000.000Z j.new", "j.20261128T153000.000Z"},
		"others":              {"j j.lock j.new j.20261128T153000.000Z.zst.tmp j.20261128T153000Z j.20261128T153000.000 j.2026.zst jj jj.20261128T153000.000Z", "j"},
		"mixed, out of order": {"j j.20261129T000000.000Z j.20251231T235959.999Z.zst j.20261128T153000.000Z.zst", "j.20251231T235959.999Z.zst j.20261128T153000.000Z.zst j.20261129T000000.000Z j"},
	} {
		dir := t.TempDir()
		for _, file := range strings.Fields(c.there) {
			if err := os.WriteFile(filepath.Join(dir, file), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := Files(filepath.Join(dir, "j"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for i := range got {
			got[i] = filepath.Base(got[i])
		}
		if diff := cmp.Diff(strings.Fields(c.want), got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if _, err := Files(filepath.Join(t.TempDir(), "j")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v, want that it does not exist", err)
	}
}

// TestOpen: plain and compressed, and one that was compressed since it was listed.
func TestOpen(t *testing.T) {
	name := filepath.Join(t.TempDir(), "j.20261128T153000.000Z")
	packed, err := os.Create(name + ".zst")
	if err != nil {
		t.Fatal(err)
	}
	w, err := zstd.NewWriter(packed)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(w, "one\ntwo\n")
	if err := errors.Join(w.Close(), packed.Close(), os.WriteFile(name+".plain", []byte("one\ntwo\n"), 0o644)); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{name, name + ".zst", name + ".plain"} {
		f, err := Open(file)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(f)
		if err = errors.Join(err, f.Close()); err != nil || string(text) != "one\ntwo\n" {
			t.Errorf("%s: %q, %v", file, text, err)
		}
	}
	if _, err := Open(name + ".nothing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v, want that it does not exist", err)
	}
}
