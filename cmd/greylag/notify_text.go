package main

import (
	"strconv"
	"strings"

	"greylag/fleet"
)

// statusText is a fleet in one line: `9,876 of 10,000 tunnels up, 12 down; 3 spokes
// without a path`. What there is none of is left out.
func statusText(sum *fleet.Summary) string {
	all := 0
	for _, n := range sum.Tunnels {
		all += n
	}
	tunnels := []string{thousands(sum.Tunnels[fleet.Up]) + " of " + thousands(all) + noun(all, " tunnel") + " up"}
	for _, state := range []fleet.State{fleet.Degraded, fleet.Down, fleet.Pending, fleet.Disabled} {
		if n := sum.Tunnels[state]; n > 0 {
			tunnels = append(tunnels, thousands(n)+" "+string(state))
		}
	}
	text := strings.Join(tunnels, ", ")
	if spokes := spokesText(sum); spokes != "" {
		text += "; " + spokes
	}
	return text
}

// spokesText is what is wrong with spokes, "" for nothing.
func spokesText(sum *fleet.Summary) string {
	var parts []string
	add := func(n int, what string) {
		switch {
		case n == 0:
		case parts == nil:
			parts = append(parts, thousands(n)+noun(n, " spoke")+" "+what)
		default:
			parts = append(parts, thousands(n)+" "+what)
		}
	}
	add(sum.Spokes[fleet.PathNone], "without a path")
	add(sum.Spokes[fleet.PathBackup], "on a backup")
	add(sum.Unprotected, "unprotected")
	return strings.Join(parts, ", ")
}

// noun is of one, or of many.
func noun(n int, one string) string {
	if n == 1 {
		return one
	}
	return one + "s"
}

// thousands writes a number with a comma at each thousand.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
