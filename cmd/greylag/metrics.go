package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"greylag/fleet/metrics"
)

// metricsOptions say where Prometheus may ask.
type metricsOptions struct {
	address  string // "": nowhere
	profiles bool
}

func (o *metricsOptions) flags(c *cobra.Command) {
	c.Flags().StringVar(&o.address, "metrics", "", "serve metrics to Prometheus at `ADDR`: HOST:PORT, or :PORT for every address\nof this host (http://ADDR/metrics)")
	c.Flags().BoolVar(&o.profiles, "pprof", false, "serve profiles of this process there too (/debug/pprof/)")
}

// check finds what makes no sense.
func (o *metricsOptions) check() error {
	if o.address == "" {
		if o.profiles {
			return usageError{errors.New("--pprof needs --metrics ADDR, where profiles are served")}
		}
		return nil
	}
	_, port, err := net.SplitHostPort(o.address)
	if err != nil {
		return usageError{fmt.Errorf("--metrics %s is no address: write HOST:PORT, as in 127.0.0.1:9469, or :9469 for every address of this host", o.address)}
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return usageError{fmt.Errorf("--metrics %s: port %q is none of 0 to 65535 (0: any that is free)", o.address, port)}
	}
	return nil
}

// metricsServer is an outlet: it answers Prometheus.
type metricsServer struct {
	*metrics.Exporter
	listener net.Listener
	profiles bool
}

// metricsServers are the one that is asked for, if it is. Nobody is answered yet.
func metricsServers(s *station, all reporting, _ io.Writer) (outlets, error) {
	o := all.metrics
	if o.address == "" {
		return nil, nil
	}
	l, err := net.Listen("tcp", o.address)
	if err != nil {
		return nil, fmt.Errorf("--metrics %s: %w%s", o.address, listenCause(err), listenRemedy(err))
	}
	fmt.Fprintf(s.stderr, "metrics at http://%s/metrics\n", l.Addr())
	e := metrics.New(metrics.Options{Store: s.store, Version: version, Lateness: s.lateness})
	return outlets{&metricsServer{Exporter: e, listener: l, profiles: o.profiles}}, nil
}

// listenCause is err without the address that it repeats.
func listenCause(err error) error {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

func listenRemedy(err error) string {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return " (another program listens there, ss -ltnp shows which: name another port)"
	case errors.Is(err, syscall.EACCES):
		return " (name a port from 1024 on)"
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.As(err, new(*net.DNSError)):
		return " (name an address of this host, or none for all: ip address shows them)"
	}
	return ""
}

// run implements [outlet].
func (m *metricsServer) run(ctx context.Context) error {
	if err := m.Serve(ctx, m.listener, m.profiles); err != nil {
		return fmt.Errorf("--metrics: %w", err)
	}
	return nil
}

// latenessBounds are the buckets of a histogram of how late keepalives are sent: what
// is by design is below 10 ms, and from there on it is counted as late.
var latenessBounds = [...]time.Duration{
	100 * time.Microsecond, time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 11 * time.Millisecond,
	20 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 500 * time.Millisecond, 5 * time.Second,
}

// lateness is how late the engine sent.
func (s *station) lateness() metrics.Lateness {
	due := &s.engine.Lateness().Due
	l := metrics.Lateness{Count: due.Count(), Sum: due.Sum(), Buckets: make(map[float64]uint64, len(latenessBounds))}
	for _, bound := range latenessBounds {
		l.Buckets[bound.Seconds()] = due.AtMost(bound)
	}
	return l
}
