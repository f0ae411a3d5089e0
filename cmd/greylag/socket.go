package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"greylag/fleet/serve"
	"greylag/fleet/stream"
)

// socketOptions say over which socket the stream is served, and to whom.
type socketOptions struct {
	path     string
	modeText string
	group    string
	mode     fs.FileMode
}

func (o *socketOptions) flags(c *cobra.Command) {
	c.Flags().StringVar(&o.path, "socket", "", "serve the stream over a unix socket at `PATH` too, to any number of viewers:\ngreylag --from PATH")
	c.Flags().StringVar(&o.modeText, "socket-mode", "0660", "permissions of the socket: who may write to it may view; octal `MODE`")
	c.Flags().StringVar(&o.group, "socket-group", "", "give the socket to this `GROUP`")
}

// check finds what makes no sense.
func (o *socketOptions) check() error {
	if o.modeText == "" { // no flags of this kind
		return nil
	}
	if mode, err := strconv.ParseUint(o.modeText, 8, 32); err != nil || mode > 0o777 {
		return usageError{fmt.Errorf("--socket-mode %s is no mode: want octal digits, such as 0660", o.modeText)}
	} else {
		o.mode = fs.FileMode(mode)
	}
	if o.path == "" && o.group != "" {
		return usageError{errors.New("--socket-group needs --socket PATH")}
	}
	return nil
}

// socket is an outlet: it serves a station's stream to viewers. Nothing is encoded
// while there is none, and what is, once for all of them.
type socket struct {
	*serve.Server
	station *station
	options reporting
	stderr  io.Writer
}

// sockets are the socket, if one is asked for. Nobody is served yet.
func sockets(s *station, o reporting, stderr io.Writer) (outlets, error) {
	if o.socket.path == "" {
		return nil, nil
	}
	server, err := serve.Listen(serve.Options{
		Path: o.socket.path, Mode: o.socket.mode, Group: o.socket.group, Every: o.every,
		Requests: o.reloader.requests(), Stderr: stderr,
	})
	if err != nil {
		return nil, fmt.Errorf("--socket: %w", err)
	}
	return outlets{&socket{Server: server, station: s, options: o, stderr: stderr}}, nil
}

// run implements [outlet].
func (s *socket) run(ctx context.Context) error {
	accepting := make(chan struct{})
	go func() {
		defer close(accepting)
		s.Server.Run(ctx)
	}()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-s.Changed():
			s.tell(ctx)
		}
	}
	<-accepting
	return s.Close()
}

// tell writes the stream until nobody reads it any more, or ctx ends. What happened
// before is for nobody.
func (s *socket) tell(ctx context.Context) {
	j := newJournalist(s.station, s.Everyone(), s.options)
	j.stderr = s.stderr
	j.told = s.station.store.LastEvent()
	_, j.diary.told = s.station.store.IncidentsSince(math.MaxUint64)
	j.readers = &viewers{Server: s.Server, journalist: j}
	if err := j.write(ctx, nil); err == nil { // nothing but that nobody is there is an error
		_ = j.last()
	}
}

// errNobody ends a stream that nobody reads.
var errNobody = errors.New("nobody reads the stream")

// viewers are the readers of a socket's stream.
type viewers struct {
	*serve.Server
	journalist *journalist
	group      *serve.Group // that gets the next report
}

func (v *viewers) changed() <-chan struct{} { return v.Changed() }

func (v *viewers) busy() func() bool { return v.group.Busy }

func (v *viewers) gather() (any bool) { return v.write(v.Gather()) }

// write sees to it that the next report is for a group, if there is one.
func (v *viewers) write(g *serve.Group) (any bool) {
	if g == nil {
		return false
	}
	v.group, v.journalist.reports = g, stream.NewEncoder(g)
	return true
}

// begin tells the others what they have not been told yet: what those who come are
// told begins after it.
func (v *viewers) begin() error {
	if !v.Watched() {
		return errNobody
	}
	if err := v.journalist.changes(); err != nil {
		return err
	}
	if err := v.journalist.renew(); err != nil || !v.write(v.Admit(time.Now())) {
		return err
	}
	return v.journalist.begin()
}
