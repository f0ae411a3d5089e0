package main

import (
	"io"

	"greylag/probe"
	"greylag/probe/privilege"
	"greylag/probe/rawsock"
)

// network is where a station's packets go: raw sockets, or the demo's simulated
// network.
type network interface {
	engineConn(o rawsock.Options) (engineConn, error)
	reflectConn(buffer int) (reflectConn, error)
	// confine gives up every privilege that is not needed once all is open.
	confine() error
}

type engineConn interface {
	probe.Conn
	ReceiveBuffer() (int, error) // its size, in bytes
	io.Closer
}

type reflectConn interface {
	probe.ReflectConn
	io.Closer
}

// rawNetwork is the real one.
type rawNetwork struct{}

func (rawNetwork) engineConn(o rawsock.Options) (engineConn, error) {
	c, err := rawsock.Open(o)
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (rawNetwork) reflectConn(buffer int) (reflectConn, error) {
	c, err := rawsock.OpenReflect(buffer)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// confine: sockets that are open need no privilege, whatever becomes of devices,
// addresses and routes.
func (rawNetwork) confine() error { return privilege.Drop() }
