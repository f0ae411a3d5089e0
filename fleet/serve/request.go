package serve

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"greylag/fleet/stream"
)

// listen answers what a viewer requests, until it goes.
func (s *Server) listen(ctx context.Context, v *viewer) {
	in := bufio.NewReaderSize(v.conn, maxRequest)
	for {
		line, err := in.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			s.expel(v, fmt.Sprintf("a line of over %d bytes is no request", maxRequest))
			return
		case len(line) == 0 && errors.Is(err, io.EOF):
			v.outlast()
			return
		case len(line) == 0:
			v.leave()
			return
		}
		reply, ok := s.answer(ctx, v, line)
		if !ok {
			s.expel(v, reply.Text)
			return
		}
		s.reply(v, &reply)
		v.pause(requestPause)
	}
}

// pause waits, but not for a viewer that has gone.
func (v *viewer) pause(d time.Duration) {
	select {
	case <-v.done:
	case <-time.After(d):
	}
}

// answer does what a line requests. ok: it is a request.
func (s *Server) answer(ctx context.Context, v *viewer, line []byte) (reply stream.Reply, ok bool) {
	rec, err := stream.NewDecoder(bytes.NewReader(line)).Next()
	switch {
	case err == nil && rec.Request != nil:
		return s.perform(ctx, v, rec.Request.Request), true
	case err == nil:
		err = errors.New("it is another record")
	}
	return stream.Reply{Text: fmt.Sprintf("no request (%v): the only line to send is %s", cmp.Or(errors.Unwrap(err), err), bytes.TrimSpace(example))}, false
}

// example is what a request looks like.
var example = stream.AppendRequest(nil, &stream.Request{Request: stream.RequestReload})

// perform does what was requested, if it is offered and the viewer may ask for it.
func (s *Server) perform(ctx context.Context, v *viewer, request string) stream.Reply {
	reply := stream.Reply{Request: request}
	handler := s.options.Requests[request]
	switch {
	case handler == nil:
		reply.Text = fmt.Sprintf("%.32q is not offered here", request)
		return reply
	case !v.mayAsk:
		reply.Text = fmt.Sprintf("only root and user %d, as whom this greylag runs, may ask for that: you are user %d", os.Geteuid(), v.uid)
		return reply
	}
	s.asking.Lock()
	text, err := handler(ctx)
	s.asking.Unlock()
	reply.OK, reply.Text = err == nil, text
	if err != nil {
		reply.Errors = slices.Collect(lines(err.Error()))
		reply.Text = cmp.Or(text, reply.Errors[0])
	}
	return reply
}

// lines are those of a text, without their ends. There is at least one.
func lines(text string) func(yield func(string) bool) { return strings.SplitSeq(text, "\n") }

// reply queues a reply. Who asks on and on and reads nothing is dropped.
func (s *Server) reply(v *viewer, reply *stream.Reply) {
	now := time.Now()
	v.take(newChunk(stream.AppendReply(nil, reply), 1, &s.held), now)
	if v.lag() > room {
		s.drop(v, now)
	}
}

// expel ends a viewer that sends junk. What was on its way still reaches it, and then
// why.
func (s *Server) expel(v *viewer, why string) {
	s.mu.Lock()
	s.stats.Refused++
	s.mu.Unlock()
	v.take(newChunk(stream.AppendReply(nil, &stream.Reply{Request: stream.RequestStream, Text: why}), 1, &s.held), time.Now())
	v.finish()
}

// outlast waits until a viewer has gone that sends nothing any more, but may still
// read: it has closed the connection, or only its half of it.
func (v *viewer) outlast() {
	tick := time.NewTicker(hangUpEvery)
	defer tick.Stop()
	for !v.hungUp() {
		select {
		case <-v.done:
			return
		case <-tick.C:
		}
	}
	v.leave()
}

// hungUp tells whether nobody is at the other end: poll(2) says so for a socket of
// which both halves are closed.
func (v *viewer) hungUp() bool {
	raw, ok := v.conn.(syscall.Conn)
	if !ok {
		return true
	}
	conn, err := raw.SyscallConn()
	if err != nil {
		return true
	}
	gone := false
	err = conn.Control(func(fd uintptr) {
		fds := []unix.PollFd{{Fd: int32(fd)}}
		n, err := unix.Poll(fds, 0)
		gone = err == nil && n > 0 && fds[0].Revents&(unix.POLLHUP|unix.POLLERR) != 0
	})
	return gone || err != nil
}
