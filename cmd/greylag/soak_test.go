package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"greylag/fleet/stream"
)

// soakVariable says for how long TestSoak runs, and package fleet's soak too.
const soakVariable = "GREYLAG_SOAK"

// soakFor is that time. Without it the test is skipped.
func soakFor(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv(soakVariable)
	if text == "" {
		t.Skipf("takes half an hour: %s=30m go test -run '^TestSoak$' -timeout 40m -v ./cmd/greylag", soakVariable)
	}
	length, err := time.ParseDuration(text)
	if err != nil || length < 2*time.Minute {
		t.Fatalf("%s=%s: want a duration of at least 2m", soakVariable, text)
	}
	return length
}

// TestSoak runs the program in one namespace, with 2,000 tunnels at 1 s and 100
// at 100 ms to far ends in another, between which keepalives are lost now and
// then, and all of them twice for a while. The program's own books must balance
// in every report, and at the end with what the kernel counted on the way; its
// memory, goroutines, threads and files must not grow, and no interval drift.
func TestSoak(t *testing.T) {
	length := soakFor(t)
	needSockets(t)
	net := newSoakNet(t)
	health := filepath.Join(t.TempDir(), "health")
	p := startSoak(t, net.inventory(t), health)
	start := time.Now()
	book := make(chan *soakBook, 1)
	go func() { book <- readBook(stream.NewDecoder(bufio.NewReaderSize(p.out, 1<<20)), start.Add(length/6)) }()

	net.suffer(t, start, length)
	net.mark(start, length) // no keepalive's arrival counts from here on
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	b := <-book
	p.end(t)
	b.check(t)
	b.compare(t, net)
	net.checkDrift(t, b)
	checkHealth(t, health, length, b.changes)
}

// soaking is the program under test.
type soaking struct {
	*exec.Cmd
	out    *os.File
	stderr *os.File
}

func startSoak(t *testing.T, inventory, health string) *soaking {
	t.Helper()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	s := &soaking{Cmd: program(t, "headless", "-c", inventory, "--every", "10s"), out: out, stderr: stderr}
	s.Env = append(s.Env, healthVariable+"="+health)
	s.Stdout, s.Stderr = in, stderr
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	t.Cleanup(func() { _ = s.Process.Kill(); out.Close() })
	return s
}

// end waits for the program, which must have nothing to complain about.
func (s *soaking) end(t *testing.T) {
	t.Helper()
	err := s.Wait()
	said, readErr := os.ReadFile(s.stderr.Name())
	if err := errors.Join(err, readErr); err != nil || len(said) > 0 {
		t.Errorf("ended with %v, said %q; want exit 0 and silence", err, said)
	}
	usage := s.ProcessState.SysUsage().(*syscall.Rusage)
	t.Logf("CPU: %v user, %v system; most memory %d KiB", s.ProcessState.UserTime(), s.ProcessState.SystemTime(), usage.Maxrss)
}

// readBook reads the stream to its end.
func readBook(d *stream.Decoder, from time.Time) *soakBook {
	b := newSoakBook(from)
	for {
		r, err := d.Next()
		if errors.Is(err, io.EOF) {
			return b
		}
		if err != nil {
			b.faults = append(b.faults, "the stream: "+err.Error())
			return b
		}
		b.add(&r)
	}
}
