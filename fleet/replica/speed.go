package replica

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The slowest and the fastest measured speed of a [Player].
const (
	minSpeed = 0.01
	maxSpeed = 100_000
)

// Unpaced is the speed at which records are played as fast as they can be read.
var Unpaced = math.Inf(1)

// ParseSpeed reads a speed as a person writes it: "10x", "10", "0.5x", or "max" for
// [Unpaced].
func ParseSpeed(text string) (float64, error) {
	if text == "max" {
		return Unpaced, nil
	}
	speed, err := strconv.ParseFloat(strings.TrimSuffix(text, "x"), 64)
	switch {
	case err != nil && !math.IsInf(speed, 0), math.IsNaN(speed):
		return 0, fmt.Errorf("%q is no speed: want a factor as in 10x or 0.5x, or max", text)
	case speed < minSpeed || speed > maxSpeed:
		return 0, fmt.Errorf("speed %q is out of range: want %gx to %dx, or max", text, minSpeed, maxSpeed)
	}
	return speed, nil
}

// FormatSpeed writes a speed as [ParseSpeed] reads it.
func FormatSpeed(speed float64) string {
	if math.IsInf(speed, 1) {
		return "max"
	}
	return strconv.FormatFloat(speed, 'f', -1, 64) + "x"
}
