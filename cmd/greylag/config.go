package main

import (
	"os"

	"github.com/spf13/cobra"

	"greylag/fleet"
	"greylag/fleet/inventory"
)

// inventoryError is an inventory that could not be found or read.
type inventoryError struct{ error }

func (e inventoryError) Unwrap() error { return e.error }

// configFlag gives a command -c.
func (a *app) configFlag(c *cobra.Command) {
	c.Flags().StringVarP(&a.config, "config", "c", "",
		"inventory `FILE` (default: $GREYLAG_CONFIG, ./config.toml,\n$XDG_CONFIG_HOME/greylag/config.toml, /etc/greylag/config.toml)")
}

// inventory loads the inventory that -c names, or the first that is found.
func (a *app) inventory() (*fleet.Inventory, error) {
	path, err := a.configPath()
	if err != nil {
		return nil, err
	}
	inv, err := inventory.Load(path)
	if err != nil {
		return nil, inventoryError{err}
	}
	a.config = path // to be read again, if it is
	return inv, nil
}

// configPath is the inventory's file.
func (a *app) configPath() (string, error) {
	if a.config != "" {
		return a.config, nil
	}
	path, err := inventory.Search(os.Getenv, exists)
	if err != nil {
		return "", inventoryError{err}
	}
	return path, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
