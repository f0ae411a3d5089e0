package history

import (
	"fmt"
	"math"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// Options say what counts and who is told. The zero value is the whole journal.
type Options struct {
	// Since and Until are the window. Zero: the journal's begin and end.
	Since, Until time.Time
	// Keep chooses tunnels; nil: all. Spokes, hubs and tags are those of the tunnels
	// that are kept. It is asked with a tunnel's name, hub, spoke, rank and tags.
	Keep func(*fleet.Tunnel) bool

	// Outage is told of each outage in the window, in the order in which they end and
	// then, by [History.Report], those that go on. Gap is told of each time between
	// records that was not observed. Their errors end the reading. nil: nobody is told.
	Outage func(*Outage) error
	Gap    func(Gap) error
	// Problem is told what is wrong with a line, and was passed over; nil: nobody is.
	Problem func(Problem)
}

func (o *Options) gap(g Gap) error {
	if o.Gap == nil {
		return nil
	}
	return o.Gap(g)
}

// Problem is something that is wrong with a journal.
type Problem struct {
	File string
	Line int // from 1
	What string
}

func (p Problem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.What) }

// maxRows is how many tunnels, and how many spokes, are known at most, whatever a
// journal names.
const maxRows = 1_000_000

// History adds up the records that it is given, file by file in the order in which
// they were written. It is for one goroutine.
type History struct {
	options Options
	window  window

	tunnels      []*tunnel // in the order in which they were told
	spokes       []*spoke
	tunnelsNamed map[string]*tunnel
	spokesNamed  map[string]*spoke
	incidents    map[uint64]*Incident // of this run, that go on
	ended        []*outage            // not told yet, by their ends

	run      run
	greeting greeting
	journal  bool   // it is one: not every hello is a start
	stranger string // host whose records do not count
	first    int64  // record of all
	missing  int64  // time between runs and in silences, in the window
	report   Report

	file  string // that is being read
	files int
	line  int
}

// New returns a History that knows nothing yet.
func New(o Options) *History {
	h := &History{
		options: o, window: window{math.MinInt64 / 4, math.MaxInt64 / 4}, first: never,
		tunnelsNamed: map[string]*tunnel{}, spokesNamed: map[string]*spoke{}, incidents: map[uint64]*Incident{},
	}
	if !o.Since.IsZero() {
		h.window.from = o.Since.UnixMilli()
	}
	if !o.Until.IsZero() {
		h.window.to = o.Until.UnixMilli()
	}
	return h
}

func (h *History) problem(what string) {
	h.report.Problems++
	if h.options.Problem != nil {
		h.options.Problem(Problem{File: h.file, Line: h.line, What: what})
	}
}

// apply adds a record.
func (h *History) apply(b *stream.Brief) error {
	if err := h.welcome(starts(b)); err != nil {
		return err
	}
	if hello := b.Record.Hello; hello != nil {
		h.greeting = greeting{hello, h.files > 1 && h.line == 1}
		return nil
	}
	if h.stranger != "" || b.Time.IsZero() {
		return nil
	}
	at := msOf(b.Time)
	if !h.run.on { // its beginning is gone
		h.report.Runs++
		h.begin("", at)
	}
	if b.Kind == stream.BriefRecord && b.Record.Summary == nil && b.Record.Incident == nil {
		return nil
	}
	if err := h.advance(at); err != nil {
		return err
	}
	switch b.Kind {
	case stream.BriefTunnel:
		h.tunnelTold(b, at)
	case stream.BriefSpoke:
		h.spokeTold(b, at)
	case stream.BriefChange:
		h.tunnelChanged(b, at)
	case stream.BriefPathChange:
		h.spokeChanged(b, at)
	default:
		if err := h.other(&b.Record); err != nil {
			return err
		}
	}
	return h.tellEnded(h.run.last)
}

func (h *History) other(rec *stream.Record) error {
	if rec.Summary != nil {
		return h.summary(rec.Summary)
	}
	h.incident(rec.Incident)
	return nil
}

// always is later than any time.
const always = math.MaxInt64

// settle is how long after its end, in ms, an outage waits for the incident that it
// was part of: those are told a second apart.
const settle = 5000

// tellEnded tells of outages whose incident would be known by now.
func (h *History) tellEnded(now int64) error {
	n := 0
	for n < len(h.ended) && h.ended[n].end < now-settle {
		o := h.ended[n]
		n++
		if o.course.ended == o {
			o.course.ended = nil
		}
		if err := h.tell(o); err != nil {
			return err
		}
	}
	if n > 0 {
		h.ended = append(h.ended[:0], h.ended[n:]...)
	}
	return nil
}

// tell tells of an outage that is in the window, of a tunnel or spoke that is kept.
func (h *History) tell(o *outage) error {
	if !o.in(h.window) || !*o.keep {
		return nil
	}
	if o.incident != nil {
		h.report.credit(o)
	}
	if h.options.Outage == nil {
		return nil
	}
	t := o.tell(h.window, h.run.last)
	return h.options.Outage(&t)
}
