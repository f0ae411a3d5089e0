package main

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"time"

	"greylag/probe/netlab"
	"greylag/probe/privilege"
	"greylag/probe/simnet"
)

// demoLab joins a demoNet to the real packets of a network namespace.
type demoLab struct {
	lab    *netlab.Lab
	server *netlab.Server
	// near injects what the program sends (Handle), and takes in the far ends' own
	// keepalives (a pump): its two halves share nothing.
	near  *simnet.ReflectConn
	stop  context.CancelFunc
	pumps sync.WaitGroup
}

// openDemoLab makes the namespaces and lets n play the far ends. It works only
// inside a process started by netlab.Reexec.
func openDemoLab(n *demoNet) (*demoLab, error) {
	lab, err := netlab.New()
	if err != nil {
		return nil, err
	}
	d := &demoLab{lab: lab, stop: func() {}}
	if err := d.furnish(n); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

func (d *demoLab) furnish(n *demoNet) error {
	for _, a := range demoSources() {
		if err := d.setAddress(a, true); err != nil {
			return err
		}
	}
	if err := d.lab.FarPrefix(demoFarEnds); err != nil {
		return err
	}
	d.near = n.host.ReflectConn()
	ctx, stop := context.WithCancel(context.Background())
	d.stop = stop
	var err error
	d.server, err = d.lab.Serve(ctx, func([4]byte) netlab.Responder { return d })
	if err != nil {
		return err
	}
	answers := n.host.Conn()
	buffer := receiveBuffer(len(n.ways))
	answers.SetReceiveBuffer(buffer)
	d.near.SetReceiveBuffer(buffer)
	for _, s := range []*simnet.Socket{answers.Socket, answers.Errors, answers.Replies, d.near.Socket} {
		d.pumps.Go(func() { d.pump(ctx, s) })
	}
	return nil
}

// Handle takes a packet that the program sent into the simulated network; it is
// a netlab.Responder. What comes of it comes out by pump.
func (d *demoLab) Handle(packet []byte, _ time.Time, _ func(time.Duration, []byte)) {
	d.near.QueuePacket([4]byte(packet[16:20]), packet)
	d.near.Flush(func(int, error) {}) // what cannot be sent is lost, as in a network
}

// pumpEvery is the least time between two looks at what has arrived: it bounds
// the wake-ups of a large fleet, and what it adds to a round trip.
const pumpEvery = time.Millisecond

// pump sends to the program what has arrived at a socket of its twin.
func (d *demoLab) pump(ctx context.Context, s *simnet.Socket) {
	defer context.AfterFunc(ctx, s.Wake)()
	for ctx.Err() == nil {
		s.Wait(time.Minute, true)
		// Neither fails but when the demo ends: a packet is lost then.
		for more := true; more; {
			more, _ = s.Receive(func(packet []byte, _ time.Time) { _ = d.server.Send(packet) })
		}
		s.Wait(pumpEvery, false)
	}
}

func (d *demoLab) setAddress(a netip.Addr, present bool) error {
	if present {
		return d.lab.Underlay().AddAddress(a)
	}
	return d.lab.Underlay().RemoveAddress(a)
}

func (d *demoLab) close() error {
	d.stop()
	d.pumps.Wait()
	return d.lab.Close()
}

// labNetwork is the real network, in a namespace where this process also plays the
// failures.
type labNetwork struct{ rawNetwork }

// confine keeps CAP_NET_ADMIN, by which the script takes addresses away and gives
// them back; in this namespace, and by what is left of it in no other.
func (labNetwork) confine() error { return privilege.Drop(privilege.NetAdmin) }

// stage is the demo with real packets.
func (d *demoLab) stage(n *demoNet) *stage {
	return &stage{
		demoNet: n, network: labNetwork{}, setAddress: d.setAddress,
		headline: "real GRE keepalives through raw sockets, in a network namespace of its own",
		label:    "demo, real packets",
	}
}
