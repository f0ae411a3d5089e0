package inventory

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Search finds the inventory where the command line names none: the first that
// exists of $GREYLAG_CONFIG, ./config.toml, $XDG_CONFIG_HOME/greylag/config.toml
// and /etc/greylag/config.toml. A $GREYLAG_CONFIG that does not exist is an
// error: falling back to another fleet would surprise. The error names every
// place looked at.
func Search(getenv func(string) string, exists func(string) bool) (string, error) {
	if path := getenv("GREYLAG_CONFIG"); path != "" {
		if exists(path) {
			return path, nil
		}
		return "", fmt.Errorf("no inventory: $GREYLAG_CONFIG names %s, which does not exist (correct it, or unset it)", path)
	}
	places := places(getenv)
	for _, path := range places {
		if exists(path) {
			return path, nil
		}
	}
	return "", fmt.Errorf("no inventory: looked at $GREYLAG_CONFIG (not set), %s (name one with --config, or start from config.toml.example)",
		strings.Join(places, ", "))
}

func places(getenv func(string) string) []string {
	places := []string{"./config.toml"}
	if home := configHome(getenv); home != "" {
		places = append(places, filepath.Join(home, "greylag", "config.toml"))
	}
	return append(places, "/etc/greylag/config.toml")
}

// configHome follows the XDG base directory specification: a relative path is
// invalid and ignored, and ~/.config stands in; "" where there is no home.
func configHome(getenv func(string) string) string {
	if dir := getenv("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return dir
	}
	if home := getenv("HOME"); home != "" {
		return filepath.Join(home, ".config")
	}
	return ""
}
