package metrics

import (
	"strconv"
	"time"

	"greylag/fleet"
)

// tunnel is what a scrape needs of a tunnel's report.
type tunnel struct {
	labels   span // of its labels in the snapshot
	declared *fleet.Tunnel
	state    fleet.State

	since, lastReply                       time.Time
	sent, received, unanswered, flaps      uint64
	sendErrors, late, duplicate, unmatched uint64
	reflected                              uint64
	loss                                   float64 // negative: not known
	rtts                                   uint64
	rttSum, rttMedian, rttHigh, jitter     time.Duration
}

func (t *tunnel) fill(r *fleet.TunnelReport) {
	*t = tunnel{
		declared: r.Tunnel, state: r.State, since: r.Since, lastReply: r.LastReply,
		sent: r.Sent, received: r.Received, unanswered: uint64(r.Counter), flaps: r.Flaps,
		sendErrors: r.SendErrors, late: r.Late, duplicate: r.Duplicate, unmatched: r.Unmatched,
		reflected: r.PeerReflected, loss: -1,
		rtts: r.RTT.Samples, rttSum: r.RTT.Sum, rttMedian: r.RTT.P50, rttHigh: r.RTT.P99, jitter: r.RTT.Jitter,
	}
	if r.Received+r.Lost > 0 {
		t.loss = r.Loss
	}
}

var states = []fleet.State{fleet.Pending, fleet.Up, fleet.Degraded, fleet.Down, fleet.Disabled}

// tunnelFamilies are the metrics of a tunnel.
var tunnelFamilies = []family[tunnel]{
	{"greylag_tunnel_info", gauge,
		"Always 1; what is declared of the tunnel. tags are in commas, as in ,apac,lte,.", writeInfo},
	{"greylag_tunnel_up", gauge,
		"Whether answers come back: 1 up or degraded, 0 down (R10). Absent while pending or disabled.", known((*tunnel).up)},
	{"greylag_tunnel_state", gauge,
		"1 for the state that the tunnel is in: pending, up, degraded (loss or round trip time over its limit), down (R10) or disabled.",
		each("state", states, func(t *tunnel) fleet.State { return t.state })},
	{"greylag_tunnel_state_since_timestamp_seconds", gauge,
		"When the present state began, in seconds since 1970.", one(func(t *tunnel) float64 { return stamp(t.since) })},
	{"greylag_tunnel_keepalives_sent_total", counter,
		"Keepalives sent (R4), or echo requests where probe is icmp.", counted(func(t *tunnel) uint64 { return t.sent })},
	{"greylag_tunnel_keepalives_received_total", counter,
		"Answers to them that came back (R7).", counted(func(t *tunnel) uint64 { return t.received })},
	{"greylag_tunnel_keepalives_unanswered", gauge,
		"Keepalives sent since the last answer: the router's counter (R9). Down follows when it has reached retries (R10).",
		counted(func(t *tunnel) uint64 { return t.unanswered })},
	{"greylag_tunnel_loss_ratio", gauge,
		"Share of the newest 100 keepalives that was not answered, 0 to 1.",
		known(func(t *tunnel) (float64, bool) { return t.loss, t.loss >= 0 })},
	{"greylag_tunnel_rtt_seconds", summary,
		"Round trip times. The quantiles are those of the newest 100 keepalives, within 6 percent; sum and count are of all.", writeRTT},
	{"greylag_tunnel_rtt_jitter_seconds", gauge,
		"Mean difference of consecutive round trip times, smoothed as in RFC 3550 section 6.4.1.",
		known(func(t *tunnel) (float64, bool) { return t.jitter.Seconds(), t.rtts > 1 })},
	{"greylag_tunnel_flaps_total", counter,
		"Times that the tunnel went from up to down.", counted(func(t *tunnel) uint64 { return t.flaps })},
	{"greylag_tunnel_last_reply_timestamp_seconds", gauge,
		"When the last answer came, in seconds since 1970.",
		known(func(t *tunnel) (float64, bool) { return stamp(t.lastReply), !t.lastReply.IsZero() })},
	{"greylag_tunnel_send_errors_total", counter,
		"Keepalives that this host could not send; they are not among those sent.", counted(func(t *tunnel) uint64 { return t.sendErrors })},
	{"greylag_tunnel_answers_discarded_total", counter,
		"Answers that reset no counter: late, duplicate, or unmatched (to none of the keepalives sent).", writeDiscarded},
	{"greylag_tunnel_peer_keepalives_reflected_total", counter,
		"The far end's own keepalives that were answered (R12). Absent until one was.",
		known(func(t *tunnel) (float64, bool) { return float64(t.reflected), t.reflected > 0 })},
}

// counted is one of a count that a tunnel without probes has not.
func counted(count func(*tunnel) uint64) func(*writer, *tunnel) {
	return known(func(t *tunnel) (float64, bool) { return float64(count(t)), t.state != fleet.Disabled })
}

func (t *tunnel) up() (float64, bool) {
	switch t.state {
	case fleet.Up, fleet.Degraded:
		return 1, true
	case fleet.Down:
		return 0, true
	}
	return 0, false
}

// stamp is a time as Prometheus has it, to the millisecond.
func stamp(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// writeRTT leaves out the quantiles where none of the newest keepalives was answered.
func writeRTT(w *writer, t *tunnel) {
	if t.rtts == 0 {
		return
	}
	if t.rttMedian > 0 {
		w.labelled("quantile", "0.5", t.rttMedian.Seconds())
		w.labelled("quantile", "0.99", t.rttHigh.Seconds())
	}
	w.suffixed("_sum", t.rttSum.Seconds())
	w.suffixed("_count", float64(t.rtts))
}

func writeDiscarded(w *writer, t *tunnel) {
	if t.state == fleet.Disabled {
		return
	}
	w.labelled("kind", "late", float64(t.late))
	w.labelled("kind", "duplicate", float64(t.duplicate))
	w.labelled("kind", "unmatched", float64(t.unmatched))
}

// writeInfo makes no strings: there is one such sample of each tunnel.
func writeInfo(w *writer, t *tunnel) {
	d := t.declared
	w.open("")
	w.buf = append(d.Source.AppendTo(append(w.buf, `,source="`...)), '"')
	w.buf = append(d.Destination.AppendTo(append(w.buf, `,destination="`...)), '"')
	w.buf = append(strconv.AppendInt(append(w.buf, `,rank="`...), int64(d.Rank), 10), '"')
	w.buf = appendLabel(append(w.buf, ','), "probe", string(d.Probe))
	w.buf = appendTags(append(w.buf, ','), d.Tags)
	w.close(1)
}

// appendTags appends them with a comma on both sides of each, so that
// tags=~".*,lte,.*" finds one.
func appendTags(b []byte, tags []string) []byte {
	b = append(b, `tags="`...)
	for i, tag := range tags {
		if i == 0 {
			b = append(b, ',')
		}
		b = append(appendEscaped(b, tag), ',')
	}
	return append(b, '"')
}
