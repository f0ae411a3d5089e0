package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/spf13/cobra"

	"greylag/fleet/stream"
	"greylag/probe"
)

// reflecting is what reflect was asked for.
type reflecting struct {
	peers []string
	rate  int
	reporting
}

func (a *app) reflect() *cobra.Command {
	o := reflecting{}
	c := &cobra.Command{
		Use:   "reflect",
		Short: "Only answer keepalives, as a router does",
		Long: "Answer the keepalives of the peers: those of --peer, or else the far ends of the\n" +
			"inventory's tunnels, which SIGHUP reads anew. What becomes of them is written as NDJSON,\n" +
			"a peer record each.",
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return a.runReflect(c.Context(), o) },
	}
	a.configFlag(c)
	c.Flags().StringArrayVar(&o.peers, "peer", nil, "answer keepalives from this `PREFIX` (repeatable)")
	c.Flags().IntVar(&o.rate, "rate", probe.DefaultReflectRate, "keepalives a second of one peer that are answered")
	c.Flags().DurationVar(&o.every, "every", 10*time.Second, "time between reports")
	c.Flags().DurationVar(&o.length, "for", 0, "stop after this time (default: run until SIGINT or SIGTERM)")
	return c
}

func (a *app) runReflect(ctx context.Context, o reflecting) error {
	if err := o.check(); err != nil {
		return err
	}
	hangups, stop := onHangup()
	defer stop()
	o.hangups = hangups
	options, addresses, err := a.reflectorOptions(o)
	if err != nil {
		return err
	}
	conn, err := rawNetwork{}.reflectConn(receiveBuffer(len(options.Tunnels)))
	if err != nil {
		return err
	}
	if err := (rawNetwork{}).confine(); err != nil {
		return errors.Join(err, conn.Close())
	}
	r := probe.NewReflector(conn, options)
	return errors.Join(a.reportPeers(ctx, r, addresses, o), conn.Close())
}

// reflectorOptions says whose keepalives are answered. addresses are those of
// the inventory's tunnels.
func (a *app) reflectorOptions(o reflecting) (options probe.ReflectorOptions, addresses []netip.Addr, err error) {
	if o.rate < 1 {
		return options, nil, usageError{fmt.Errorf("--rate %d is not at least 1", o.rate)}
	}
	options.Rate = o.rate
	for _, text := range o.peers {
		p, err := parsePeer(text)
		if err != nil {
			return options, nil, err
		}
		options.Prefixes = append(options.Prefixes, p)
	}
	if options.Prefixes != nil {
		return options, nil, nil
	}
	inv, err := a.inventory()
	if err != nil {
		return options, nil, err
	}
	options.Tunnels = probeTunnels(inv)
	for _, t := range inv.Enabled() {
		addresses = append(addresses, t.Destination)
	}
	return options, addresses, nil
}

// parsePeer reads a prefix, or an address for the prefix of itself.
func parsePeer(text string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(text)
	if err != nil {
		var address netip.Addr
		if address, err = netip.ParseAddr(text); err == nil {
			p = netip.PrefixFrom(address, address.BitLen())
		}
	}
	if err != nil || !p.Addr().Is4() {
		return p, usageError{fmt.Errorf("--peer %q is no IPv4 prefix, such as 198.51.100.0/24", text)}
	}
	return p.Masked(), nil
}

// reportPeers answers until ctx ends, and says every now and then, and at the
// end, what became of whose keepalives.
func (a *app) reportPeers(ctx context.Context, r *probe.Reflector, addresses []netip.Addr, o reflecting) error {
	ctx, cancel := lasting(ctx, o.length)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	out := newSteady(a.stdout, a.stderr)
	encoder := stream.NewEncoder(out)
	tick := time.NewTicker(o.every)
	defer tick.Stop()
	for {
		select {
		case end := <-done:
			err := outputError(writePeers(encoder, r, addresses))
			if err = errors.Join(end, err, a.reflectSummary(r)); err != nil {
				return err
			}
			return out.farewell()
		case <-o.hangups:
			addresses = a.reloadPeers(ctx, r, addresses, o)
		case <-tick.C:
			if err := writePeers(encoder, r, addresses); err != nil {
				cancel()
				return errors.Join(outputError(err), <-done)
			}
		}
	}
}

// reloadPeers answers the far ends of the inventory as it is now, and returns their
// addresses. One with mistakes changes nothing, and neither is there one to read where
// the peers were named.
func (a *app) reloadPeers(ctx context.Context, r *probe.Reflector, now []netip.Addr, o reflecting) []netip.Addr {
	if len(o.peers) > 0 {
		fmt.Fprintln(a.stderr, "SIGHUP: there is nothing to read anew: the peers are those of --peer (to answer others, start it with them)")
		return now
	}
	options, next, err := a.reflectorOptions(o)
	if err == nil {
		_, err = r.Adopt(ctx, options.Tunnels)
	}
	if err != nil {
		fmt.Fprintf(a.stderr, "%v\n%s\n", err, notReloaded)
		return now
	}
	fmt.Fprintf(a.stderr, "reloaded: %s\n", count(len(next), "peer"))
	return next
}

// reflectSummary says at the end what was refused, which belongs to no peer.
func (a *app) reflectSummary(r *probe.Reflector) error {
	s := r.Stats()
	_, err := fmt.Fprintf(a.stderr, "reflected %d of %d requests; refused: %d from unknown peers, %d with addresses that do not mirror, "+
		"%d malformed, %d over the rate, %d with no TTL left; %d could not be sent, %d dropped\n",
		s.Reflected, s.Requests, s.Unknown, s.NotMirrored, s.Malformed, s.Limited, s.Expired, s.SendErrors, s.Dropped)
	return err
}

func writePeers(e *stream.Encoder, r *probe.Reflector, addresses []netip.Addr) error {
	reports := r.Peers()
	for i, address := range addresses {
		report := r.TunnelPeer(i)
		report.Address = address
		reports = append(reports, report)
	}
	now := time.Now()
	for _, p := range reports {
		err := e.Peer(&stream.Peer{
			Time: now, Address: p.Address, Reflected: p.Reflected, Limited: p.Limited, Refused: p.Refused,
			Last: p.Last, Interval: p.Interval,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
