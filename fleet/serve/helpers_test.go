package serve

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// soon bounds what comes at once, on a busy machine too.
const soon = time.Minute

// served is a server on a socket of its own. It ends with the test.
type served struct {
	*Server
	path   string
	stderr *said
	cancel context.CancelFunc
	over   chan struct{}
}

func serve(t *testing.T, o Options) *served {
	t.Helper()
	o.Path = filepath.Join(t.TempDir(), "s")
	if o.Mode == 0 {
		o.Mode = 0o600
	}
	stderr := &said{}
	o.Stderr = stderr
	server, err := Listen(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s := &served{Server: server, path: o.Path, stderr: stderr, cancel: cancel, over: make(chan struct{})}
	go func() {
		defer close(s.over)
		server.Run(ctx)
	}()
	t.Cleanup(func() {
		if err := s.end(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// end ends it as a program does.
func (s *served) end() error {
	s.cancel()
	<-s.over
	return s.Close()
}

// said is what was said on standard error, which several may write to.
type said struct {
	lines chan string
}

func (s *said) Write(b []byte) (int, error) {
	if s.lines != nil {
		s.lines <- string(b)
	}
	return len(b), nil
}

// admit lets in so many, as they come, and returns the last of them.
func (s *served) admit(t *testing.T, n int) (last *Group) {
	t.Helper()
	for limit := time.After(soon); n > 0; {
		select {
		case <-s.Changed():
			if g := s.Admit(time.Now()); g != nil {
				last = g
				n -= len(g.viewers)
			}
		case <-limit:
			t.Fatalf("%d have not come", n)
		}
	}
	return last
}

// gone waits until so many are left.
func (s *served) left(t *testing.T, n int) {
	t.Helper()
	for limit := time.After(soon); s.Stats().Viewers != n; {
		select {
		case <-s.Changed():
		case <-limit:
			t.Fatalf("%d viewers are connected, want %d", s.Stats().Viewers, n)
		}
	}
}

// reader is a viewer's end.
type reader struct {
	*net.UnixConn
	lines *bufio.Reader
}

func (s *served) connect(t *testing.T) *reader {
	t.Helper()
	conn, err := net.Dial("unix", s.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(soon))
	return &reader{conn.(*net.UnixConn), bufio.NewReader(conn)}
}

// line reads one line.
func (r *reader) line(t *testing.T) string {
	t.Helper()
	line, err := r.lines.ReadString('\n')
	if err != nil {
		t.Fatalf("%q, %v", line, err)
	}
	return strings.TrimSuffix(line, "\n")
}

// rest reads what still comes.
func (r *reader) rest() (string, error) {
	text, err := io.ReadAll(r.lines)
	return string(text), err
}

func write(t *testing.T, w io.Writer, format string, args ...any) {
	t.Helper()
	if _, err := fmt.Fprintf(w, format, args...); err != nil {
		t.Fatal(err)
	}
}

// piped is a server with viewers in memory, for synctest: there is no socket.
type piped struct {
	*Server
	t    *testing.T
	said strings.Builder
}

func newPiped(t *testing.T) *piped {
	p := &piped{t: t}
	p.Server = newServer(Options{Path: "/s", Stderr: &p.said, Every: 10 * time.Second})
	return p
}

// join connects a viewer of a user, and lets it in.
func (p *piped) join(uid uint32) (far net.Conn, own *Group) {
	p.t.Helper()
	far, v := p.viewer(uid)
	if !p.enter(p.t.Context(), v) {
		p.t.Fatal("refused")
	}
	for own == nil {
		if own = p.Admit(time.Now()); own == nil {
			time.Sleep(admitPause)
		}
	}
	return far, own
}

func (p *piped) viewer(uid uint32) (far net.Conn, v *viewer) {
	near, far := net.Pipe()
	p.t.Cleanup(func() { far.Close() })
	v = newViewer(near)
	v.uid, v.who = uid, fmt.Sprintf("user %d", uid)
	return far, v
}

// put writes so many bytes in pieces, as a report comes, and returns how many.
func put(w io.Writer, size int) (written int) {
	for piece := text(writeSize); written < size; written += len(piece) {
		_, _ = w.Write(piece)
	}
	return written
}

// text is so many bytes in lines of 100.
func text(size int) []byte {
	line := strings.Repeat("x", 99) + "\n"
	return []byte(strings.Repeat(line, size/len(line)))
}
