package simnet_test

import (
	"greylag/probe"
	"greylag/probe/simnet"
)

var (
	_ probe.Conn        = (*simnet.Conn)(nil)
	_ probe.ReflectConn = (*simnet.ReflectConn)(nil)
)
