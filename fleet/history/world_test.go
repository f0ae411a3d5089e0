package history

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
	"greylag/probe"
	"greylag/probe/session"
)

var epoch = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// world is a fleet that lives through random outages, restarts and disabled times. A
// real store judges it and a real encoder writes it; what happened is kept beside.
type world struct {
	random *rand.Rand
	inv    *fleet.Inventory
	store  *fleet.Store
	at     time.Time
	beat   time.Time       // when the next summary is due
	lines  []session.State // of the enabled tunnels
	seq    []uint32

	files     []*bytes.Buffer
	out       *stream.Encoder
	told      uint64 // event
	incidents uint64 // version
	journal   bool

	truth map[string][]span // of each tunnel, what was observed
	runs  [][2]time.Time
}

// span is a state, and from when to when it was observed.
type span struct {
	state    state
	from, to int64
}

func newWorld(seed uint64) *world {
	w := &world{random: rand.New(rand.NewPCG(seed, 5)), at: epoch, truth: map[string][]span{}}
	w.journal = w.random.IntN(2) == 0
	for n := range 2 + w.random.IntN(8) {
		t := fleet.Tunnel{Name: fmt.Sprintf("t%d", n), Rank: 1 + n%2, Interval: time.Second, Retries: 3, Probe: fleet.Keepalive,
			DegradedRTT: time.Second, Hub: fmt.Sprintf("h%d", n%3), Tags: []string{fmt.Sprintf("g%d", n%2)}}
		if n%5 != 4 {
			t.Spoke = fmt.Sprintf("s%d", n/2)
		}
		if n%4 == 3 {
			t.Hub, t.Tags = "", append(t.Tags, "all\"é\"")
		}
		w.spoke(t.Spoke)
		w.inventory().Tunnels = append(w.inventory().Tunnels, t)
	}
	return w
}

func (w *world) inventory() *fleet.Inventory {
	if w.inv == nil {
		w.inv = &fleet.Inventory{}
	}
	return w.inv
}

func (w *world) spoke(name string) {
	if n := len(w.inventory().Spokes); name != "" && (n == 0 || w.inv.Spokes[n-1].Name != name) {
		w.inv.Spokes = append(w.inv.Spokes, fleet.Spoke{Name: name})
	}
}

// live lets greylag run, several times.
func (w *world) live() {
	w.file()
	for range 1 + w.random.IntN(4) {
		w.run()
		w.pass(1 + w.random.IntN(5_000_000))
	}
}

func (w *world) pass(ms int) { w.at = w.at.Add(time.Duration(ms) * time.Millisecond) }

// file begins another file.
func (w *world) file() {
	w.files = append(w.files, &bytes.Buffer{})
	w.out = stream.NewEncoder(w.files[len(w.files)-1])
}

// run is one run of greylag.
func (w *world) run() {
	for i := range w.inv.Tunnels {
		w.inv.Tunnels[i].Enabled = w.random.IntN(6) > 0
	}
	w.store, w.told, w.incidents = fleet.NewStore(w.inv, w.at), 0, 0
	w.lines = slices.Repeat([]session.State{session.Pending}, len(w.inv.Enabled()))
	w.seq = make([]uint32, len(w.lines))
	w.runs = append(w.runs, [2]time.Time{w.at, w.at})
	for i := range w.inv.Tunnels {
		t := &w.inv.Tunnels[i]
		w.truth[t.Name] = append(w.truth[t.Name], span{state: pending, from: w.now(), to: w.now()})
		if !t.Enabled {
			w.newest(t.Name).state = disabled
		}
	}
	w.hello(true)
	w.report()
	w.beat = w.at.Add(10 * time.Minute)
	for range w.random.IntN(120) {
		w.step()
	}
	w.pass(1)
	w.summary() // so that what happened last lasts
	w.end()
}

// summary writes one alone, as a journal does.
func (w *world) summary() {
	sum := fleet.NewSummary(w.at)
	must(w.out.Summary(&sum))
	w.stamp()
}

