package main

import (
	"context"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// lookEvery is how often a quiet output is asked whether its reader is there:
// who writes finds out by writing.
const lookEvery = time.Second

// whileRead is ctx until the reader of a pipe or socket has gone away. A stream
// that has nothing to say for hours should not outlive it. After the cancel function
// has returned w is not looked at any more.
func whileRead(ctx context.Context, w io.Writer) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	f, ok := w.(*os.File)
	if !ok || !isStream(f) {
		return ctx, cancel
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if readerGone(f) {
					cancel()
				}
			}
		}
	}()
	return ctx, func() { cancel(); <-over }
}

func isStream(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&(os.ModeNamedPipe|os.ModeSocket) != 0
}

// readerGone asks the kernel, without waiting: poll(2) says so by an error that
// need not be asked for.
func readerGone(f *os.File) bool {
	fds := []unix.PollFd{{Fd: int32(f.Fd())}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n > 0 && fds[0].Revents&(unix.POLLERR|unix.POLLHUP) != 0
}
