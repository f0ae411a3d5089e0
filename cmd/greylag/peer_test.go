package main

import (
	"errors"
	"fmt"
	"testing"
)

func TestParsePeer(t *testing.T) {
	for text, want := range map[string]string{
		"198.51.100.7":      "198.51.100.7/32",
		"198.51.100.7/32":   "198.51.100.7/32",
		"198.51.100.7/24":   "198.51.100.0/24", // an address of the prefix will do
		"198.51.100.200/25": "198.51.100.128/25",
		"10.0.0.0/8":        "10.0.0.0/8",
		"0.0.0.0/0":         "0.0.0.0/0",
	} {
		if got, err := parsePeer(text); err != nil || got.String() != want {
			t.Errorf("%s: %v, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "fra1", "198.51.100", "198.51.100.300", "198.51.100.7/33", "198.51.100.7/-1", "198.51.100.7/", " 198.51.100.7",
		"198.51.100.7-9", "2001:db8::1", "2001:db8::/32", "::ffff:198.51.100.7", "fe80::1%eth0",
	} {
		want := fmt.Sprintf("--peer %q is no IPv4 prefix, such as 198.51.100.0/24", text)
		if got, err := parsePeer(text); !errors.As(err, new(usageError)) || err.Error() != want {
			t.Errorf("%q: %v, %v; want %s", text, got, err, want)
		}
	}
}
