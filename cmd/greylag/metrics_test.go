package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// lockedLines hands on what is written to it.
type lockedLines chan string

func (l lockedLines) Write(b []byte) (int, error) { l <- string(b); return len(b), nil }

// TestMetrics: a station with --metrics is scraped while it probes, and after that
// nobody listens any more.
func TestMetrics(t *testing.T) {
	demo, err := newDemoNet(newDemoFleet(24))
	if err != nil {
		t.Fatal(err)
	}
	said := make(lockedLines, 10)
	s, err := openStation(demo.fleet.inv, stationOptions{network: simStage(demo).network, reflect: true, stderr: said})
	if err != nil {
		t.Fatal(err)
	}
	o := reporting{every: time.Hour, metrics: metricsOptions{address: "127.0.0.1:0"}}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- (&app{stdout: io.Discard, stderr: io.Discard}).report(ctx, s, o) }()

	url := strings.TrimSuffix(strings.TrimPrefix(<-said, "metrics at "), "\n")
	for deadline := time.Now().Add(soon); ; time.Sleep(20 * time.Millisecond) {
		text := fetch(t, url)
		if strings.Contains(text, "\ngreylag_tunnel_up{tunnel=") && strings.Contains(text, `greylag_engine_send_lateness_seconds_bucket{le="+Inf"}`) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("no tunnel is up in\n%s", text)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := http.Get(url); err == nil {
		t.Error("metrics are served after the end")
	}
}

func fetch(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, resp.Status, err)
	}
	return string(text)
}

// TestMetricsAddress: what is wrong with an address is said before anything is opened,
// or when it is listened at.
func TestMetricsAddress(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"--pprof", exitUsage, "--pprof needs --metrics ADDR"},
		{"--metrics 9469", exitUsage, "--metrics 9469 is no address: write HOST:PORT, as in 127.0.0.1:9469, or :9469 for"},
		{"--metrics localhost", exitUsage, "is no address"},
		{"--metrics ::1:9469", exitUsage, "is no address"},
		{"--metrics :http", exitUsage, `port "http" is none of 0 to 65535`},
		{"--metrics :65536", exitUsage, `port "65536" is none of 0 to 65535`},
	} {
		var stdout, stderr bytes.Buffer
		args := append([]string{"headless", "-c", "/none"}, strings.Fields(c.args)...)
		if code := run(t.Context(), args, nil, &stdout, &stderr); code != c.code || !strings.Contains(stderr.String(), c.want) {
			t.Errorf("%s: exit %d, %s", c.args, code, stderr.String())
		}
	}
	for address, want := range map[string]string{
		taken.Addr().String(): fmt.Sprintf("--metrics %s: address already in use (another program listens there", taken.Addr()),
		"192.0.2.77:0":        "--metrics 192.0.2.77:0: cannot assign requested address (name an address of this host",
		"no..such:0":          "(name an address of this host, or none for all: ip address shows them)",
	} {
		if _, err := metricsServers(&station{stderr: io.Discard}, reporting{metrics: metricsOptions{address: address}}, nil); err == nil || !strings.HasPrefix(err.Error(), "--metrics "+address) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", address, err)
		}
	}
}
