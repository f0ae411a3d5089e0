package main

import (
	"net/netip"
	"syscall"

	"greylag/probe/rawsock"
	"greylag/probe/simnet"
)

// simNetwork is a host on a simulated network. Its sockets hold nothing that
// would have to be closed.
type simNetwork struct{ host *simnet.Host }

type simConn struct{ *simnet.Conn }

func (simConn) Close() error { return nil }

type simReflectConn struct{ *simnet.ReflectConn }

func (simReflectConn) Close() error { return nil }

func (n simNetwork) engineConn(o rawsock.Options) (engineConn, error) {
	c := n.host.Conn()
	c.SetReceiveBuffer(o.ReceiveBuffer)
	c.SetEvidenceID(o.EvidenceID)
	return simConn{c}, nil
}

func (n simNetwork) reflectConn(buffer int) (reflectConn, error) {
	c := n.host.ReflectConn()
	c.SetReceiveBuffer(buffer)
	return simReflectConn{c}, nil
}

// confine gives up nothing: no privilege is used, and no packet comes from outside.
func (simNetwork) confine() error { return nil }

// simStage is a demo without any privilege: the whole network is in memory.
func simStage(n *demoNet) *stage {
	return &stage{
		demoNet: n, network: simNetwork{n.host},
		setAddress: n.setSimulated,
		headline:   "GRE keepalives in a network that is simulated in memory",
		label:      "demo, simulated network",
	}
}

// setSimulated fails sends from an address that is not there, as package rawsock
// does.
func (n *demoNet) setSimulated(a netip.Addr, present bool) error {
	fault := simnet.Fault{Source: a}
	if !present {
		fault.Err = syscall.EADDRNOTAVAIL
	}
	n.host.SetFault(fault)
	return nil
}
