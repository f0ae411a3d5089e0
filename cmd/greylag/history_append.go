package main

import (
	"strconv"

	"greylag/fleet/stream"
)

// appendOutage appends a row as encoding/json has it, for outages are many: 1.5
// million in a month of a large fleet.
func appendOutage(b []byte, r *outageRow) []byte {
	o := outageObject(append(b, `{"type":`...))
	o = stream.AppendString(o, r.Type)
	o.text("of", r.Of)
	o.text("name", r.Name)
	o.known("hub", r.Hub)
	o.known("spoke", r.Spoke)
	if r.Rank != 0 {
		o.number("rank", int64(r.Rank))
	}
	o.texts("tags", r.Tags)
	o.text("start", r.Start)
	o.known("end", r.End)
	o.number("duration_ms", r.Duration)
	o.number("down_ms", r.Down)
	o.known("from", r.From)
	o.known("to", r.To)
	o.mark("goes_on", r.GoesOn)
	o.mark("since_before", r.Before)
	o.mark("end_not_seen", r.EndNotSeen)
	o.known("reason", r.Reason)
	if r.Incident != 0 {
		o = strconv.AppendUint(o.key("incident"), r.Incident, 10)
	}
	o.known("factor", r.Factor)
	o.known("value", r.FactorValue)
	return append(o, "}\n"...)
}

// outageObject is a JSON object as it grows, its first member written.
type outageObject []byte

func (o outageObject) key(key string) outageObject {
	return append(append(append(o, `,"`...), key...), `":`...)
}

func (o *outageObject) text(key, value string) { *o = stream.AppendString(o.key(key), value) }

func (o *outageObject) number(key string, n int64) { *o = strconv.AppendInt(o.key(key), n, 10) }

// known leaves out what is empty.
func (o *outageObject) known(key, value string) {
	if value != "" {
		o.text(key, value)
	}
}

func (o *outageObject) texts(key string, values []string) {
	if len(values) == 0 {
		return
	}
	*o = o.key(key)
	for i, value := range values {
		*o = stream.AppendString(append(*o, "[,"[min(i, 1)]), value)
	}
	*o = append(*o, ']')
}

// mark leaves out what is false.
func (o *outageObject) mark(key string, is bool) {
	if is {
		*o = append(o.key(key), "true"...)
	}
}
