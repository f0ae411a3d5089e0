//go:build race

package main

const raceEnabled = true

// cutTunnels is fewer than 10,000: the detector makes everything ten times slower.
const cutTunnels = 2_000
