package replica

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"greylag/fleet/stream"
)

// How long a source that has gone is left alone before it is looked for again:
// twice as long each time, until it has told something.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 2 * time.Second
)

// Live is a replica of a stream that is being written.
type Live struct {
	*Replica
	name  string
	dial  dialer
	again bool // whoever has gone may come back
	done  chan struct{}

	mu      sync.Mutex
	state   State
	since   time.Time
	problem string // why it is not Streaming
	faults  faults
}

// dialer connects to a source. What it returns is closed to end a Read.
type dialer func(ctx context.Context) (io.ReadCloser, error)

func newLive(name string, dial dialer, again bool) *Live {
	return &Live{
		Replica: New(), name: name, dial: dial, again: again, done: make(chan struct{}),
		state: Connecting, since: time.Now(),
	}
}

// run reads until the source ends for good or ctx is done.
func (l *Live) run(ctx context.Context) {
	defer close(l.done)
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		heard, err := l.connect(ctx)
		if ctx.Err() != nil || !l.again || isFinal(err) {
			l.end(ctx, err)
			return
		}
		l.leave(err)
		if heard {
			pause = firstPause
		}
		sleep(ctx, pause)
	}
}

// isFinal tells whether a source is not worth another look: it would say the same.
func isFinal(err error) bool {
	_, is := errors.AsType[*stream.SchemaError](err)
	return is
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// connect reads one connection to its end, and tells whether anything came.
func (l *Live) connect(ctx context.Context) (heard bool, err error) {
	in, err := l.dial(ctx)
	if err != nil {
		return false, err
	}
	defer in.Close()
	stop := context.AfterFunc(ctx, func() { in.Close() })
	defer stop()
	var refusal error
	for dec := stream.NewDecoder(in); ; {
		rec, err := dec.Next()
		if bad, ok := errors.AsType[*stream.LineError](err); ok {
			l.fault(bad)
			continue
		}
		if err != nil {
			return heard, cmp.Or(refusal, err)
		}
		if rec.Reply != nil {
			refusal = refused(rec.Reply)
			continue
		}
		l.Apply(rec, time.Now())
		if !heard {
			heard = true
			l.set(Streaming, "")
		}
		l.sound()
	}
}

// refused is why a source will send no stream; nil where it did not say so.
func refused(r *stream.Reply) error {
	if r.OK || r.Request != stream.RequestStream {
		return nil
	}
	return errors.New(r.Text)
}

func (l *Live) fault(bad *stream.LineError) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults.add(bad)
}

// sound notes that a line could be read.
func (l *Live) sound() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults.torn = false
}

// leave notes that a connection has ended, or never began.
func (l *Live) leave(err error) {
	state := Stale
	if l.Replica.status("", time.Time{}).Newest.IsZero() {
		state = Connecting
	}
	why := "the source has closed the stream; looking for it again"
	if !errors.Is(err, io.EOF) {
		why = fmt.Sprintf("%v; trying again", err)
	}
	l.set(state, why)
}

// end notes that nothing more will come. That we have closed it is no problem.
func (l *Live) end(ctx context.Context, err error) {
	why := ""
	if ctx.Err() == nil && !errors.Is(err, io.EOF) {
		why = err.Error()
	}
	l.set(Ended, why)
}

func (l *Live) set(state State, problem string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state != state {
		l.state, l.since = state, time.Now()
	}
	l.problem = problem
}

// Status tells of the stream.
func (l *Live) Status(now time.Time) Status {
	s := l.Replica.status(l.name, now)
	l.mu.Lock()
	defer l.mu.Unlock()
	s.State, s.Since = l.state, l.since
	s.Problem = problems(l.problem, l.faults.text(l.state == Ended), s.Problem)
	return s
}

// Done is closed when nothing more is read.
func (l *Live) Done() <-chan struct{} { return l.done }
