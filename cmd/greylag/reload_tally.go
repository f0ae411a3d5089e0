package main

import (
	"fmt"
	"reflect"

	"greylag/fleet"
)

// reloadTally counts what a reload comes to, the disabled tunnels too.
type reloadTally struct {
	added, removed int
	changed        int // begin anew, or are enabled or disabled
	unchanged      int
	redeclared     int // of those: what is sent is the same, what it means is not
}

// tallyReload compares two inventories; from is as in [fleet.Reload].
func tallyReload(now, next *fleet.Inventory, from []int32) (t reloadTally) {
	places := make(map[string]int, len(now.Tunnels))
	for i := range now.Tunnels {
		places[now.Tunnels[i].Name] = i
	}
	goesOn := make([]bool, len(next.Tunnels))
	for number, position := range next.Order {
		goesOn[position] = from[number] >= 0
	}
	for i := range next.Tunnels {
		tunnel := &next.Tunnels[i]
		place, known := places[tunnel.Name]
		switch {
		case !known:
			t.added++
			continue
		case !goesOn[i] && (tunnel.Enabled || now.Tunnels[place].Enabled):
			t.changed++
			continue
		case !isSameDeclaration(&now.Tunnels[place], tunnel):
			t.redeclared++
		}
		t.unchanged++
	}
	t.removed = len(now.Tunnels) - (t.changed + t.unchanged)
	return t
}

// isSameDeclaration does not mind where in the file a tunnel is.
func isSameDeclaration(a, b *fleet.Tunnel) bool {
	x, y := *a, *b
	x.Line, y.Line = 0, 0
	return reflect.DeepEqual(&x, &y)
}

func (t reloadTally) String() string {
	s := fmt.Sprintf("reloaded: %d added, %d removed, %d changed, %d unchanged", t.added, t.removed, t.changed, t.unchanged)
	if t.redeclared > 0 {
		s += fmt.Sprintf(" (%d declared otherwise, and not restarted for it)", t.redeclared)
	}
	return s
}
