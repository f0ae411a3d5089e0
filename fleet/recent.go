package fleet

// recentFates is how many of a tunnel's newest keepalives a [Walker] is shown.
const recentFates = 60

// PackedOutcome is an [Outcome] in one byte. 0 is no outcome.
type PackedOutcome uint8

// Pack returns o in one byte. The round trip time of an answered keepalive is
// kept within 6 %. A fate that is none of the declared ones gives 0.
func (o Outcome) Pack() PackedOutcome {
	if o.Fate == FateAnswered {
		return PackedOutcome(answeredIn(o.RTT))
	}
	for packed, fate := range fates {
		if fate == o.Fate {
			return PackedOutcome(packed)
		}
	}
	return 0
}

// Unpack returns the outcome; that of 0 has no Fate.
func (p PackedOutcome) Unpack() Outcome {
	if fate := outcome(p); fate < answered {
		return Outcome{Fate: fates[fate]}
	}
	return Outcome{FateAnswered, bucketRTT(int(outcome(p) - answered))}
}

// recent appends the newest keepalives, oldest first.
func (o *outcomes) recent(into []PackedOutcome) []PackedOutcome {
	for back := uint32(recentFates); back > 0; back-- {
		if fate := *o.slot(o.newest - back + 1); fate != unknown {
			into = append(into, PackedOutcome(fate))
		}
	}
	return into
}
