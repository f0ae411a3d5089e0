// Package packaging_test tries what is shipped: see build, try and greylag.service here.
package packaging_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The packages, of the same sources twice, are the same; and the deb installs here, is
// started by its unit's own command line as an ordinary user, and is gone once it is
// purged:
//
//	GREYLAG_PACKAGE=1 go test ./cmd/greylag -run '^TestPackages$' -v
func TestPackages(t *testing.T) {
	if os.Getenv("GREYLAG_PACKAGE") == "" {
		t.Skip("it builds packages, and installs one as root: GREYLAG_PACKAGE=1")
	}
	first, second := t.TempDir(), t.TempDir()
	script(t, "build", first)
	script(t, "build", second)
	if a, b := sums(t, first), sums(t, second); !slices.Equal(a, b) || len(a) != 2 {
		t.Errorf("built twice: %q and %q", a, b)
	}
	for _, tool := range []string{"dpkg", "setpriv", "unshare", "perl"} {
		if _, err := exec.LookPath(tool); err != nil || os.Getuid() != 0 {
			t.Skipf("the deb is not tried: not root, or %v", err)
		}
	}
	debs, err := filepath.Glob(filepath.Join(first, "*.deb"))
	if err != nil || len(debs) != 1 {
		t.Fatal(debs, err)
	}
	script(t, "try", debs[0])
	tryRPM(t, first)
}

// script runs one of packaging.
func script(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd := exec.Command("bash", append([]string{name}, args...)...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GREYLAG_") })
	out, err := cmd.CombinedOutput()
	t.Logf("%s:\n%s", name, out)
	if err != nil {
		t.Fatal(err)
	}
}

// sums are the files of a directory with what is in them.
func sums(t *testing.T, dir string) (all []string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%s %x", f.Name(), sha256.Sum256(text)))
	}
	return all
}

// tryRPM has rpm install its package below a directory, where there is rpm.
func tryRPM(t *testing.T, dir string) {
	t.Helper()
	rpm, err := exec.LookPath("rpm")
	if err != nil {
		t.Log(err)
		return
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.rpm"))
	below := t.TempDir()
	out, err := exec.Command(rpm, append([]string{"--root", below, "--nodeps", "--noscripts", "-i"}, files...)...).CombinedOutput()
	if err != nil {
		t.Errorf("rpm -i: %v\n%s", err, out)
	}
	for _, path := range []string{"usr/bin/greylag", "usr/lib/systemd/system/greylag.service", "etc/greylag/config.toml",
		"usr/share/man/man1/greylag-headless.1.gz", "usr/share/zsh/site-functions/_greylag"} {
		if _, err := os.Stat(filepath.Join(below, path)); err != nil {
			t.Error(err)
		}
	}
}
