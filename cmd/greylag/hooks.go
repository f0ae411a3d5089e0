package main

import (
	"context"
	"fmt"
	"io"

	"greylag/fleet/hook"
)

// hooks is an outlet: it tells the inventory's hooks what happens.
type hooks struct {
	*hook.Runner
	station *station
}

// hooksOf is the outlet of a station's hooks, if there are any, or may be after a
// reload.
func hooksOf(s *station, o reporting, _ io.Writer) (outlets, error) {
	if len(s.inv.Hooks) == 0 && o.load == nil {
		return nil, nil
	}
	return outlets{hooks{hook.New(s.store, s.inv, version), s}}, nil
}

// run implements [outlet]. No program is started before privileges are given up.
func (h hooks) run(ctx context.Context) error {
	select {
	case <-h.station.confined:
	case <-ctx.Done():
		return nil
	}
	if untold := h.Run(ctx); untold > 0 {
		fmt.Fprintf(h.station.stderr, "hooks: %s could not be told before the end\n", count(untold, "event"))
	}
	return nil
}
