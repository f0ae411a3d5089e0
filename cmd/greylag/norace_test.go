//go:build !race

package main

const raceEnabled = false

const cutTunnels = 10_000
