package netfilter

// truth is what is known of a match: three values, in this order, so that "and"
// is the least of several and "or" the greatest.
type truth int8

const (
	no truth = iota
	maybe
	yes
)

func (t truth) not() truth { return yes - t }

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// match tells whether a packet is meant.
type match func(*Packet) truth

// unknown is a match of a kind that this package does not know.
func unknown(*Packet) truth { return maybe }

// anyOf is the "or" of several; no match of none.
func anyOf(list []match) match {
	return func(p *Packet) truth {
		found := no
		for _, m := range list {
			if found = max(found, m(p)); found == yes {
				break
			}
		}
		return found
	}
}
