package main

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// spoken writes a recording of a host that saw a fleet some time ago: "a=up b=down".
func spoken(t *testing.T, host string, ago time.Duration, fleetText string) (path string) {
	t.Helper()
	var b bytes.Buffer
	enc, at := stream.NewEncoder(&b), time.Now().Add(-ago)
	r := &fleet.Report{Time: at, Summary: fleet.NewSummary(at)}
	for i, word := range strings.Fields(fleetText) {
		name, state, _ := strings.Cut(word, "=")
		row := fleet.TunnelReport{
			Tunnel: &fleet.Tunnel{Name: name, Hub: "hub-" + name, Source: netip.MustParseAddr("192.0.2.10"),
				Destination: netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}), Retries: 3, Interval: time.Second},
			Time: at, State: fleet.State(state), Since: at.Add(-time.Minute), Availability: -1,
		}
		if row.State == fleet.Down {
			row.Reason, row.Counter = fleet.ReasonSilent, 4
		}
		r.Tunnels = append(r.Tunnels, row)
		r.Summary.Tunnels[row.State]++
	}
	if err := enc.Hello(stream.Hello{Time: at, Version: "0.1.0", Host: host, Tunnels: len(r.Tunnels)}); err != nil {
		t.Fatal(err)
	}
	if err := enc.Report(r); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), host)
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// checked runs check over sources.
func checked(sources []string, more ...string) (code int, stdout, stderr string) {
	args := []string{"check"}
	for _, source := range sources {
		args = append(args, "--from", source)
	}
	var out, err bytes.Buffer
	code = run(context.Background(), append(args, more...), nil, &out, &err)
	return code, out.String(), err.String()
}

// oldSeconds is the age of what was an hour old when a test began.
var oldSeconds = regexp.MustCompile(`1h\d+m\d+s old`)

// The worst counts; a disagreement is said; what only a source knows that is not up to
// date is unknown.
func TestCheckFrom(t *testing.T) {
	t.Parallel()
	file := func(host, fleetText string) string { return spoken(t, host, time.Second, fleetText) }
	old := func(host, fleetText string) string { return spoken(t, host, time.Hour, fleetText) }
	missing := filepath.Join(t.TempDir(), "missing")
	for _, c := range []struct {
		name    string
		sources []string
		more    string
		code    int
		line    string
	}{
		{"one, well", []string{file("jump1", "a=up b=up")}, "", checkOK, "OK - 2 tunnels up | up=2;;;0;2 degraded=0;;;0;2 down=0;;;0;2 pending=0;;;0;2 disabled=0 unprotected=0"},
		{"one, down", []string{file("jump1", "a=up b=down")}, "", checkCritical, "CRITICAL - 1 of 2 tunnels down: b (silent) |"},
		{"one, old", []string{old("jump1", "a=up b=down")}, "", checkUnknown, "UNKNOWN - 2 of 2 tunnels not settled: a, b; not up to date: jump1: stale: its newest record is 1h0m0s old |"},
		{"two, well", []string{file("jump1", "a=up"), file("jump2", "b=up a=up")}, "", checkOK, "OK - 2 tunnels up | up=2;;;0;2 degraded=0;;;0;2 down=0;;;0;2 pending=0;;;0;2 disabled=0 unprotected=0 disagree=0 stale=0;;;0;2"},
		{"two, disagree", []string{file("jump1", "a=up"), file("jump2", "a=down")}, "", checkCritical,
			"CRITICAL - 1 of 1 tunnel down: a (silent); hosts disagree about 1 tunnel: a (up from jump1; down from jump2) |"},
		{"two, one degraded", []string{file("jump1", "a=up"), file("jump2", "a=degraded")}, "", checkWarning, "WARNING - 1 of 1 tunnel degraded: a |"},
		{"two, the old one knows no more", []string{file("jump1", "a=up b=up"), old("jump2", "a=down")}, "", checkOK,
			"OK - 2 tunnels up; not up to date: jump2: stale: its newest record is 1h0m0s old |"},
		{"two, the old one knows more", []string{file("jump1", "a=up"), old("jump2", "a=up b=up")}, "", checkUnknown,
			"UNKNOWN - 1 of 2 tunnels not settled: b; not up to date: jump2: stale: its newest record is 1h0m0s old |"},
		{"two, one missing", []string{file("jump1", "a=up"), missing}, "", checkUnknown,
			"UNKNOWN - 1 tunnel up; not up to date: " + missing + ": stat " + missing + ": no such file or directory: want a recording, a pipe or a unix socket |"},
		{"two, one missing and one down", []string{file("jump1", "a=down"), missing}, "", checkCritical, "CRITICAL - 1 of 1 tunnel down: a (silent); not up to date: "},
		{"narrowed", []string{file("jump1", "a=up b=down"), file("jump2", "b=down a=up")}, "--tunnel a", checkOK, "OK - 1 tunnel up |"},
		{"by hub", []string{file("jump1", "a=up b=down")}, "--hub hub-b", checkCritical, "CRITICAL - 1 of 1 tunnel down: b (silent) |"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, stdout, stderr := checked(c.sources, strings.Fields(c.more)...)
			lines := strings.Split(strings.TrimSpace(stdout), "\n")
			line := oldSeconds.ReplaceAllString(lines[len(lines)-1], "1h0m0s old")
			if code != c.code || !strings.HasPrefix(line, c.line) || stderr != "" {
				t.Errorf("exit %d, %s\nwant %d, %s\nstderr %s", code, line, c.code, c.line, stderr)
			}
		})
	}
}

