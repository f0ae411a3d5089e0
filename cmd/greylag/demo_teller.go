package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// teller tells a person what the stream says, a line an event, and what is done
// to the network, so that cause and effect stand under each other.
type teller struct {
	app   *app
	out   *steady
	zone  *time.Location
	paint bool
	start time.Time

	mu        sync.Mutex // guards the rest: the script and the stream both tell
	crowd     crowd
	tally     tally
	incidents map[uint64]int // by number: members told, of those that go on
}

func newTeller(a *app, headlines []string) *teller {
	t := &teller{
		app: a, out: newSteady(a.stdout, a.stderr), zone: time.Local,
		paint: paints(a.stdout, os.LookupEnv), start: time.Now(), incidents: map[uint64]int{},
	}
	_, _ = io.WriteString(t.out, strings.Join(headlines, "\n")+"\n\n") // the next line says what is wrong
	return t
}

func (t *teller) audience(o reporting) audience {
	return audience{
		show: func(ctx context.Context, s *station) error { return t.show(ctx, s, o) },
		say:  t.say,
	}
}

// paints tells whether w is a terminal that may be coloured. NO_COLOR counts by
// its presence.
func paints(w io.Writer, lookup func(string) (string, bool)) bool {
	f, isFile := w.(*os.File)
	_, plain := lookup("NO_COLOR")
	terminal, _ := lookup("TERM")
	if !isFile || plain || terminal == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// show runs the station and tells its stream, and at the end what it came to.
func (t *teller) show(ctx context.Context, s *station, o reporting) error {
	from, to := io.Pipe()
	reporter := *t.app
	reporter.stdout = to
	done := make(chan error, 1)
	go func() {
		err := t.follow(stream.NewDecoder(from))
		_ = from.CloseWithError(err) // ends the reporter's writing; never fails
		done <- err
	}()
	err := reporter.report(ctx, s, o)
	_ = to.Close() // never fails
	told := <-done
	if told == nil {
		told = t.end()
	}
	return errors.Join(err, outputError(told), t.out.farewell())
}

// follow tells records until the stream ends.
func (t *teller) follow(d *stream.Decoder) error {
	for {
		r, err := d.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = t.record(&r)
		}
		if err != nil {
			return err
		}
	}
}

func (t *teller) record(r *stream.Record) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case r.Event != nil:
		t.tally.add(r.Event)
		return t.event(r.Event)
	case r.Incident != nil:
		return t.incident(r.Incident)
	case r.Summary != nil:
		t.tally.engine = &r.Summary.Engine
		return t.line(r.Summary.Time, tellSummary(r.Summary))
	}
	return nil
}

// event tells one event, if not too many were told in the same second.
func (t *teller) event(e *fleet.Event) error {
	line := tellEvent(e)
	over, since, left := t.crowd.push(e.Time, line.word)
	if left != "" {
		if err := t.write(since, told{"...", left}); err != nil {
			return err
		}
	}
	if over {
		return nil
	}
	return t.write(e.Time, line)
}

// incident tells an incident when it begins, when it has grown, and when it ends.
// The stream has more of it: who of its members is up again.
func (t *teller) incident(i *fleet.Incident) error {
	size := len(i.Members) + i.More
	switch {
	case !i.End.IsZero():
		delete(t.incidents, i.Number)
	case t.incidents[i.Number] == size:
		return nil
	default:
		t.incidents[i.Number] = size
	}
	return t.line(i.Time, tellIncident(i, t.zone))
}

// say tells what is done to the network.
func (t *teller) say(text string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.line(time.Now(), told{demoWord, text})
}

// line tells what must not wait, and what was left out before it.
func (t *teller) line(at time.Time, line told) error {
	if since, left := t.crowd.flush(); left != "" {
		if err := t.write(since, told{"...", left}); err != nil {
			return err
		}
	}
	return t.write(at, line)
}

func (t *teller) write(at time.Time, line told) error {
	word := fmt.Sprintf("%-8s", line.word)
	if t.paint {
		word = paint(line.word, word)
	}
	_, err := fmt.Fprintf(t.out, "%s  %s  %s\n", at.In(t.zone).Format(tellTime), word, line.text)
	return err
}

// end tells what happened.
func (t *teller) end() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	return t.line(now, told{"END", "after " + seconds(now.Sub(t.start)) + ": " + t.tally.text()})
}
