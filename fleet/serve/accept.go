package serve

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"greylag/fleet/stream"
)

// Run lets viewers connect until ctx ends. Those who are connected stay until
// [Server.Close].
func (s *Server) Run(ctx context.Context) {
	defer context.AfterFunc(ctx, func() { s.listener.Close() })()
	failed := complaint{to: s.options.Stderr}
	for {
		conn, err := s.listener.AcceptUnix()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				conn.Close()
			}
			return
		case err != nil:
			failed.say(time.Now(), "socket %s: no viewer can connect: %v; greylag goes on, and tries again", s.options.Path, err)
			pause(ctx, acceptPause)
		case !s.enter(ctx, viewerOf(conn)):
			pause(ctx, refusePause)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// viewerOf is a connection with who is at the other end.
func viewerOf(conn *net.UnixConn) *viewer {
	v := newViewer(conn)
	v.who = "nobody knows who"
	if cred := credentials(conn); cred != nil {
		v.uid, v.who = cred.Uid, fmt.Sprintf("process %d of user %d", cred.Pid, cred.Uid)
		v.mayAsk = cred.Uid == 0 || int(cred.Uid) == os.Geteuid()
	}
	return v
}

// credentials tells who is at the other end of a unix socket; nil: the kernel does
// not say.
func credentials(conn net.Conn) (cred *unix.Ucred) {
	raw, err := conn.(*net.UnixConn).SyscallConn()
	if err != nil {
		return nil
	}
	_ = raw.Control(func(fd uintptr) {
		cred, _ = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	return cred
}

// enter lets a viewer wait for its stream, or refuses it.
func (s *Server) enter(ctx context.Context, v *viewer) bool {
	if why := s.queue(v); why != "" {
		refuse(v, why)
		return false
	}
	s.running.Go(func() {
		v.write(newOutput(v.conn, &s.turns))
		v.leave()
		s.remove(v)
	})
	s.running.Go(func() { s.listen(ctx, v) })
	s.poke()
	return true
}

// queue adds a viewer to those who wait; or says why there is no room.
func (s *Server) queue(v *viewer) (why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, same := len(s.waiting)+len(s.viewers), 0
	for _, list := range [][]*viewer{s.waiting, s.viewers} {
		for _, other := range list {
			if other.uid == v.uid {
				same++
			}
		}
	}
	switch {
	case s.closed:
		return "this greylag is ending"
	case all >= mostViewers:
		why = fmt.Sprintf("%d viewers are connected, and that is the most: end one", all)
	case same >= mostOfUser:
		why = fmt.Sprintf("%d viewers of user %d are connected, and that is the most of one user: end one", same, v.uid)
	default:
		s.waiting = append(s.waiting, v)
		return ""
	}
	s.stats.Refused++
	return why
}

// refuse says why, and ends the connection. Nothing has been written to it yet, so
// that there is room for a line.
func refuse(v *viewer, why string) {
	_ = v.conn.SetWriteDeadline(time.Now().Add(refusePause))
	_, _ = v.conn.Write(stream.AppendReply(nil, &stream.Reply{Request: stream.RequestStream, Text: why}))
	v.leave()
}

// Close ends the viewers, when they have read the rest or had time enough for it, and
// removes the socket. Nothing is to be written any more, and Run has returned.
func (s *Server) Close() error {
	_ = s.listener.Close()
	s.finish()
	return s.place.remove()
}

// finish ends the viewers, when they have read the rest or had time enough for it.
func (s *Server) finish() {
	s.mu.Lock()
	s.closed = true
	all := append(s.viewers[:len(s.viewers):len(s.viewers)], s.waiting...)
	s.mu.Unlock()
	s.turns.endRests()
	for _, v := range all {
		v.finish()
	}
	s.running.Wait()
}
