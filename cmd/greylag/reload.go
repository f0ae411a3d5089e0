package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"greylag/fleet/serve"
	"greylag/fleet/stream"
)

func (a *app) reload() *cobra.Command {
	var socket string
	c := &cobra.Command{
		Use:   "reload",
		Short: "Have a running greylag read its inventory anew",
		Long: "Ask the greylag that serves a socket (greylag headless --socket PATH) to read its inventory\n" +
			"anew, as SIGHUP does, and say what came of it. Tunnels that are declared as before go on as\n" +
			"they are. An inventory with mistakes changes nothing: they are all printed, and the exit code\n" +
			"is 78. Only root and the user as whom that greylag runs may ask.",
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if socket == "" {
				return usageError{errors.New("--socket PATH is missing: where does the greylag listen that is to reload?")}
			}
			return a.askToReload(c.Context(), socket)
		},
	}
	c.Flags().StringVar(&socket, "socket", "", "ask the greylag that serves the socket at `PATH`")
	return c
}

// askToReload asks the greylag at a socket, and prints its answer.
func (a *app) askToReload(ctx context.Context, socket string) error {
	conn, err := serve.Dial(ctx, socket)
	if err != nil {
		return fmt.Errorf("--socket: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if _, err := conn.Write(stream.AppendRequest(nil, &stream.Request{Request: stream.RequestReload})); err != nil {
		return fmt.Errorf("asking %s to reload: %w", socket, err)
	}
	reply, err := awaitReply(stream.NewDecoder(conn))
	if err != nil {
		return fmt.Errorf("%s has not answered, and whether it reloads is not known: %w (is it a greylag's, and does that still run?)", socket, err)
	}
	return a.tellReply(reply)
}

// awaitReply reads the stream up to the reply: to the request, or to the connection.
func awaitReply(d *stream.Decoder) (*stream.Reply, error) {
	for {
		rec, err := d.Next()
		var line *stream.LineError
		switch {
		case errors.As(err, &line): // of a later greylag, say
		case err != nil:
			return nil, err
		case rec.Reply != nil:
			return rec.Reply, nil
		}
	}
}

// tellReply prints an answer. Mistakes of an inventory have their exit code.
func (a *app) tellReply(reply *stream.Reply) error {
	if reply.OK {
		_, err := fmt.Fprintln(a.stdout, reply.Text)
		return err
	}
	for _, line := range reply.Errors {
		fmt.Fprintln(a.stderr, line)
	}
	if len(reply.Errors) == 0 {
		return errors.New(reply.Text)
	}
	fmt.Fprintln(a.stderr, reply.Text)
	return exit(exitInventory)
}
