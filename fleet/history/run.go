package history

import (
	"fmt"
	"slices"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// run is the time from a hello to the last record before the next one.
type run struct {
	host  string
	on    bool
	began int64
	last  int64 // the newest record

	beat beat
	book roll // of the report that is being read
}

// beat is how regularly summaries come.
type beat struct {
	last  int64
	gaps  [8]int64 // the newest, as a ring
	count int
}

// add takes the time of a summary.
func (b *beat) add(at int64) {
	if b.count > 0 {
		b.gaps[b.count%len(b.gaps)] = at - b.last
	}
	b.last = at
	b.count++
}

// Silence is longer than silentBeats times the usual time between two summaries, and
// silentSlack.
const (
	silentBeats = 3
	silentSlack = 5000 // ms
)

// silence is how long nothing may come; 0: not known.
func (b *beat) silence() int64 {
	if b.count <= len(b.gaps) {
		return 0
	}
	return silentBeats*b.usual() + silentSlack
}

// usual is the longest of the newest gaps: some reports come out of turn.
func (b *beat) usual() int64 { return slices.Max(b.gaps[:]) }

// roll counts the rows of a full report, to know who is not in it any more.
type roll struct {
	number          uint32 // of the report
	tunnels, spokes int
	whole           bool // one was complete
}

// Gap is a time in which nothing was observed.
type Gap struct {
	Start, End time.Time
	Why        string // "restart" or "silence"
}

// greeting is a hello of which the next record tells what it means.
type greeting struct {
	*stream.Hello      // nil: there is none
	head          bool // it begins another file
}

// journalService is the service of a journal's own events.
const journalService = "journal"

// starts tells whether a record says that greylag has been started: in a journal that
// follows such a hello.
func starts(b *stream.Brief) bool {
	e := b.Record.Event
	return e != nil && e.Service == journalService && e.Is == "writing" &&
		(e.Was == "none" || e.Was == "closed" || e.Was == "cut")
}

// welcome takes a hello for what it is: a start, or a new file or report of a run that
// goes on. In what is no journal each hello is a start.
func (h *History) welcome(start bool) error {
	g := h.greeting
	h.greeting = greeting{}
	if g.Hello == nil {
		return nil
	}
	h.journal = h.journal || start
	return h.hello(g.Hello, !start && (h.journal || g.head))
}

// hello begins a run, or goes on with it.
func (h *History) hello(s *stream.Hello, goesOn bool) error {
	at := msOf(s.Time)
	if h.run.host != "" && s.Host != h.run.host && at < h.run.last {
		h.stranger = s.Host
		h.problem(fmt.Sprintf("%s writes here at the same time as %s: its records, up to the next hello, do not count (give each host a journal of its own)",
			nameOf(s.Host), nameOf(h.run.host)))
		return nil
	}
	h.stranger = ""
	h.report.Host = s.Host
	if h.run.on && goesOn && s.Host == h.run.host {
		h.run.book.tunnels, h.run.book.spokes = 0, 0
		h.run.book.number++
		return h.advance(at)
	}
	return h.restart(s.Host, at)
}

func nameOf(host string) string {
	if host == "" {
		return "another host"
	}
	return host
}

// restart ends the run, if there is one, and begins another.
func (h *History) restart(host string, at int64) error {
	if h.run.on {
		if err := h.leaveAll(); err != nil {
			return err
		}
		if at < h.run.last {
			h.problem("the clock went back by " + Millis(h.run.last-at).Duration().String())
		}
		if err := h.gap(h.run.last, at, "restart"); err != nil {
			return err
		}
	}
	h.report.Runs++
	h.begin(host, at)
	return nil
}

// begin begins a run.
func (h *History) begin(host string, at int64) {
	h.run = run{host: host, on: true, began: at, last: at, book: roll{number: h.run.book.number + 1}}
	if h.first == never {
		h.first = at
	}
	clear(h.incidents)
}

// gap tells of a time that was not observed, as far as it is in the window.
func (h *History) gap(from, to int64, why string) error {
	from, to = max(from, h.window.from), min(to, h.window.to)
	if from >= to {
		return nil
	}
	h.report.Gaps++
	h.missing += to - from
	return h.options.gap(Gap{Start: timeOf(from), End: timeOf(to), Why: why})
}

// leaveAll ends what is known of all, as of the last record.
func (h *History) leaveAll() error {
	at := h.run.last
	for _, t := range h.tunnels {
		h.believe(t)
		t.leave(h.window, at)
		t.counted, t.alive = false, false
	}
	for _, s := range h.spokes {
		s.leave(h.window, at)
		s.members, s.live = 0, 0
	}
	return h.tellEnded(always)
}

// advance takes the time of a record. Where records stayed out for long, what was
// between is not known.
func (h *History) advance(at int64) error {
	if at <= h.run.last {
		return nil
	}
	last := h.run.last
	h.run.last = at
	if silence := h.run.beat.silence(); silence > 0 && at-last > silence {
		h.jumpAll(last, at)
		return h.gap(last, at, "silence")
	}
	return nil
}

// jumpAll passes over a time for all.
func (h *History) jumpAll(from, to int64) {
	for _, t := range h.tunnels {
		t.jump(h.window, from, to)
	}
	for _, s := range h.spokes {
		s.jump(h.window, from, to)
	}
}

// summary ends a full report, or stands alone. Summaries are written as they are
// made: if one is older than the last, the clock went back.
func (h *History) summary(s *fleet.Summary) error {
	at, beat := msOf(s.Time), &h.run.beat
	if beat.count > 0 && at < beat.last {
		h.problem("the clock went back by " + Millis(h.run.last-at).Duration().String())
		if err := h.tellEnded(always); err != nil {
			return err
		}
		h.jumpAll(h.run.last, at)
		h.run.last = at
		beat.last = at - beat.usual()
	}
	beat.add(at)
	h.closeRoll(s, at)
	return nil
}

// closeRoll takes away who was not in a complete report.
func (h *History) closeRoll(s *fleet.Summary, at int64) {
	book := &h.run.book
	if book.tunnels > 0 && book.tunnels == total(s.Tunnels) {
		for _, t := range h.tunnels {
			if t.told != book.number && t.state != absent {
				h.removeTunnel(t, at)
			}
		}
		book.whole = true
	}
	if book.spokes > 0 && book.spokes == total(s.Spokes) {
		for _, s := range h.spokes {
			if s.told != book.number && s.state != absent {
				h.removeSpoke(s, at)
			}
		}
	}
	*book = roll{number: book.number + 1, whole: book.whole}
}

// total is how many a summary counts.
func total[K comparable](counts map[K]int) (sum int) {
	for _, n := range counts {
		sum += n
	}
	return sum
}
