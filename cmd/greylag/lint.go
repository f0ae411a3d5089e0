package main

import (
	"bufio"
	"cmp"
	"slices"

	"github.com/spf13/cobra"

	"greylag/fleet"
	"greylag/fleet/advise"
	"greylag/fleet/inventory"
)

func (a *app) lint() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use:   "lint",
		Short: "Hold the inventory against the rules on when keepalives can live, and common mistakes",
		Long: "Hold the inventory against the reference's rules on when keepalives can live, and against\n" +
			"common mistakes. Nothing is sent. What is wrong with the file itself is an inventory error,\n" +
			"as with every command, and no finding. A line for each finding:\n" +
			"  FILE:LINE:COL: severity: [rule] tunnel: what happens (what would be right)\n" +
			"\n" +
			"  R8         an interval that no router can have\n" +
			"  R13        keepalives from this end only\n" +
			"  R14        a large hub that originates: 100 tunnels and more whose far ends could\n" +
			"  R15        the far end is multipoint\n" +
			"  R16        the far end's front and inside VRF differ\n" +
			"  R17        unicast RPF on the far end's tunnel interface\n" +
			"  R18        the access list there does not permit the answer\n" +
			"  R19        IPsec by crypto map, tunnel protection or not at all, at either end\n" +
			"  R20        which of the ways out fits\n" +
			"  duplicate  two tunnels that nothing tells apart\n" +
			"  nat        the answer is to go to a private address from a public one\n" +
			"  options    key, checksum or sequence numbers differ, or sequence without checksum\n" +
			"  rate       the intervals ask for more than max_rate\n" +
			"  recursive  a tunnel's destination is routed into the tunnel\n" +
			"  timers     retries × interval is longer than the routing protocol's dead time\n" +
			"  underlay   two tunnels of one spoke that fail together\n" +
			"\n" +
			"A tunnel that is not enabled is judged as if it were, but its findings are info, and it\n" +
			"counts for no other tunnel. Exit with 0 (nothing, or info), 1 (warnings) or 2 (errors).",
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error { return a.runLint(asJSON) },
	}
	a.configFlag(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object for each finding")
	return c
}

func (a *app) runLint(asJSON bool) error {
	path, err := a.configPath()
	if err != nil {
		return err
	}
	defer collectSeldom()()
	inv, places, err := inventory.LoadPlaced(path)
	if err != nil {
		return inventoryError{err}
	}
	found := findPlaces(inv, places)
	out := bufio.NewWriter(a.stdout)
	if asJSON {
		lintJSON(out, found)
	} else {
		lintText(out, path, len(inv.Tunnels), found)
	}
	if err := outputError(out.Flush()); err != nil {
		return err
	}
	return exit(lintCode(found))
}

// placedFinding is a finding, its subject by name, and where it stands in the file.
type placedFinding struct {
	Severity advise.Severity `json:"severity"`
	Rule     string          `json:"rule"`
	Tunnel   string          `json:"tunnel,omitempty"`
	Hub      string          `json:"hub,omitempty"`
	Message  string          `json:"message"`
	Fix      string          `json:"fix"`
	Line     int             `json:"line"`
	Column   int             `json:"column"`
}

// findPlaces judges inv; the findings are sorted by position.
func findPlaces(inv *fleet.Inventory, places *inventory.Places) []placedFinding {
	findings := advise.New(inv).Findings()
	placed := make([]placedFinding, len(findings))
	for i, f := range findings {
		placed[i] = placeFinding(inv, places, f)
	}
	slices.SortStableFunc(placed, func(a, b placedFinding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return placed
}

func placeFinding(inv *fleet.Inventory, places *inventory.Places, f advise.Finding) placedFinding {
	p := placedFinding{Severity: f.Severity, Rule: f.Rule, Message: f.Message, Fix: f.Fix}
	var at inventory.Place
	switch {
	case f.Subject.Tunnel >= 0:
		p.Tunnel = inv.Tunnels[f.Subject.Tunnel].Name
		at = places.Tunnel(f.Subject.Tunnel, f.Keys...)
	case f.Subject.Hub >= 0:
		p.Hub = inv.Hubs[f.Subject.Hub].Name
		at = places.Hub(f.Subject.Hub, f.Keys...)
	default:
		at = places.Engine(f.Keys...)
	}
	p.Line, p.Column = at.Line, at.Column
	return p
}
