package replica

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"

	"greylag/fleet/serve"
)

// Options say how [Open] reads a source.
type Options struct {
	// Speed is that of a recording: see [ParseSpeed]. 0: as it was recorded. Nothing
	// else has a speed.
	Speed float64
	// Stdin is what "-" means. To be able to give up waiting for it, it should be an
	// [os.File].
	Stdin io.Reader
	// Through: a file is read to its end at once, as a pipe is, and not played.
	Through bool
}

// Open begins to read a source, until ctx is done: "-" is standard input, all else
// the path of a file, which is played as a recording, of a pipe, or of a unix
// socket, which is looked for again whenever it has gone. An error says that it
// can never be read; what goes wrong later is in [Feed.Status].
func Open(ctx context.Context, spec string, o Options) (Feed, error) {
	if spec == "-" {
		return openStdin(ctx, o)
	}
	info, err := os.Stat(spec)
	if err != nil {
		return nil, fmt.Errorf("%w: want a recording, a pipe or a unix socket", err)
	}
	switch {
	case info.Mode().IsRegular():
		return openRecording(ctx, spec, o)
	case info.IsDir():
		return nil, fmt.Errorf("%s is a directory: want a recording, a pipe or a unix socket", spec)
	case o.Speed != 0:
		return nil, liveSpeedError(spec)
	case info.Mode().Type() == fs.ModeSocket:
		return start(ctx, newLive(spec, socketDialer(spec), true)), nil
	case info.Mode().Type() == fs.ModeNamedPipe:
		return openPipe(ctx, spec)
	}
	return nil, fmt.Errorf("%s is a device: want a recording, a pipe or a unix socket", spec)
}

func liveSpeedError(name string) error {
	return fmt.Errorf("%s is no recording: only a file can be played at a speed", name)
}

func start(ctx context.Context, l *Live) *Live {
	go l.run(ctx)
	return l
}

func openRecording(ctx context.Context, path string, o Options) (Feed, error) {
	f, err := os.Open(path)
	switch {
	case err != nil:
		return nil, err
	case o.Through:
		return start(ctx, newLive(path, given(f), false)), nil
	}
	p, err := play(ctx, f, path, o)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return p, nil
}

// play begins to play a file, which it then closes.
func play(ctx context.Context, f *os.File, name string, o Options) (*Player, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	speed := o.Speed
	if speed == 0 {
		speed = 1
	}
	p := NewPlayer(f, info.Size(), name, speed)
	if p.tape.over {
		return nil, p.nothing()
	}
	go func() {
		defer f.Close()
		p.Run(ctx)
	}()
	return p, nil
}

// nothing is why there is no record in a recording.
func (p *Player) nothing() error {
	why := cmp.Or(p.tape.why, p.tape.faults.last, errors.New("there is no record in it"))
	return fmt.Errorf("%s is no recording of greylag's stream: %w", p.name, why)
}

const stdinName = "standard input"

// openStdin reads standard input, or plays it where it is a file.
func openStdin(ctx context.Context, o Options) (Feed, error) {
	f, isFile := o.Stdin.(*os.File)
	switch {
	case o.Stdin == nil:
		return nil, errors.New(stdinName + " is closed: pipe a stream into it")
	case isFile:
		return openStdinFile(ctx, f, o)
	case o.Speed != 0:
		return nil, liveSpeedError(stdinName)
	}
	return start(ctx, newLive(stdinName, given(io.NopCloser(o.Stdin)), false)), nil
}

func openStdinFile(ctx context.Context, f *os.File, o Options) (Feed, error) {
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", stdinName, err)
	case info.Mode().IsRegular() && !o.Through:
		return play(ctx, f, stdinName, o)
	case info.Mode().Type()&fs.ModeCharDevice != 0:
		return nil, errors.New(stdinName + " is a terminal or a device: pipe a stream into it, as in: ssh HOST greylag headless | greylag --from -")
	case o.Speed != 0:
		return nil, liveSpeedError(stdinName)
	}
	return start(ctx, newLive(stdinName, given(interruptible(f)), false)), nil
}

// given is what is open already, once.
func given(in io.ReadCloser) dialer {
	return func(context.Context) (io.ReadCloser, error) { return in, nil }
}

// interruptible is a pipe, opened once more so that closing it ends a Read: for a
// descriptor that it was given the runtime cannot do that. Where there is no
// opening it again it is f itself.
func interruptible(f *os.File) io.ReadCloser {
	raw, err := f.SyscallConn()
	if err != nil {
		return f
	}
	again := f
	_ = raw.Control(func(fd uintptr) {
		path := fmt.Sprintf("/proc/self/fd/%d", fd)
		if opened, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0); err == nil {
			again = opened
		}
	})
	return again
}

// openPipe reads a pipe that has a path. One that the shell made for a process ends
// with it; into a named one another process may write later.
func openPipe(ctx context.Context, path string) (Feed, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if target, err := os.Readlink(path); err == nil && strings.HasPrefix(target, "pipe:") {
		return start(ctx, newLive(path, given(f), false)), nil
	}
	l := newLive(path, nil, false)
	l.dial = given(&fifo{File: f, live: l, ended: ctx.Done()})
	return start(ctx, l), nil
}

// fifo is a named pipe, which has no end: while nobody writes it is looked at again
// and again. It is not closed meanwhile, for that would kill a writer.
type fifo struct {
	*os.File
	live  *Live
	ended <-chan struct{}
	heard bool // from the present writer
}

// fifoPause is how long a named pipe without a writer is left alone.
const fifoPause = firstPause

func (f *fifo) Read(b []byte) (int, error) {
	for {
		n, err := f.File.Read(b)
		if n > 0 {
			f.hear()
			return n, nil
		}
		if !errors.Is(err, io.EOF) {
			return n, err
		}
		f.miss()
		select {
		case <-f.ended:
			return 0, io.EOF
		case <-time.After(fifoPause):
		}
	}
}

// hear and miss keep the state.
func (f *fifo) hear() {
	if !f.heard {
		f.heard = true
		f.live.set(Streaming, "")
	}
}

func (f *fifo) miss() {
	if f.heard {
		f.heard = false
		f.live.set(Stale, "the writer has closed the pipe; waiting for another one")
	}
}

// socketDialer connects to a unix socket.
func socketDialer(path string) dialer {
	return func(ctx context.Context) (io.ReadCloser, error) { return serve.Dial(ctx, path) }
}
