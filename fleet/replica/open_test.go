package replica

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// patience is how long these tests wait for what must come: they use real pipes and
// sockets, and so real time.
const patience = time.Minute

// await waits until a feed's status is as wanted.
func await(t *testing.T, f Feed, what string, is func(Status) bool) Status {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if s := f.Status(time.Now()); is(s) {
			return s
		}
	}
	t.Fatalf("not %s: %+v", what, f.Status(time.Now()))
	return Status{}
}

func awaitState(t *testing.T, f Feed, state State) Status {
	t.Helper()
	return await(t, f, string(state), func(s Status) bool { return s.State == state })
}

// awaitEvents waits for what came last.
func awaitEvents(t *testing.T, f Feed, want string) {
	t.Helper()
	await(t, f, want, func(Status) bool { return log(f, 0) == want })
}

// finish checks that a feed ends when nobody wants it any more.
func finish(t *testing.T, f Feed, cancel context.CancelFunc) {
	t.Helper()
	cancel()
	select {
	case <-f.Done():
	case <-time.After(patience):
		t.Fatal("it does not end")
	}
}

func open(t *testing.T, spec string, o Options) (Feed, context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	f, err := Open(ctx, spec, o)
	if err != nil {
		t.Fatal(err)
	}
	return f, cancel
}

func write(t *testing.T, w io.Writer, text string) {
	t.Helper()
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
}

var down = text(hello(0, "jump1"), event(1, "a", "up", "down"))

func TestOpenReader(t *testing.T) {
	f, cancel := open(t, "-", Options{Stdin: strings.NewReader(down + "rubbish\n" + down[:20])})
	defer cancel()
	<-f.Done()
	s := f.Status(time.Now())
	want := "2 lines passed over, the last one: line 4: no valid JSON at byte 20: unexpected end of JSON input"
	if s.State != Ended || s.Label != "jump1" || s.Version != "0.1.0" || s.Problem != want || log(f, 0) != "a>down" {
		t.Errorf("%+v", s)
	}
}

func TestOpenStdinPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	f, cancel := open(t, "-", Options{Stdin: r})
	defer cancel()
	if s := f.Status(time.Now()); s.State != Connecting || s.Label != "standard input" || s.Problem != "" || s.Age != 0 {
		t.Errorf("%+v", s)
	}
	write(t, w, down)
	awaitEvents(t, f, "a>down")
	if s := awaitState(t, f, Streaming); s.Problem != "" || s.Newest != at(0) {
		t.Errorf("%+v", s)
	}
	w.Close()
	if s := awaitState(t, f, Ended); s.Problem != "" {
		t.Errorf("%+v", s)
	}
}

// A reader that waits for a silent writer ends all the same.
func TestOpenStdinPipeIsInterrupted(t *testing.T) {
	var fds [2]int
	if err := syscall.Pipe(fds[:]); err != nil { // blocking, as a shell's
		t.Fatal(err)
	}
	r, w := os.NewFile(uintptr(fds[0]), "stdin"), os.NewFile(uintptr(fds[1]), "writer")
	defer w.Close()
	defer r.Close()
	f, cancel := open(t, "-", Options{Stdin: r})
	write(t, w, down)
	awaitState(t, f, Streaming)
	finish(t, f, cancel)
	if s := f.Status(time.Now()); s.State != Ended || s.Problem != "" {
		t.Errorf("%+v", s)
	}
}

func TestOpenNamedPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	f, cancel := open(t, path, Options{})
	for i, events := range []string{"a>down", "a>down a>down"} {
		w, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		write(t, w, down)
		awaitEvents(t, f, events)
		awaitState(t, f, Streaming)
		w.Close()
		s := awaitState(t, f, Stale)
		if s.Problem != "the writer has closed the pipe; waiting for another one" {
			t.Errorf("writer %d: %+v", i, s)
		}
	}
	finish(t, f, cancel)
}

// A shell's <(command) is a path, and ends with the command.
func TestOpenProcessSubstitution(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	raw, err := r.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var path string
	if err := raw.Control(func(fd uintptr) { path = fmt.Sprintf("/dev/fd/%d", fd) }); err != nil {
		t.Fatal(err)
	}
	write(t, w, down)
	w.Close()
	f, cancel := open(t, path, Options{})
	defer cancel()
	awaitState(t, f, Ended)
	if log(f, 0) != "a>down" {
		t.Errorf("%s", log(f, 0))
	}
}

func TestOpenSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "greylag.sock")
	listen := func() net.Listener {
		l, err := net.Listen("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	l := listen()
	f, cancel := open(t, path, Options{})
	for _, events := range []string{"a>down", "a>down a>down"} {
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		write(t, c, down)
		awaitEvents(t, f, events)
		awaitState(t, f, Streaming)
		l.Close()
		c.Close()
		s := await(t, f, "refused", func(s Status) bool { return strings.Contains(s.Problem, "trying again") })
		if s.State != Stale || s.Label != "jump1" || s.Since.IsZero() {
			t.Errorf("%+v", s)
		}
		l = listen()
	}
	l.Close()
	finish(t, f, cancel)
}

// A greylag that is too new will not be another one a second later.
func TestSocketOfLaterGreylag(t *testing.T) {
	path := filepath.Join(t.TempDir(), "greylag.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	f, cancel := open(t, path, Options{})
	defer cancel()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	write(t, c, `{"type":"hello","schema":2,"version":"9.0.0"}`+"\n")
	s := awaitState(t, f, Ended)
	if want := "line 1: this greylag is too old: it reads schema 1, and the stream is schema 2, from greylag 9.0.0"; s.Problem != want {
		t.Errorf("%s", s.Problem)
	}
}

// A socket that has no room says so, and is looked for again. Other replies, and
// requests, tell nothing.
func TestSocketRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var text atomic.Value
		text.Store(`{"type":"reply","request":"stream","ok":false,"text":"256 viewers are connected already"}` + "\n")
		l := newLive("socket", func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(text.Load().(string))), nil
		}, true)
		start(ctx, l)
		synctest.Wait()
		if s := l.Status(time.Now()); s.State != Connecting || s.Problem != "256 viewers are connected already; trying again" {
			t.Errorf("%+v", s)
		}
		text.Store(down + `{"type":"request","request":"reload"}` + "\n" + `{"type":"reply","request":"reload","ok":false,"text":"no"}` + "\n")
		time.Sleep(firstPause)
		synctest.Wait()
		if s := l.Status(time.Now()); s.State != Stale || s.Problem != "the source has closed the stream; looking for it again" {
			t.Errorf("%+v", s)
		}
		cancel()
		<-l.Done()
	})
}

// The pause doubles up to two seconds, and is short again after something came.
func TestReconnectPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var dials []time.Duration
		begin := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		l := newLive("socket", func(context.Context) (io.ReadCloser, error) {
			dials = append(dials, time.Since(begin).Round(time.Millisecond))
			if len(dials) == 7 {
				return io.NopCloser(strings.NewReader(down)), nil
			}
			return nil, errors.New("refused")
		}, true)
		start(ctx, l)
		time.Sleep(8 * time.Second)
		synctest.Wait()
		if s := l.Status(time.Now()); s.State != Stale || s.Problem != "refused; trying again" {
			t.Errorf("%+v", s)
		}
		cancel()
		<-l.Done()
		ms := time.Millisecond
		want := []time.Duration{0, 100 * ms, 300 * ms, 700 * ms, 1500 * ms, 3100 * ms, 5100 * ms, 5200 * ms, 5400 * ms, 5800 * ms, 6600 * ms}
		for i, w := range want {
			if i >= len(dials) || dials[i] != w {
				t.Fatalf("dialled at %v, want %v", dials, want)
			}
		}
	})
}

func TestOpenRecording(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.ndjson")
	if err := os.WriteFile(path, []byte(text(recording()...)), 0o600); err != nil {
		t.Fatal(err)
	}
	stdin, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for spec, o := range map[string]Options{path: {Speed: Unpaced}, "-": {Speed: Unpaced, Stdin: stdin}} {
		f, cancel := open(t, spec, o)
		awaitState(t, f, Ended)
		if got := rows(f.Report(time.Now(), nil)); got != "a=up b=down" {
			t.Errorf("%s: %s", spec, got)
		}
		finish(t, f, cancel)
	}
	f, cancel := open(t, path, Options{})
	if p := f.(*Player); p.Position(time.Now()).Speed != 1 {
		t.Errorf("%+v", p.Position(time.Now()))
	}
	finish(t, f, cancel)
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		spec string
		o    Options
		want string
	}{
		{"-", Options{}, "standard input is closed: pipe a stream into it"},
		{"-", Options{Stdin: null}, "standard input is a terminal or a device: pipe a stream into it, as in: ssh HOST greylag headless | greylag --from -"},
		{"-", Options{Stdin: strings.NewReader(""), Speed: 2}, "standard input is no recording: only a file can be played at a speed"},
		{fifo, Options{Speed: 2}, fifo + " is no recording: only a file can be played at a speed"},
		{dir, Options{}, dir + " is a directory: want a recording, a pipe or a unix socket"},
		{os.DevNull, Options{}, "/dev/null is a device: want a recording, a pipe or a unix socket"},
		{"/nowhere", Options{}, "stat /nowhere: no such file or directory: want a recording, a pipe or a unix socket"},
		{file("empty", ""), Options{}, dir + "/empty is no recording of greylag's stream: there is no record in it"},
		{file("toml", "[[hub]]\n"), Options{}, dir + "/toml is no recording of greylag's stream: line 1: no valid JSON at byte 3: invalid character 'h' looking for beginning of value"},
	}
	for _, c := range cases {
		if _, err := Open(t.Context(), c.spec, c.o); err == nil || err.Error() != c.want {
			t.Errorf("%s\ngot  %v\nwant %s", c.spec, err, c.want)
		}
	}
}
