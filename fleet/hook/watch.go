package hook

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// message is what a hook is told.
type message struct {
	on      fleet.HookOn
	subject string // the tunnel or the spoke; of an incident, its number
	line    []byte // of the stream, newline included
}

// watch finds out what one hook is to be told, and when. Time is an argument.
type watch struct {
	hook    *fleet.Hook
	matches func(name string) bool // of tunnels and spokes; nil: all do

	held   map[string]*held
	order  []*held // as they fall due: all wait equally long
	told   map[string]string
	spoken map[string]bool // spokes of which the last that was told is not as it should be
}

// held is what waits until it has lasted long enough.
type held struct {
	subject string
	due     time.Time
	tell    message // nothing where it is over: told to nobody
	is      string  // what it is then told to be
	good    bool    // as it should be
}

func newWatch(h *fleet.Hook, inv *fleet.Inventory) *watch {
	return &watch{
		hook: h, matches: matching(&h.Only, inv),
		held: make(map[string]*held), told: make(map[string]string), spoken: make(map[string]bool),
	}
}

// matching are the names of the selected tunnels, and of spokes that have one.
func matching(only *fleet.Selection, inv *fleet.Inventory) func(string) bool {
	if only.All() {
		return nil
	}
	tunnels, spokes := make(map[string]bool), make(map[string]bool)
	for i := range inv.Tunnels {
		if t := &inv.Tunnels[i]; only.Matches(t) {
			tunnels[t.Name], spokes[t.Spoke] = true, true
		}
	}
	return func(name string) bool {
		if spoke, is := ofSpoke(name); is {
			return spokes[spoke]
		}
		return tunnels[name]
	}
}

func (w *watch) wants(on fleet.HookOn) bool { return slices.Contains(w.hook.On, on) }

func (w *watch) selects(name string) bool { return w.matches == nil || w.matches(name) }

// event takes in an event of the store and appends what is to be told at once.
func (w *watch) event(e *fleet.Event, into []message) []message {
	switch {
	case e.Service != "": // greylag's own troubles are no tunnel's
		return into
	case e.Spoke != "":
		return w.path(e, into)
	}
	return w.tunnel(e, into)
}

// The subjects of spokes begin with a zero, which no name has.
const spokePrefix = "\x00"

func ofSpoke(subject string) (spoke string, is bool) {
	if len(subject) > 0 && subject[0] == 0 {
		return subject[1:], true
	}
	return "", false
}

// What a tunnel is told to be.
const (
	isDown = "down"
	isUp   = ""
)

func (w *watch) tunnel(e *fleet.Event, into []message) []message {
	if !w.selects(e.Tunnel) || !w.wants(fleet.OnDown) && !w.wants(fleet.OnUp) {
		return into
	}
	if e.To == fleet.Down {
		m := message{fleet.OnDown, e.Tunnel, stream.AppendEvent(nil, e)}
		return w.hold(&held{subject: e.Tunnel, is: isDown, tell: m}, e.Time, into)
	}
	w.forget(e.Tunnel)
	wasTold := w.told[e.Tunnel] == isDown
	delete(w.told, e.Tunnel)
	if wasTold && (e.To == fleet.Up || e.To == fleet.Degraded) {
		into = w.tell(message{fleet.OnUp, e.Tunnel, stream.AppendEvent(nil, e)}, into)
	}
	return into
}

// path takes in an event of a spoke.
func (w *watch) path(e *fleet.Event, into []message) []message {
	h := heldPath(e)
	if !w.wants(fleet.OnPath) || !w.selects(spokePrefix+e.Spoke) {
		return into
	}
	before, known := w.told[h.subject]
	switch {
	case known && before == h.is: // it is again what it was told to be
		w.forget(h.subject)
		return into
	case h.good && !w.spoken[h.subject]: // as it should be, which is no news
		w.forget(h.subject)
		w.told[h.subject] = h.is
		return into
	}
	h.tell = message{fleet.OnPath, e.Spoke, stream.AppendEvent(nil, e)}
	return w.hold(h, e.Time, into)
}

// heldPath is what a spoke's event says: its path, active tunnel and protection.
// Whether its route points into a dead tunnel goes by itself.
func heldPath(e *fleet.Event) *held {
	h := &held{subject: spokePrefix + e.Spoke}
	if e.Route != nil {
		h.subject += " route"
		h.good, h.is = !e.BlackHole, "black hole: "+strconv.FormatBool(e.BlackHole)
		return h
	}
	h.is = fmt.Sprintf("%s by %s, protected: %t", e.ToPath, e.Active, e.Protected)
	h.good = e.ToPath == fleet.PathPending ||
		e.ToPath == fleet.PathPrimary && (e.Protected || e.FromPath == fleet.PathPending)
	return h
}

// hold has h wait for min_down, in place of what waits of the same subject.
func (w *watch) hold(h *held, at time.Time, into []message) []message {
	w.forget(h.subject)
	if w.hook.MinDown == 0 {
		return w.release(h, into)
	}
	h.due = at.Add(w.hook.MinDown)
	w.held[h.subject] = h
	w.order = append(w.order, h)
	return into
}

// release tells h.
func (w *watch) release(h *held, into []message) []message {
	w.told[h.subject] = h.is
	if h.tell.on == fleet.OnPath {
		w.spoken[h.subject] = !h.good
	}
	return w.tell(h.tell, into)
}

// forget has what waits of a subject not be told.
func (w *watch) forget(subject string) {
	if h := w.held[subject]; h != nil {
		h.tell = message{}
		delete(w.held, subject)
	}
}

func (w *watch) tell(m message, into []message) []message {
	if w.wants(m.on) {
		into = append(into, m)
	}
	return into
}

// advance appends what has lasted long enough by now.
func (w *watch) advance(now time.Time, into []message) []message {
	for len(w.order) > 0 {
		h := w.order[0]
		over := h.tell.line == nil
		if !over && h.due.After(now) {
			return into
		}
		w.order[0], w.order = nil, w.order[1:]
		if !over {
			delete(w.held, h.subject)
			into = w.release(h, into)
		}
	}
	return into
}

// next is when there is something to advance; zero: nothing waits.
func (w *watch) next() time.Time {
	for _, h := range w.order {
		if h.tell.line != nil {
			return h.due
		}
	}
	return time.Time{}
}

// lost has nothing that waits be told: events were missed, and it may be over.
func (w *watch) lost() {
	clear(w.held)
	w.order = nil
}
