// Package metrics shows a fleet to Prometheus (CONTRACT.md, "Prometheus").
//
// Names follow Prometheus' guidelines for exporters: base units, _total for what
// only grows, and labels that never change while a tunnel is declared: a state is a
// series of its own that is 0 or 1, so a flap makes no new series. What is not known
// is absent, never 0: no greylag_tunnel_up while a tunnel is pending or disabled, so
// that greylag_tunnel_up == 0 is one that is down (R10), and its average over time
// the availability.
//
// Round trip times are a summary, not a histogram: the store has the median and the
// 99th percentile of the newest 100 keepalives already, as a summary's quantiles of a
// sliding window are, with the count and the sum of all, from which the mean of any
// time follows. A histogram of 10 buckets would be three times the series for a
// fleet of thousands of tunnels that nobody aggregates.
//
// What is there once (the fleet's counts, the engine, the process) is collected by
// client_golang. What is there for each tunnel and spoke, some 28 series a tunnel, is
// written as text by a writer of our own. Measured with 10,000 tunnels of 28 series:
// client_golang's collectors take 0.7 s and leave 220 MB of garbage at each scrape;
// with every object kept between scrapes it is 5 KB a tunnel, and its encoder takes
// three times this writer's processor. Its parser, encoder and linter are this
// writer's test.
//
// A scrape copies what it needs of the store, then works for a millisecond and rests
// a quarter as long, so that the engine is not delayed ([fleet.Store.Walk] holds no lock).
package metrics
