package query

// disagreeOf tells whether vantage points disagree about the row; of an event, whether
// it tells that they do.
func disagreeOf(r *Row, i int) (string, bool) {
	disagree := r.Disputed
	switch {
	case r.Event != nil:
		disagree = r.Event.Is == "disagree"
	case r.Spoke != nil:
		disagree = r.Spoke.Differ()
	}
	return yesOrNo(disagree), i == 0
}

// seenOf are the ways in which vantage points see the row, as HOST=STATE, or of a spoke
// HOST=PATH; of an event, what one saw.
func seenOf(r *Row, i int) (string, bool) {
	switch {
	case r.Event != nil:
		return r.Event.Host + "=" + string(r.Event.To) + string(r.Event.ToPath) + r.Event.Is, i == 0 && r.Event.Host != ""
	case r.Spoke != nil && r.Spoke.Views != nil:
		return at(r.Spoke.Views.Words, i)
	case r.Spoke == nil && r.Tunnel != nil && r.Tunnel.Views != nil:
		return at(r.Tunnel.Views.Words, i)
	}
	return "", false
}

func at(words []string, i int) (string, bool) {
	if i >= len(words) {
		return "", false
	}
	return words[i], true
}
