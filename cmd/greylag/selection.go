package main

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"greylag/fleet"
)

// selection narrows an inventory. Of each kind one must match; kinds that were
// not given match all.
type selection struct {
	tunnels, hubs, spokes, tags []string
}

func (s *selection) flags(c *cobra.Command) {
	c.Flags().StringArrayVar(&s.tunnels, "tunnel", nil, "only tunnels whose name matches `GLOB` (repeatable)")
	c.Flags().StringArrayVar(&s.hubs, "hub", nil, "only tunnels of this `HUB` (repeatable)")
	c.Flags().StringArrayVar(&s.spokes, "spoke", nil, "only tunnels of this `SPOKE` (repeatable)")
	c.Flags().StringArrayVar(&s.tags, "tag", nil, "only tunnels with this `TAG` (repeatable)")
}

// narrow returns the inventory with the selected tunnels and their spokes. That
// none is left is an error: nobody means to check nothing.
func (s *selection) narrow(inv *fleet.Inventory) (*fleet.Inventory, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	narrowed := *inv
	narrowed.Tunnels, narrowed.Spokes = nil, nil
	for _, t := range inv.Tunnels {
		if s.matches(&t) {
			narrowed.Tunnels = append(narrowed.Tunnels, t)
		}
	}
	if len(narrowed.Tunnels) == 0 {
		return nil, usageError{errors.New("no tunnel of the inventory matches --tunnel, --hub, --spoke and --tag together")}
	}
	for _, spoke := range inv.Spokes {
		if slices.ContainsFunc(narrowed.Tunnels, func(t fleet.Tunnel) bool { return t.Spoke == spoke.Name }) {
			narrowed.Spokes = append(narrowed.Spokes, spoke)
		}
	}
	return &narrowed, nil
}

// check finds patterns that are none.
func (s *selection) check() error {
	for _, glob := range s.tunnels {
		if _, err := path.Match(glob, ""); err != nil {
			return usageError{fmt.Errorf("--tunnel %q is no pattern: %w", glob, err)}
		}
	}
	return nil
}

// all tells whether nothing was given, and so all is selected.
func (s *selection) all() bool {
	return s.tunnels == nil && s.hubs == nil && s.spokes == nil && s.tags == nil
}

// flat makes a slash a character like others: names are no paths.
func flat(s string) string { return strings.ReplaceAll(s, "/", "\x00") }

func (s *selection) matches(t *fleet.Tunnel) bool {
	glob := func(pattern string) bool { ok, _ := path.Match(flat(pattern), flat(t.Name)); return ok }
	tag := func(want string) bool { return slices.Contains(t.Tags, want) }
	return (s.tunnels == nil || slices.ContainsFunc(s.tunnels, glob)) &&
		(s.hubs == nil || slices.Contains(s.hubs, t.Hub)) &&
		(s.spokes == nil || slices.Contains(s.spokes, t.Spoke)) &&
		(s.tags == nil || slices.ContainsFunc(s.tags, tag))
}
