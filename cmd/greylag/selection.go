package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"greylag/fleet"
)

// selection narrows an inventory.
type selection struct{ fleet.Selection }

func (s *selection) flags(c *cobra.Command) {
	c.Flags().StringArrayVar(&s.Tunnels, "tunnel", nil, "only tunnels whose name matches `GLOB` (repeatable)")
	c.Flags().StringArrayVar(&s.Hubs, "hub", nil, "only tunnels of this `HUB` (repeatable)")
	c.Flags().StringArrayVar(&s.Spokes, "spoke", nil, "only tunnels of this `SPOKE` (repeatable)")
	c.Flags().StringArrayVar(&s.Tags, "tag", nil, "only tunnels with this `TAG` (repeatable)")
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
		if s.Matches(&t) {
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
	for _, glob := range s.Tunnels {
		if err := fleet.CheckPattern(glob); err != nil {
			return usageError{fmt.Errorf("--tunnel %q is no pattern: %w", glob, err)}
		}
	}
	return nil
}