// The table has a line for each tunnel and source, with the source where there are
// several, and in JSON each has its host.
func TestCheckFromTable(t *testing.T) {
	t.Parallel()
	sources := []string{spoken(t, "jump1", 0, "a=up b=up"), spoken(t, "jump2", time.Hour, "a=down c=up")}
	_, stdout, _ := checked(sources)
	var got []string
	for _, line := range strings.Split(stdout, "\n") {
		if f := strings.Fields(line); len(f) > 2 && f[0] != "UNKNOWN" {
			got = append(got, strings.Join(f[:3], " "))
		}
	}
	want := "STATE TUNNEL VANTAGE, up a jump1, stale a jump2, up b jump1, stale c jump2"
	if strings.Join(got, ", ") != want {
		t.Errorf("%s\nwant %s", strings.Join(got, ", "), want)
	}
	if _, stdout, _ := checked(sources[:1]); !strings.HasPrefix(stdout, "STATE  TUNNEL  HUB") {
		t.Errorf("the table of one source: %s", stdout)
	}
	_, stdout, _ = checked(sources, "--json")
	got = nil
	for dec := stream.NewDecoder(strings.NewReader(stdout)); ; {
		rec, err := dec.Next()
		if err != nil {
			break
		}
		if rec.Tunnel != nil {
			got = append(got, rec.Host+":"+rec.Tunnel.Tunnel.Name)
		} else if rec.Summary != nil {
			got = append(got, fmt.Sprint(rec.Host, rec.Summary.Tunnels[fleet.Up], rec.Summary.Tunnels[fleet.Pending]))
		}
	}
	if want := "jump1:a jump2:a jump1:b jump2:c 2 1"; strings.Join(got, " ") != want {
		t.Errorf("%s, want %s", strings.Join(got, " "), want)
	}
}

// A pipe that says nothing, or never all, is waited for up to the timeout. On a slow
// machine what it says may come later than that.
func TestCheckFromTimeout(t *testing.T) {
	t.Parallel()
	const want = "not up to date: standard input: no whole report has come"
	said := ""
	for _, timeout := range []string{"300ms", "3s", "30s"} {
		code := 0
		if code, said = checkHalfReport(t, timeout); code == checkUnknown && strings.Contains(said, want) {
			return
		}
	}
	t.Errorf("said %s; want %q", said, want)
}