func (w *world) now() int64 { return w.at.UnixMilli() }

func (w *world) newest(tunnel string) *span {
	list := w.truth[tunnel]
	return &list[len(list)-1]
}

// hello begins a run, or a file of one.
func (w *world) hello(start bool) {
	must(w.out.Hello(stream.Hello{Time: w.at, Host: "jump1", Tunnels: len(w.inv.Tunnels), Spokes: len(w.inv.Spokes)}))
	if start && w.journal {
		must(w.out.Event(&fleet.Event{Time: w.at, Service: "journal", Was: "cut", Is: "writing"}))
	}
}

func (w *world) report() {
	must(w.store.Walk(w.at, w.out.Walker()))
	w.stamp()
}

// stamp notes that greylag ran until now, as its records say.
func (w *world) stamp() { w.runs[len(w.runs)-1][1] = w.at }

// end ends what was observed, with the last record.
func (w *world) end() {
	last := w.runs[len(w.runs)-1][1].UnixMilli()
	for name := range w.truth {
		w.newest(name).to = last
	}
}

// step lets something happen.
func (w *world) step() {
	until := w.at.Add(time.Duration(1+w.random.IntN(600_000)) * time.Millisecond)
	for ; w.beat.Before(until); w.beat = w.beat.Add(10 * time.Minute) {
		w.at = w.beat
		w.summary() // so regularly that none stays out
	}
	w.at = until
	switch n := w.random.IntN(100); {
	case n < 4:
		w.report()
	case n < 7 && w.journal:
		w.file()
		w.hello(false)
		w.report()
	case n < 20:
		w.slow()
	case len(w.lines) > 0:
		w.change()
	}
	w.write()
}

// change changes the line of a tunnel or two, as a session may.
func (w *world) change() {
	for range 1 + w.random.IntN(2) {
		n := int32(w.random.IntN(len(w.lines)))
		from := w.lines[n]
		to := [...][]session.State{
			session.Pending:  {session.Up, session.Up, session.Down},
			session.Up:       {session.Down, session.Down, session.Down, session.Disabled},
			session.Down:     {session.Up, session.Up, session.Up, session.Disabled},
			session.Disabled: {session.Pending},
		}[from]
		w.lines[n] = to[w.random.IntN(len(to))]
		w.record(n, probe.Event{Kind: probe.Line, From: from, To: w.lines[n]})
		w.write()
		w.pass(1) // a spoke's path in no time at all is none
	}
}

// slow makes a tunnel that is up slow, or quick again.
func (w *world) slow() {
	for n := range w.lines {
		if w.lines[n] == session.Up && w.random.IntN(2) == 0 {
			rtt := []time.Duration{time.Millisecond, time.Minute}[w.random.IntN(2)]
			for range 20 { // it is smoothed
				w.seq[n]++
				w.record(int32(n), probe.Event{Kind: probe.Sent, Seq: w.seq[n]}, probe.Event{Kind: probe.Answered, Seq: w.seq[n], RTT: rtt})
			}
			w.write()
		}
	}
}

func (w *world) record(n int32, events ...probe.Event) {
	for i := range events {
		events[i].Tunnel, events[i].At = n, w.at
	}
	w.store.Record(events)
}

// write writes what the store has to tell, and keeps what happened.
func (w *world) write() {
	events, _ := w.store.EventsSince(w.told)
	for i := range events {
		e := &events[i]
		w.told = e.Number
		must(w.out.Event(e))
		w.stamp()
		if e.Tunnel != "" {
			w.newest(e.Tunnel).to = w.now()
			w.truth[e.Tunnel] = append(w.truth[e.Tunnel], span{stateOf(e.To), w.now(), w.now()})
		}
	}
	incidents, latest := w.store.IncidentsSince(w.incidents)
	w.incidents = latest
	for i := range incidents {
		must(w.out.Incident(&incidents[i]))
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
