package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"greylag/probe/hostcheck"
)

// printFindings writes a line for each finding: level, check, what was found and
// what that means; and below it what to do.
func printFindings(w io.Writer, findings []hostcheck.Finding) error {
	widest := 0
	for _, f := range findings {
		widest = max(widest, len(f.Check))
	}
	var b bytes.Buffer
	for _, f := range findings {
		fmt.Fprintf(&b, "%-7s  %-*s  %s", f.Level, widest, f.Check, f.Found)
		if f.Means != "" {
			fmt.Fprintf(&b, ": %s", f.Means)
		}
		b.WriteByte('\n')
		if f.Do != "" {
			fmt.Fprintf(&b, "%*sdo: %s\n", len("warning")+widest+4, "", f.Do)
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// findingRecord is a finding in JSON; what is empty is absent.
type findingRecord struct {
	Level hostcheck.Level `json:"level"`
	Check string          `json:"check"`
	Found string          `json:"found"`
	Means string          `json:"means,omitempty"`
	Do    string          `json:"do,omitempty"`
}

// printFindingsJSON writes one object a line.
func printFindingsJSON(w io.Writer, findings []hostcheck.Finding) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for _, f := range findings {
		if err := encoder.Encode(findingRecord{f.Level, f.Check, f.Found, f.Means, f.Do}); err != nil {
			return err
		}
	}
	return nil
}
