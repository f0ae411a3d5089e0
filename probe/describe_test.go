package probe_test

import (
	"fmt"
	"strings"

	"greylag/probe"
)

var kindNames = map[probe.EventKind]string{
	probe.Sent: "sent", probe.Unsent: "unsent", probe.Answered: "answered", probe.Late: "late",
	probe.Duplicate: "duplicate", probe.Unmatched: "unmatched", probe.Excused: "excused", probe.Line: "line",
	probe.Refused: "refused", probe.Asked: "asked", probe.Replied: "replied", probe.Altered: "altered",
}

// tail describes the last n events, a line each.
func (h history) tail(n int) string {
	var b strings.Builder
	for _, e := range h[max(0, len(h)-n):] {
		fmt.Fprintf(&b, "%s tunnel %d %s seq %d counter %d", e.At.Format("05.000000"), e.Tunnel, kindNames[e.Kind], e.Seq, e.Counter)
		switch {
		case e.Kind == probe.Line:
			fmt.Fprintf(&b, " %v→%v", e.From, e.To)
		case e.Kind == probe.Refused:
			fmt.Fprintf(&b, " %d/%d by %v", e.ICMPType, e.ICMPCode, e.Sender)
		case e.Kind == probe.Altered:
			fmt.Fprintf(&b, " %d", e.Alteration)
		case e.Err != nil:
			fmt.Fprintf(&b, " %v", e.Err)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
