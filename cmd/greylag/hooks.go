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
	confined <-chan struct{}
	stderr   io.Writer
}

// hookOutlets is the outlet of a station's hooks, if there are any.
func hookOutlets(s *station, _ reporting, stderr io.Writer) (outlets, error) {
	if len(s.inv.Hooks) == 0 {
		return nil, nil
	}
	return outlets{hooks{hook.New(s.store, s.inv, version), s.confined, stderr}}, nil
}

// run implements [outlet]. No program is started before privileges are given up.
func (h hooks) run(ctx context.Context) error {
	select {
	case <-h.confined:
	case <-ctx.Done():
		return nil
	}
	if untold := h.Run(ctx); untold > 0 {
		fmt.Fprintf(h.stderr, "hooks: %s could not be told before the end\n", count(untold, "event"))
	}
	return nil
}
