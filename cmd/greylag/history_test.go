package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"greylag/fleet"
	"greylag/fleet/stream"
	"greylag/tui/text"
)

// packedJournal writes a journal of three files, a day each, in which one tunnel is
// down for ten minutes a day: two are compressed, the last is not.
func packedJournal(t *testing.T) (path string, day time.Time) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "journal")
	day = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for n := range 3 {
		begin := day.AddDate(0, 0, n)
		text := stream.AppendHello(nil, &stream.Hello{Time: begin, Host: "jump1"})
		if n == 0 {
			text = stream.AppendEvent(text, &fleet.Event{Time: begin, Service: "journal", Was: "none", Is: "writing"})
		}
		text = stream.AppendTunnel(text, &fleet.TunnelReport{Tunnel: &fleet.Tunnel{Name: "a"}, Time: begin, State: fleet.Up, Since: begin})
		text = stream.AppendEvent(text, &fleet.Event{Time: begin.Add(time.Hour), Tunnel: "a", From: fleet.Up, To: fleet.Down})
		text = stream.AppendEvent(text, &fleet.Event{Time: begin.Add(time.Hour + 10*time.Minute), Tunnel: "a", From: fleet.Down, To: fleet.Up})
		name := path
		if n < 2 {
			name += begin.AddDate(0, 0, 1).Format(".20060102T150405.000Z.zst")
			text = pack(t, text)
		}
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path, day
}

func pack(t *testing.T, text []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(text, nil)
}

// recalled runs history.
func recalled(t *testing.T, args ...string) (out, said string, code int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), append([]string{"history"}, args...), nil, &stdout, &stderr)
	return stdout.String(), stderr.String(), code
}

// TestHistoryOfRotatedFiles: all files of a journal are one history; those that end
// before the window are not read.
func TestHistoryOfRotatedFiles(t *testing.T) {
	path, day := packedJournal(t)
	out, said, code := recalled(t, path, "--json")
	if n := strings.Count(out, `"type":"outage"`); n != 3 || said != "" || code != 0 || !strings.Contains(out, `"runs":1,"gaps":0,`) {
		t.Errorf("exit %d, %d outages, %s\n%s", code, n, said, out)
	}
	if names := []string{"1", "2", path}; len(newestNeeded(names, day.AddDate(0, 0, 2))) != 1 || len(newestNeeded(names, day)) != 3 {
		t.Error("which files are needed")
	}
	out, said, code = recalled(t, path, "--csv", "--by", "outage", "--since", "2026-11-02T12:00:00Z")
	if strings.Count(out, "\n") != 2 || !strings.Contains(out, ",2026-11-03T01:00:00.000Z,2026-11-03T01:10:00.000Z,600000,") || said != "" || code != 0 {
		t.Errorf("exit %d, %s\n%s", code, said, out)
	}
}

// TestHistoryOfDamagedFiles: what can be read is used, and what cannot is said.
func TestHistoryOfDamagedFiles(t *testing.T) {
	path, _ := packedJournal(t)
	cut := path + ".20261102T000000.000Z.zst"
	text, err := os.ReadFile(cut)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cut, text[:len(text)-9], 0o600); err != nil {
		t.Fatal(err)
	}
	out, said, code := recalled(t, path, "--json", "--by", "outage")
	if n := strings.Count(out, "\n"); code != 0 || n < 2 || !strings.HasPrefix(said, cut+":") || !strings.Contains(said, "the rest of the file is not read: unexpected EOF") {
		t.Errorf("exit %d, %d outages, %s", code, n, said)
	}
	if err := os.WriteFile(cut, []byte("no zstd"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, said, code = recalled(t, path, "--json", "--by", "outage"); code != 0 || strings.Count(out, "\n") != 2 || !strings.HasPrefix(said, cut) {
		t.Errorf("exit %d, %s\n%s", code, said, out)
	}
}

// TestHistoryReaderGone: a reader that has seen enough is no failure.
func TestHistoryReaderGone(t *testing.T) {
	path, _ := packedJournal(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	_ = r.Close()
	var stderr bytes.Buffer
	if code := run(t.Context(), []string{"history", path, "--json"}, nil, w, &stderr); code != 0 || stderr.Len() > 0 {
		t.Errorf("exit %d, %s", code, stderr.String())
	}
}

// TestHistoryFits: no line is wider than 80 cells, whatever the names.
func TestHistoryFits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "recording")
	long := strings.Repeat("서울-fra1-", 20)
	begin := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	record := stream.AppendHello(nil, &stream.Hello{Time: begin, Host: long})
	record = stream.AppendTunnel(record, &fleet.TunnelReport{Tunnel: &fleet.Tunnel{Name: long, Hub: long, Spoke: long, Tags: []string{long}}, Time: begin, State: fleet.Up, Since: begin})
	record = stream.AppendEvent(record, &fleet.Event{Time: begin.Add(time.Hour), Tunnel: long, From: fleet.Up, To: fleet.Down, Reason: "a reason of a later greylag"})
	record = stream.AppendIncident(record, &fleet.Incident{Number: 1 << 60, Time: begin.Add(time.Hour), Start: begin.Add(time.Hour), Factor: fleet.FactorHub, Value: long, Members: []string{long}})
	record = stream.AppendSummary(record, &fleet.Summary{Time: begin.Add(9999 * time.Hour)})
	if err := os.WriteFile(path, record, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, by := range []string{"--json=false", "--by=tunnel", "--by=outage", "--by=incident"} {
		out, said, code := recalled(t, path, by)
		if code != 0 || said != "" || !strings.Contains(out, "…") {
			t.Errorf("%s: exit %d, %s\n%s", by, code, said, out)
		}
		for line := range strings.Lines(out) {
			if cells := text.UTF8.Width(strings.TrimSuffix(line, "\n")); cells > plainWidth {
				t.Errorf("%s: %d cells: %s", by, cells, line)
			}
		}
	}
}
