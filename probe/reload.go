package probe

import (
	"context"
	"errors"
	"time"
)

// Succession tells which tunnels go on when others take the place of a list: by
// their places in next, the place until now of the tunnel that is the same in
// everything; -1: there is none, and it begins anew.
func Succession(now, next []Tunnel) []int32 {
	places := make(map[string]int32, len(now))
	for i := range now {
		places[now[i].Name] = int32(i)
	}
	from := make([]int32, len(next))
	for i := range next {
		old, known := places[next[i].Name]
		if !known || now[old] != next[i] {
			old = none
		}
		from[i] = old
	}
	return from
}

// Draft prepares other tunnels for a running engine, numbered by their place in
// tunnels, at maxRate packets a second at most (0: no limit). from is by these places
// the number until now of the tunnel that goes on, as [Succession] has it; -1: it
// begins anew, with an early first contact as at the start. The loop does not wait
// for it; any goroutine may call it.
func (e *Engine) Draft(tunnels []Tunnel, from []int32, maxRate int) (*Draft, error) {
	e.errands.asking.Lock()
	defer e.errands.asking.Unlock()
	return e.draft(tunnels, from, maxRate)
}

// Adopt puts a draft to work, at the loop's next turn: it costs that turn a copy of
// each tunnel's memory. A tunnel that goes on keeps all there is of it: counter,
// state, what is in flight, its time in the interval. The loop calls switched between
// the last event by the old numbers and the first one by the new ones, and waits for
// it.
//
// Any goroutine may call Adopt, once for a draft. Where it fails, or ctx or Run ends
// first, nothing changes and switched is not called.
func (e *Engine) Adopt(ctx context.Context, p *Draft, switched func()) error {
	e.errands.asking.Lock()
	defer e.errands.asking.Unlock()
	return e.errands.ask(ctx, e.conn.Wake, func() error {
		if p.epoch != e.epoch {
			return errors.New("the tunnels were made for others than those that are probed now")
		}
		if err := e.adopt(p, time.Since(e.base)); err != nil {
			return err
		}
		switched()
		return nil
	})
}
