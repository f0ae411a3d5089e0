package fleet

// fit is how well something in common explains the failures of a moment.
type fit struct {
	failed   int // tunnels that share it and failed, not explained otherwise
	survived int // that share it and are known to have worked afterwards
	before   int // that share it and had failed before
}

// addOther counts a tunnel that did not fail in the moment.
func (f *fit) addOther(h health, moment window) {
	switch {
	case h.survived(moment):
		f.survived++
	case h.failedBefore(moment):
		f.before++
	}
}

// explains tells whether what so many share can be why they failed: at least as
// many failed as survived, or they are so many at once that it is no coincidence
// (a part of a hub, say a line card, that the inventory has no word for). Below a
// fifth of those that are known, the ones that had failed before included, it
// explains nothing.
func (f fit) explains() bool {
	const many = 10
	return f.failed >= incidentMembers && f.failed*4 >= f.survived+f.before &&
		(f.failed >= f.survived || f.failed >= many)
}

// cost is how much is left to wonder about with this explanation: one for it,
// two for each tunnel that should have failed too and did not, and half for each
// that had failed before for some other reason; all that up to half of what it
// explains. The unit is half a failure that is not explained.
func (f fit) cost() int { return 2 + min(4*f.survived+f.before, f.failed) }

// account is what explaining a moment by one kind of factor leaves to wonder
// about.
type account struct {
	cost      int
	explained int // failures
	shared    int // tunnels that share what explains them
}

// explain returns the kind of factor that leaves the least to wonder about, if
// that is less than without any: so two hubs that fail at once are two incidents
// and not one of everything, as long as something else is up; and unrelated
// tunnels that happen to fail in the same moment stay outside. Of equally good
// kinds it is the one that fewer tunnels share, and then the first of kinds.
func (g *incidents) explain(j *judgement) (kind uint8, found bool) {
	var accounts [len(kinds)]account
	for i := range j.fits {
		if f := j.fits[i]; f.explains() {
			v := &g.commons.list[i]
			a := &accounts[v.kind]
			a.cost += f.cost()
			a.explained += f.failed
			a.shared += len(v.tunnels)
		}
	}
	open := 0
	for i := range j.failed {
		if !j.failed[i].explained {
			open++
		}
	}
	best := account{cost: 2 * open}
	for k, a := range accounts {
		a.cost += 2 * max(open-a.explained, 0) // tunnels with two tags count twice
		if a.cost < best.cost || found && a.cost == best.cost && a.shared < best.shared {
			best, kind, found = a, uint8(k), true
		}
	}
	return kind, found
}
