package main

import (
	"os"
	"strings"
	"testing"
)

// TestReadmeOfLint: what README says that lint says is what it says.
func TestReadmeOfLint(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "\n## Before anything is sent: lint\n")
	_, inventory, hasInventory := strings.Cut(section, "```toml\n")
	inventory, rest, _ := strings.Cut(inventory, "```\n")
	_, output, hasOutput := strings.Cut(rest, "```\n$ greylag lint\n")
	output, _, _ = strings.Cut(output, "```\n")
	if !found || !hasInventory || !hasOutput {
		t.Fatal("README has no section about lint with an inventory and its output")
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile("config.toml", []byte(inventory), 0o644); err != nil {
		t.Fatal(err)
	}
	if said, code := runLint(t, "./config.toml"); string(said) != output || code != 2 {
		t.Errorf("exit %d, it says:\n%s", code, said)
	}
}
