package inventory

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSearch(t *testing.T) {
	const xdg, home, etc = "/xdg/greylag/config.toml", "/home/a/.config/greylag/config.toml", "/etc/greylag/config.toml"
	for name, c := range map[string]struct {
		env   map[string]string
		exist []string
		want  string
		err   []string // parts
	}{
		"variable":         {map[string]string{"GREYLAG_CONFIG": "/x"}, []string{"/x", "./config.toml"}, "/x", nil},
		"variable missing": {map[string]string{"GREYLAG_CONFIG": "/x"}, []string{"./config.toml"}, "", []string{"$GREYLAG_CONFIG names /x"}},
		"here":             {nil, []string{"./config.toml", etc}, "./config.toml", nil},
		"xdg":              {map[string]string{"XDG_CONFIG_HOME": "/xdg", "HOME": "/home/a"}, []string{xdg, home, etc}, xdg, nil},
		"home":             {map[string]string{"HOME": "/home/a"}, []string{home, etc}, home, nil},
		"relative xdg":     {map[string]string{"XDG_CONFIG_HOME": "xdg", "HOME": "/home/a"}, []string{"xdg/greylag/config.toml", home}, home, nil},
		"etc":              {nil, []string{etc}, etc, nil},
		"none":             {map[string]string{"XDG_CONFIG_HOME": "/xdg"}, nil, "", []string{"$GREYLAG_CONFIG (not set)", "./config.toml", xdg, etc, "--config"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Search(func(k string) string { return c.env[k] }, func(p string) bool { return slices.Contains(c.exist, p) })
			if got != c.want || (err != nil) != (c.err != nil) {
				t.Errorf("%q, %v", got, err)
			}
			for _, part := range c.err {
				if err != nil && !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
		})
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "none.toml")
	_, err := Load(missing)
	want := missing + ": no such file or directory (start from config.toml.example, or name another file with --config)"
	if !errors.Is(err, fs.ErrNotExist) || err.Error() != want {
		t.Errorf("missing: %v", err)
	}
	_, err = Load(dir)
	if want := dir + ": is a directory (name the file, such as config.toml in it)"; err == nil || err.Error() != want {
		t.Errorf("directory: %v", err)
	}
	file := filepath.Join(dir, "a.toml")
	if err := os.WriteFile(file, []byte(goodTunnel), 0o644); err != nil {
		t.Fatal(err)
	}
	if inv, err := Load(file); err != nil || len(inv.Tunnels) != 1 {
		t.Errorf("%v, %v", inv, err)
	}
	if err := os.WriteFile(file, []byte(goodTunnel+"rank = 0"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = Load(file)
	if want := file + ":5:8: rank 0 is out of range (write 1 to 255)"; err == nil || err.Error() != want {
		t.Errorf("wrong content: %v", err)
	}
	var errs Errors
	if !errors.As(err, &errs) || errs[0] != (Error{file, 5, 8, "rank 0 is out of range", "write 1 to 255"}) {
		t.Errorf("not Errors: %#v", err)
	}
}

func TestLoadNotPermitted(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read anything")
	}
	file := filepath.Join(t.TempDir(), "a.toml")
	if err := os.WriteFile(file, nil, 0o200); err != nil {
		t.Fatal(err)
	}
	_, err := Load(file)
	if want := file + ": permission denied (run as a user who may read it, or change its mode)"; err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
}

func TestReadFileIsBounded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(file, []byte("1234"), 0o644); err != nil {
		t.Fatal(err)
	}
	if src, err := readFile(file, 4); err != nil || src != "1234" {
		t.Errorf("%q, %v", src, err)
	}
	_, err := readFile(file, 3)
	if err != errTooLarge || cause(err) != err || remedy(err) != "an inventory is a TOML file, see config.toml.example" {
		t.Errorf("%v", err)
	}
}

func TestErrorWithoutHint(t *testing.T) {
	errs := Errors{{"f", 1, 2, "a", ""}, {"f", 3, 4, "b", "c"}}
	if got := errs.Error(); got != "f:1:2: a\nf:3:4: b (c)" {
		t.Errorf("%q", got)
	}
}
