package tui

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	tea "charm.land/bubbletea/v2"

	"greylag/fleet"
)

// writeSnapshot writes what is on the screen, all of the fleet, to a new file.
func writeSnapshot(m *model, _ string) tea.Cmd {
	encode := m.options.Write
	if encode == nil {
		return m.fail(errors.New("this source cannot be written"))
	}
	source, now := m.options.Source, m.board.now()
	var report *fleet.Report
	if m.board.fresh.complete {
		report = copyReport(m.board.report)
	}
	name := "greylag-" + m.options.Clock().Format("20060102-150405") + ".ndjson"
	path := filepath.Join(m.options.SnapshotDir, name)
	return func() tea.Msg {
		if report == nil {
			report = source.Report(now, nil)
		}
		if err := writeReport(path, report, encode); err != nil {
			return message{text: "not written: " + err.Error(), bad: true}
		}
		return message{text: fmt.Sprintf("written: %s (%d tunnels)", path, len(report.Tunnels))}
	}
}

// copyReport is a report that the next look at the source does not overwrite.
func copyReport(r *fleet.Report) *fleet.Report {
	c := *r
	c.Tunnels, c.Spokes = slices.Clone(r.Tunnels), slices.Clone(r.Spokes)
	for i := range c.Tunnels {
		c.Tunnels[i].Evidence = slices.Clone(c.Tunnels[i].Evidence)
	}
	c.Summary.Tunnels, c.Summary.Spokes = maps.Clone(r.Summary.Tunnels), maps.Clone(r.Summary.Spokes)
	return &c
}

// writeReport writes to a file that is not there yet. Half a file is removed.
func writeReport(path string, r *fleet.Report, encode func(io.Writer, *fleet.Report) error) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(path)
		}
	}()
	w := bufio.NewWriter(f)
	if err := encode(w, r); err != nil {
		return err
	}
	return w.Flush()
}
