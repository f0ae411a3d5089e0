package fleet

import (
	"path"
	"slices"
	"strings"
)

// Selection narrows a fleet. Of each kind one must match; a kind that is nil
// matches all.
type Selection struct {
	Tunnels []string // patterns of names, as path.Match has them but for the slash: names are no paths
	Hubs    []string
	Spokes  []string
	Tags    []string
}

// CheckPattern returns an error for what is no pattern of [Selection.Tunnels].
func CheckPattern(pattern string) error {
	_, err := path.Match(pattern, "")
	return err
}

// All tells whether the selection narrows nothing.
func (s *Selection) All() bool {
	return s.Tunnels == nil && s.Hubs == nil && s.Spokes == nil && s.Tags == nil
}

// Matches tells whether t is selected.
func (s *Selection) Matches(t *Tunnel) bool {
	glob := func(pattern string) bool { ok, _ := path.Match(flat(pattern), flat(t.Name)); return ok }
	tag := func(want string) bool { return slices.Contains(t.Tags, want) }
	return (s.Tunnels == nil || slices.ContainsFunc(s.Tunnels, glob)) &&
		(s.Hubs == nil || slices.Contains(s.Hubs, t.Hub)) &&
		(s.Spokes == nil || slices.Contains(s.Spokes, t.Spoke)) &&
		(s.Tags == nil || slices.ContainsFunc(s.Tags, tag))
}

// flat makes a slash a character like others.
func flat(s string) string { return strings.ReplaceAll(s, "/", "\x00") }
