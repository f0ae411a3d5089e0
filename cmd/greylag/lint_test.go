package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"greylag/fleet/advise"
)

// lintDir has two inventories for each rule: RULE.fails.toml, with what is said of
// it as text and as JSON, and RULE.passes.toml, of which nothing is said.
const lintDir = "testdata/lint"

func TestLintEveryRule(t *testing.T) {
	for _, rule := range advise.Names() {
		t.Run(rule+" fails", func(t *testing.T) { lintFails(t, rule) })
		t.Run(rule+" passes", func(t *testing.T) { lintPasses(t, rule) })
	}
}

func lintFails(t *testing.T, rule string) {
	file := filepath.Join(lintDir, rule+".fails.toml")
	text, code := runLint(t, file)
	compareGolden(t, filepath.Join(lintDir, rule+".fails.txt"), text)
	records, codeJSON := runLint(t, file, "--json")
	compareGolden(t, filepath.Join(lintDir, rule+".fails.json"), records)
	findings := decodeFindings(t, records)
	if !slices.ContainsFunc(findings, func(f placedFinding) bool { return f.Rule == rule }) {
		t.Errorf("%s does not break %s", file, rule)
	}
	if want := worstCode(findings); code != want || codeJSON != want {
		t.Errorf("exit %d, with --json %d, want %d", code, codeJSON, want)
	}
	if lines := bytes.Count(text, []byte("\n")); lines != len(findings)+1 {
		t.Errorf("%d lines of text for %d findings", lines, len(findings))
	}
}

func lintPasses(t *testing.T, rule string) {
	file := filepath.Join(lintDir, rule+".passes.toml")
	text, code := runLint(t, file)
	if rest, is := bytes.CutPrefix(text, []byte(file+": ")); code != 0 || !is || !strings.HasSuffix(string(rest), ": nothing found\n") {
		t.Errorf("exit %d, said %s", code, text)
	}
	if records, code := runLint(t, file, "--json"); code != 0 || len(records) > 0 {
		t.Errorf("--json: exit %d, said %s", code, records)
	}
}

// TestLintFilesAreOfRules: none is left over from a rule that has gone.
func TestLintFilesAreOfRules(t *testing.T) {
	entries, err := os.ReadDir(lintDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if rule, _, _ := strings.Cut(e.Name(), "."); !slices.Contains(advise.Names(), rule) {
			t.Errorf("%s is of no rule", e.Name())
		}
	}
}

func TestLintHelpNamesEveryRule(t *testing.T) {
	help := (&app{}).lint().Long
	for _, rule := range advise.Names() {
		if !strings.Contains(help, "\n  "+rule+" ") {
			t.Errorf("help does not name %s", rule)
		}
	}
}

func runLint(t *testing.T, file string, flags ...string) (stdout []byte, code int) {
	t.Helper()
	var out, stderr bytes.Buffer
	code = run(context.Background(), append([]string{"lint", "-c", file}, flags...), nil, &out, &stderr)
	if stderr.Len() > 0 {
		t.Errorf("said on standard error: %s", stderr.String())
	}
	return out.Bytes(), code
}

func decodeFindings(t *testing.T, records []byte) []placedFinding {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(records))
	decoder.DisallowUnknownFields()
	var findings []placedFinding
	for decoder.More() {
		var f placedFinding
		if err := decoder.Decode(&f); err != nil {
			t.Fatal(err)
		}
		if f.Message == "" || f.Fix == "" || f.Line < 1 || f.Column < 1 {
			t.Errorf("incomplete: %+v", f)
		}
		findings = append(findings, f)
	}
	return findings
}

// worstCode is CONTRACT's exit code, from what was printed.
func worstCode(findings []placedFinding) int {
	return slices.Max(append(codes(findings), 0))
}

func codes(findings []placedFinding) (list []int) {
	for _, f := range findings {
		list = append(list, map[advise.Severity]int{advise.Info: 0, advise.Warning: 1, advise.Error: 2}[f.Severity])
	}
	return list
}

func TestLintTally(t *testing.T) {
	e, w, i := placedFinding{Severity: advise.Error}, placedFinding{Severity: advise.Warning}, placedFinding{Severity: advise.Info}
	for want, found := range map[string][]placedFinding{
		"nothing found":               nil,
		"1 error":                     {e},
		"2 warnings, 1 info":          {w, i, w},
		"2 errors, 1 warning, 2 info": {i, e, w, e, i},
	} {
		if got := lintTally(found); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestLintCannotWrite(t *testing.T) {
	for err, want := range map[error]int{syscall.EIO: exitFailure, syscall.EPIPE: 2} {
		var stderr bytes.Buffer
		code := run(context.Background(), []string{"lint", "-c", filepath.Join(lintDir, "R17.fails.toml")}, nil, &disk{err: err}, &stderr)
		if code != want {
			t.Errorf("%v: exit %d, want %d; said %s", err, code, want, stderr.String())
		}
	}
}