// checkHalfReport checks a pipe that has told of one tunnel, and is silent.
func checkHalfReport(t *testing.T, timeout string) (code int, said string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	fmt.Fprintf(w, `{"type":"tunnel","time":%q,"name":"a","state":"up"}`+"\n", time.Now().UTC().Format(time.RFC3339))
	var out bytes.Buffer
	code = run(context.Background(), []string{"check", "--from", "-", "--timeout", timeout}, r, &out, &out)
	return code, out.String()
}

func TestCheckFromCommandLine(t *testing.T) {
	file := spoken(t, "jump1", 0, "a=up")
	for args, want := range map[string]string{
		"--from x --interval 1s":    "--interval and --retries make no sense with --from: nothing is probed",
		"--from x --retries 2":      "--interval and --retries make no sense with --from: nothing is probed",
		"--from x -c y":             "--from and --config exclude each other: what another greylag reports needs no inventory",
		"--from x --from x":         "--from x is given twice: the same source sees the same",
		"--tunnel [ --from " + file: `--tunnel "[" is no pattern: `,
		"--from /dev/null":          "/dev/null is a device: want a recording, a pipe or a unix socket",
		"--from /missing":           "stat /missing: no such file or directory: want a recording, a pipe or a unix socket",
		"--tunnel z --from " + file: "no tunnel that is reported matches --tunnel, --hub, --spoke and --tag together",
	} {
		var stdout, stderr bytes.Buffer
		code := run(context.Background(), append([]string{"check"}, strings.Fields(args)...), nil, &stdout, &stderr)
		if code != checkUnknown || !strings.HasPrefix(stderr.String(), want) || !strings.HasPrefix(stdout.String(), "UNKNOWN - "+want) {
			t.Errorf("%s: exit %d, said %q and %q; want %q", args, code, stderr.String(), stdout.String(), want)
		}
	}
}

// headless --from writes what several hosts say as one stream, each record with its host.
func TestHeadlessFrom(t *testing.T) {
	t.Parallel()
	one, two := spoken(t, "jump1", 0, "a=up b=up"), spoken(t, "jump2", time.Hour, "a=down")
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), []string{"headless", "--from", one, "--from", two}, nil, &stdout, &stderr); code != 0 || stderr.Len() > 0 {
		t.Fatalf("exit %d, said %s", code, &stderr)
	}
	var got []string
	for dec := stream.NewDecoder(&stdout); ; {
		rec, err := dec.Next()
		if err != nil {
			break
		}
		switch {
		case rec.Hello != nil && rec.Hello.Sources != nil:
			got = append(got, "merged "+strings.Join(rec.Hello.Sources, "+"))
		case rec.Hello != nil:
			got = append(got, "hello "+rec.Hello.Host)
		case rec.Tunnel != nil:
			got = append(got, fmt.Sprintf("%s: %s=%s", rec.Host, rec.Tunnel.Tunnel.Name, rec.Tunnel.State))
		case rec.Summary != nil:
			got = append(got, rec.Host+" summary")
		}
	}
	want := "merged jump1+jump2, hello jump1, hello jump2, jump1: a=up, jump1: b=up, jump1 summary, jump2: a=down, jump2 summary"
	if text := strings.Join(got, ", "); text != want {
		t.Errorf("%s\nwant %s", text, want)
	}
	for _, flag := range []string{"--costs", "--debug-keepalive", "--socket=/tmp/x"} {
		stderr.Reset()
		if code := run(context.Background(), []string{"headless", "--from", one, flag}, nil, &stdout, &stderr); code != exitUsage || !strings.Contains(stderr.String(), "makes no sense with --from: nothing is probed") {
			t.Errorf("%s: exit %d, said %s", flag, code, &stderr)
		}
	}
}
