package replica

import (
	"reflect"
	"slices"
	"sync"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// Replica is what a stream has told of a fleet. All its methods may be called from
// several goroutines at once; readers copy pointers while they hold its lock, and
// never a fleet.
//
// Tunnels and spokes are known by their names and stand in the order of the last
// whole report; what that report did not name is gone. An event changes its tunnel
// or spoke at once, so that the next report need not be awaited; a tunnel may be
// known by its events only. A second hello (the source was restarted or reloaded its
// inventory, or two recordings follow each other) begins all anew but the events; until the first
// report after it is complete readers see what was there before.
type Replica struct {
	mu      sync.Mutex
	shown   *known // what readers see
	next    *known // what records change: shown, but while the first report after a second hello comes in
	log     eventLog
	hello   stream.Hello
	pace    pace
	refused uint64 // records for which there was no room
	rewinds uint64

	version   uint64 // counts the changes
	published uint64 // the version when readers were shown another known
}

// known is what one run of a source has told.
type known struct {
	tunnels   table[fleet.TunnelReport]
	spokes    table[fleet.SpokeReport]
	incidents incidents
	told      uint64 // the version when an incident was told last
	engine    fleet.EngineReport
}

// newKnown knows nothing, and readers have never seen that.
func (r *Replica) newKnown() *known {
	return &known{tunnels: newTable[fleet.TunnelReport](&r.version), spokes: newTable[fleet.SpokeReport](&r.version)}
}

// New returns a replica that knows nothing yet.
func New() *Replica {
	r := &Replica{}
	r.next = r.newKnown()
	r.publish()
	return r
}

// Apply adds a record that arrived at that time, which is our clock's. It takes
// the record over: what it points to must not be used any more. Records of
// unknown type, and what tells nothing of the fleet, change nothing.
func (r *Replica) Apply(rec stream.Record, arrived time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case rec.Hello != nil:
		r.applyHello(rec.Hello)
	case rec.Tunnel != nil:
		r.applyTunnel(rec.Tunnel)
	case rec.Spoke != nil:
		r.applySpoke(rec.Spoke)
	case rec.Event != nil:
		r.applyEvent(rec.Event)
	case rec.Incident != nil:
		r.putIncident(rec.Incident)
	case rec.Summary != nil:
		r.applySummary(rec.Summary)
	}
	if at := timeOf(rec); !at.IsZero() {
		r.pace.tell(at, arrived, rec.Event != nil || rec.Incident != nil)
	}
}

// timeOf is when a record was written, or an event happened; zero: not known.
func timeOf(rec stream.Record) time.Time {
	switch {
	case rec.Hello != nil:
		return rec.Hello.Time
	case rec.Tunnel != nil:
		return rec.Tunnel.Time
	case rec.Spoke != nil:
		return rec.Spoke.Time
	case rec.Event != nil:
		return rec.Event.Time
	case rec.Incident != nil:
		return rec.Incident.Time
	case rec.Summary != nil:
		return rec.Summary.Time
	case rec.Peer != nil:
		return rec.Peer.Time
	}
	return time.Time{}
}

func (r *Replica) putIncident(i *fleet.Incident) {
	r.version++
	r.next.told = r.version
	r.next.incidents.put(i)
}

func (r *Replica) applyHello(h *stream.Hello) {
	r.hello = *h
	r.next = r.newKnown()
	if len(r.shown.tunnels.rows)+len(r.shown.spokes.rows) == 0 {
		r.publish()
	}
}

// publish shows readers what has come since a second hello.
func (r *Replica) publish() {
	if r.shown != r.next {
		r.shown = r.next
		r.version++
		r.published = r.version
	}
}

func (r *Replica) applyTunnel(t *fleet.TunnelReport) {
	tunnels := &r.next.tunnels
	if tunnels.named(t.Tunnel.Name) { // a stream without summaries
		r.publish()
	}
	if was := tunnels.get(t.Tunnel.Name); was != nil && reflect.DeepEqual(was.Tunnel, t.Tunnel) {
		t.Tunnel = was.Tunnel // who remembers it finds it again, and it is kept once
	}
	r.count(tunnels.report(t.Tunnel.Name, t, weighTunnel(t)))
}

func (r *Replica) applySpoke(s *fleet.SpokeReport) {
	spokes := &r.next.spokes
	if spokes.named(s.Spoke.Name) {
		r.publish()
	}
	if was := spokes.get(s.Spoke.Name); was != nil {
		s.Spoke = was.Spoke
	}
	r.count(spokes.report(s.Spoke.Name, s, weighSpoke(s)))
}

// applySummary ends a full report.
func (r *Replica) applySummary(s *fleet.Summary) {
	r.next.tunnels.finish(total(s.Tunnels))
	r.next.spokes.finish(total(s.Spokes))
	r.next.engine = s.Engine
	r.publish()
}

// total is how many a summary counts.
func total[K comparable](counts map[K]int) (sum int) {
	for _, n := range counts {
		sum += n
	}
	return sum
}

// count counts what was refused.
func (r *Replica) count(kept bool) {
	if !kept {
		r.refused++
	}
}

// rewind forgets all but the numbers of the events: what comes next is older.
// Readers go on to see the fleet as it was until publish.
func (r *Replica) rewind() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next = r.newKnown()
	r.log.empty()
	r.pace, r.refused = pace{}, 0
	r.rewinds++
}

// recall adds a record that comes before a full report: rows need not follow it.
func (r *Replica) recall(rec stream.Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case rec.Hello != nil:
		r.applyHello(rec.Hello)
	case rec.Event != nil:
		r.log.add(rec.Event)
	case rec.Incident != nil:
		r.putIncident(rec.Incident)
	}
}

// settle shows readers all there is.
func (r *Replica) settle() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.publish()
}

// EventsSince returns the changes after the one of that number, oldest first; 0
// asks for all. The newest 65,536 are kept (fewer where they are over 64 MB):
// missed is how many of those asked for are gone. Numbers are ours, have no gap,
// and never go back, not even where a [Player] does: see [Player.Rewinds].
func (r *Replica) EventsSince(number uint64) (events []fleet.Event, missed uint64) {
	r.mu.Lock()
	list, missed := r.log.after(number)
	r.mu.Unlock()
	events = slices.Grow(events, len(list))
	for _, e := range list {
		events = append(events, *e)
	}
	return events, missed
}

// Outcomes appends the fates of the newest keepalives, oldest first, of the tunnel
// at that position in [Replica.Report], as many as its last record told (60). It
// appends nothing for a position that does not exist.
func (r *Replica) Outcomes(position int, into []fleet.Outcome) []fleet.Outcome {
	for _, packed := range r.recent(position) {
		into = append(into, packed.Unpack())
	}
	return into
}

func (r *Replica) recent(position int) []fleet.PackedOutcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	if rows := r.shown.tunnels.rows; position >= 0 && position < len(rows) {
		return rows[position].Recent
	}
	return nil
}

// Incidents appends the incidents: those that go on in the order in which they
// began, then the others, the newest end first. What they point to must not be
// changed.
func (r *Replica) Incidents(into []fleet.Incident) []fleet.Incident {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.shown.incidents.sorted(into)
}
