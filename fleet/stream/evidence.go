package stream

import (
	"net/netip"

	"greylag/fleet"
)

// appendEvidence appends what was observed of a tunnel, strongest first, and
// nothing where nothing was.
func appendEvidence(b []byte, list []fleet.Evidence) []byte {
	if len(list) == 0 {
		return b
	}
	b = appendKey(b, "evidence")
	for i := range list {
		b = append(b, "[,"[min(i, 1)])
		b = appendObservation(b, &list[i])
	}
	return append(b, ']')
}

func appendObservation(b []byte, e *fleet.Evidence) []byte {
	b = append(b, `{"kind":`...)
	b = AppendString(b, string(e.Kind))
	b = appendTime(b, "time", e.Time)
	if e.Count > 0 {
		b = appendCount(b, "count", e.Count)
	}
	b = appendAddr(b, "from", e.From)
	b = appendText(b, "text", e.Text)
	b = appendKnownText(b, "fix", e.Fix)
	return append(b, '}')
}

type evidencePart struct {
	Kind  fleet.EvidenceKind `json:"kind"`
	Time  stamp              `json:"time"`
	Count uint64             `json:"count"`
	From  netip.Addr         `json:"from"`
	Text  string             `json:"text"`
	Fix   string             `json:"fix"`
}

// evidenceOf returns what the parts say; nil where there is none.
func evidenceOf(parts []evidencePart) []fleet.Evidence {
	var list []fleet.Evidence
	for i := range parts {
		p := &parts[i]
		list = append(list, fleet.Evidence{
			Kind: p.Kind, Time: p.Time.time(), Count: p.Count, From: p.From, Text: p.Text, Fix: p.Fix,
		})
	}
	return list
}
