package metrics

import (
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"greylag/fleet"
)

// reasons are why a tunnel can be down; "" is that nothing is known.
var reasons = []fleet.Reason{
	fleet.ReasonLocal, fleet.ReasonProhibited, fleet.ReasonNoGRE, fleet.ReasonUnreachable,
	fleet.ReasonBlackHole, fleet.ReasonSilent, "",
}

// single is a metric that is there once, or once for each word of one label.
type single struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	tells func(s *snapshot, tell func(v float64, word ...string))
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// singles are the fleet's own metrics, and the engine's.
var singles = []single{
	{describe("greylag_tunnels", "Tunnels in each state.", "state"), prometheus.GaugeValue,
		func(s *snapshot, tell func(float64, ...string)) {
			for _, state := range states {
				tell(float64(s.summary.Tunnels[state]), string(state))
			}
		}},
	{describe("greylag_tunnels_down", "Tunnels that are down, by the strongest evidence for why; reason unknown: there is none.", "reason"),
		prometheus.GaugeValue, func(s *snapshot, tell func(float64, ...string)) {
			for _, reason := range reasons {
				tell(float64(s.reasons[reason]), reasonWord(reason))
			}
		}},
	{describe("greylag_spokes", "Spokes by the path that reaches them.", "path"), prometheus.GaugeValue,
		func(s *snapshot, tell func(float64, ...string)) {
			for _, path := range paths {
				tell(float64(s.summary.Spokes[path]), string(path))
			}
		}},
	{describe("greylag_spokes_unprotected", "Spokes that are reached, have a backup declared, and nothing up behind the active tunnel."),
		prometheus.GaugeValue, only(func(s *snapshot) float64 { return float64(s.summary.Unprotected) })},
	{describe("greylag_incidents_open", "Incidents that go on: tunnels that went down together."),
		prometheus.GaugeValue, only(func(s *snapshot) float64 { return float64(s.incidents) })},
	{describe("greylag_incidents_total", "Incidents that there have been since greylag started."),
		prometheus.CounterValue, only(func(s *snapshot) float64 { return float64(s.incidentsEver) })},
	{describe("greylag_engine_sent_total", "Keepalives that the engine sent, all tunnels together (R4)."),
		prometheus.CounterValue, only(func(s *snapshot) float64 { return float64(s.summary.Engine.Sent) })},
	{describe("greylag_engine_received_total", "Answers in flight that came back, all tunnels together (R7)."),
		prometheus.CounterValue, only(func(s *snapshot) float64 { return float64(s.summary.Engine.Received) })},
	{describe("greylag_engine_late_sends_total", "Keepalives sent over 10 ms after their turn, or skipped: greylag itself is falling behind."),
		prometheus.CounterValue, only(func(s *snapshot) float64 { return float64(s.summary.Engine.LateSends) })},
	{describe("greylag_engine_dropped_total", "Packets that this host's receive buffer had no room for. They are not counted as loss of a tunnel."),
		prometheus.CounterValue, only(func(s *snapshot) float64 { return float64(s.summary.Engine.Dropped) })},
	{describe("greylag_engine_send_errors_total", "Keepalives that this host could not send, all tunnels together."),
		prometheus.CounterValue, only(func(s *snapshot) float64 { return float64(s.summary.Engine.SendErrors) })},
}

func only(value func(*snapshot) float64) func(*snapshot, func(float64, ...string)) {
	return func(s *snapshot, tell func(float64, ...string)) { tell(value(s)) }
}

func reasonWord(r fleet.Reason) string {
	if r == "" {
		return "unknown"
	}
	return string(r)
}

var latenessDesc = describe("greylag_engine_send_lateness_seconds",
	"How long after it was due each keepalive was with the kernel. Up to 10 ms are by design where few are sent a second, 1 ms at 20,000. Within 6 percent.")

// once is what there is once: it collects a snapshot's. It implements
// [prometheus.Collector].
type once struct {
	snapshot *snapshot
	lateness func() Lateness // nil: not known
}

// Describe implements [prometheus.Collector].
func (o once) Describe(c chan<- *prometheus.Desc) {
	for i := range singles {
		c <- singles[i].desc
	}
	c <- latenessDesc
}

// Collect implements [prometheus.Collector].
func (o once) Collect(c chan<- prometheus.Metric) {
	for i := range singles {
		m := &singles[i]
		m.tells(o.snapshot, func(v float64, word ...string) {
			c <- prometheus.MustNewConstMetric(m.desc, m.kind, v, word...)
		})
	}
	if o.lateness != nil {
		l := o.lateness()
		c <- prometheus.MustNewConstHistogram(latenessDesc, l.Count, l.Sum.Seconds(), l.Buckets)
	}
}

// Lateness is how late keepalives were sent.
type Lateness struct {
	Count   uint64
	Sum     time.Duration
	Buckets map[float64]uint64 // by seconds: how many were not later
}

// newRegistry holds what there is once, of a snapshot and of the process.
func newRegistry(s *snapshot, o *Options) *prometheus.Registry {
	info := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "greylag_build_info", Help: "Always 1; which greylag this is.",
		ConstLabels: prometheus.Labels{"version": o.Version, "goversion": runtime.Version()},
	}, func() float64 { return 1 })
	r := prometheus.NewRegistry()
	r.MustRegister(once{s, o.Lateness}, info, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}
