package main

import (
	"errors"
	"strings"
	"testing"

	"greylag/fleet"
)

func selectable() *fleet.Inventory {
	return &fleet.Inventory{
		Engine: fleet.EngineOptions{MaxRate: 7},
		Hubs:   []fleet.Hub{{Name: "fra1"}, {Name: "lon1"}},
		Spokes: []fleet.Spoke{{Name: "seoul"}, {Name: "busan"}},
		Tunnels: []fleet.Tunnel{
			{Name: "fra1-seoul", Hub: "fra1", Spoke: "seoul", Tags: []string{"apac", "mpls"}},
			{Name: "lon1-seoul", Hub: "lon1", Spoke: "seoul", Tags: []string{"apac", "lte"}},
			{Name: "lon1-busan", Hub: "lon1", Spoke: "busan", Tags: []string{"lte"}},
			{Name: "lab/1"},
		},
	}
}

func TestNarrow(t *testing.T) {
	for _, c := range []struct {
		selection       fleet.Selection
		tunnels, spokes string
	}{
		{fleet.Selection{}, "fra1-seoul lon1-seoul lon1-busan lab/1", "seoul busan"},
		{fleet.Selection{Tunnels: []string{"lab/1"}}, "lab/1", ""},
		{fleet.Selection{Tunnels: []string{"l*b*1"}}, "lab/1", ""},
		{fleet.Selection{Tunnels: []string{"*-seoul"}}, "fra1-seoul lon1-seoul", "seoul"},
		{fleet.Selection{Tunnels: []string{"*-busan", "fra?-*"}}, "fra1-seoul lon1-busan", "seoul busan"},
		{fleet.Selection{Tunnels: []string{"[fl]*1-[^b]*"}}, "fra1-seoul lon1-seoul", "seoul"},
		{fleet.Selection{Tunnels: []string{"*"}}, "fra1-seoul lon1-seoul lon1-busan lab/1", "seoul busan"},
		{fleet.Selection{Hubs: []string{"lon1"}}, "lon1-seoul lon1-busan", "seoul busan"},
		{fleet.Selection{Hubs: []string{""}}, "lab/1", ""},
		{fleet.Selection{Spokes: []string{"busan", "seoul"}}, "fra1-seoul lon1-seoul lon1-busan", "seoul busan"},
		{fleet.Selection{Tags: []string{"mpls"}}, "fra1-seoul", "seoul"},
		{fleet.Selection{Tags: []string{"mpls", "lte"}}, "fra1-seoul lon1-seoul lon1-busan", "seoul busan"},
		{fleet.Selection{Hubs: []string{"lon1"}, Spokes: []string{"seoul"}, Tags: []string{"lte"}}, "lon1-seoul", "seoul"},
	} {
		inv := selectable()
		got, err := (&selection{c.selection}).narrow(inv)
		if err != nil {
			t.Errorf("%+v: %v", c.selection, err)
			continue
		}
		var tunnels, spokes []string
		for _, t := range got.Tunnels {
			tunnels = append(tunnels, t.Name)
		}
		for _, s := range got.Spokes {
			spokes = append(spokes, s.Name)
		}
		if strings.Join(tunnels, " ") != c.tunnels || strings.Join(spokes, " ") != c.spokes || got.Engine.MaxRate != 7 {
			t.Errorf("%+v: tunnels %v, spokes %v, engine %+v; want %s and %s", c.selection, tunnels, spokes, got.Engine, c.tunnels, c.spokes)
		}
		if len(inv.Tunnels) != 4 || len(inv.Spokes) != 2 {
			t.Errorf("%+v: the inventory itself has changed", c.selection)
		}
	}
}

func TestNarrowRefuses(t *testing.T) {
	for _, c := range []struct {
		selection fleet.Selection
		want      string
	}{
		{fleet.Selection{Tunnels: []string{"*", "a["}}, `--tunnel "a[" is no pattern: `},
		{fleet.Selection{Tunnels: []string{"nothing"}}, "no tunnel of the inventory matches --tunnel, --hub, --spoke and --tag together"},
		{fleet.Selection{Tunnels: []string{"seoul"}}, "no tunnel of the inventory matches "},
		{fleet.Selection{Hubs: []string{"fra1"}, Spokes: []string{"busan"}}, "no tunnel of the inventory matches "},
		{fleet.Selection{Tags: []string{"apa*"}}, "no tunnel of the inventory matches "},
	} {
		_, err := (&selection{c.selection}).narrow(selectable())
		if !errors.As(err, new(usageError)) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%+v: %v, want a usage error %q", c.selection, err, c.want)
		}
	}
}
